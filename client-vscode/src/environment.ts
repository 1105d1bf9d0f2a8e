/** Which Python runs the server: the chosen one, the Python extension's, or an environment of our own. */
import { PythonExtension } from "@vscode/python-extension";
import { promises as files } from "node:fs";
import * as path from "node:path";
import { ProgressLocation, window, workspace, type ExtensionContext, type LogOutputChannel } from "vscode";
import { createEnvironment, executableOf, findSystem, isReady, probe, recent, type Package } from "./python";
import { pythonSetting } from "./settings";

const PREFIX = "environment-";

/** No interpreter can run the server; the message is for the user. `setUp`: an environment could be made. */
export class NoInterpreter extends Error {
  constructor(
    message: string,
    readonly setUp = false,
  ) {
    super(message);
  }
}

/** The interpreter to use. `agreed`: the user agreed that an environment is made where there is none. */
export async function interpreter(context: ExtensionContext, log: LogOutputChannel, agreed: boolean): Promise<string> {
  const chosen = pythonSetting();
  if (chosen) return usable(chosen);
  const active = workspace.isTrusted ? await activeInterpreter() : undefined;
  if (active !== undefined && (await probe(active))?.relook) {
    log.info(`The Python extension's interpreter has relook-lsp: ${active}`);
    return active;
  }
  const shipped = await shippedPackage(context);
  const folder = path.join(context.globalStorageUri.fsPath, `${PREFIX}${path.basename(shipped.wheel, ".whl")}`);
  if (await isReady(folder)) return executableOf(folder);
  const before = await earlier(folder);
  if (before.length === 0 && !agreed) {
    throw new NoInterpreter("the server runs in Python and has no environment yet. Setting one up downloads about 100 MB of packages.", true);
  }
  await make(folder, shipped, log);
  for (const old of before) await files.rm(old, { recursive: true, force: true });
  return executableOf(folder);
}

/** Let the user pick an interpreter; whether one was chosen. */
export async function chooseInterpreter(): Promise<boolean> {
  const title = "A Python 3.11 or newer with relook-lsp";
  const picked = await window.showOpenDialog({ title, openLabel: "Use This Python" });
  const found = picked?.[0]?.fsPath;
  if (found === undefined) return false;
  await workspace.getConfiguration("relook").update("python", found, true);
  return true;
}

async function usable(chosen: string): Promise<string> {
  const found = await probe(chosen);
  if (found === undefined) throw new NoInterpreter(`the interpreter ${chosen} of relook.python cannot be run.`);
  if (found.relook === null) throw new NoInterpreter(`${chosen} of relook.python has no relook-lsp: pip install relook-lsp there.`);
  if (!recent(found)) throw new NoInterpreter(`${chosen} of relook.python is Python ${found.python.join(".")}; ReLook needs 3.11.`);
  // Its full path: the server starts in the workspace, where the same name may be another program.
  return found.executable;
}

/** The Python extension's interpreter, where that extension is there. */
async function activeInterpreter(): Promise<string | undefined> {
  try {
    const api = await PythonExtension.api();
    const known = await api.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath());
    return known?.executable.uri?.fsPath;
  } catch {
    // It is not installed.
    return undefined;
  }
}

async function shippedPackage(context: ExtensionContext): Promise<Package> {
  const folder = context.asAbsolutePath(path.join("dist", "server"));
  const names = await files.readdir(folder).catch(() => []);
  const wheel = names.find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new NoInterpreter("this build of the extension brings no server: set relook.python to a Python that has relook-lsp.");
  return { wheel: path.join(folder, wheel), constraints: path.join(folder, "constraints.txt") };
}

/** Environments of earlier versions: whoever has one agreed already. */
async function earlier(folder: string): Promise<string[]> {
  const names = await files.readdir(path.dirname(folder)).catch(() => []);
  return names.filter((name) => name.startsWith(PREFIX) && name !== path.basename(folder)).map((name) => path.join(path.dirname(folder), name));
}

async function make(folder: string, shipped: Package, log: LogOutputChannel): Promise<void> {
  const base = await findSystem();
  if (base === undefined) throw new NoInterpreter("the server needs Python 3.11 or newer and found none: install it, or choose an interpreter.");
  const options = { location: ProgressLocation.Notification, title: "ReLook", cancellable: true };
  await window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    const say = (line: string): void => {
      log.info(line);
      progress.report({ message: line.slice(0, 80) });
    };
    try {
      await createEnvironment(base.executable, folder, shipped, say, abort.signal);
    } catch (error) {
      log.error(String(error));
      throw new NoInterpreter(abort.signal.aborted ? "setting up was cancelled." : (error as Error).message, true);
    }
  });
}
