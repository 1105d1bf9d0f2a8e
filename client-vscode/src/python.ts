/** Python interpreters as processes; no editor here. */
import { execFile, type ExecFileException } from "node:child_process";
import { promises as files } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

const MINIMUM = [3, 11] as const;

/** Words that run a module of the interpreter: `-P` keeps the current folder, which may be the project, off the modules' path. */
export function moduleWords(name: string, ...words: string[]): string[] {
  return ["-P", "-m", name, ...words];
}

const READY = "ready";
/** `-c` puts the current folder in front of the modules' path, and a project may hold a file named `json.py` there. */
const PROBE = `
import sys
sys.path = [folder for folder in sys.path if folder]
import importlib.util, json
found = importlib.util.find_spec("relook_lsp")
version = __import__("relook_lsp").__version__ if found else None
print(json.dumps({"executable": sys.executable, "python": sys.version_info[:2], "relook": version}))
`;

export interface Probed {
  executable: string;
  python: [number, number];
  /** Version of relook-lsp there; null where it is not installed. */
  relook: string | null;
}

/** Paths of the server's wheel and of the exact versions that it was tested with. */
export interface Package {
  wheel: string;
  constraints: string;
}

export type Say = (line: string) => void;

/** What the interpreter is; undefined where it cannot be run. */
export async function probe(python: string, seconds = 30): Promise<Probed | undefined> {
  try {
    const out = await run(python, ["-c", PROBE], () => undefined, undefined, seconds);
    return JSON.parse(out.trim().split("\n").at(-1) ?? "") as Probed;
  } catch {
    return undefined;
  }
}

export function recent(one: Probed): boolean {
  const [major, minor] = one.python;
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** Whether `createEnvironment` came to its end there. */
export function isReady(folder: string): Promise<boolean> {
  return files.access(path.join(folder, READY)).then(
    () => true,
    () => false,
  );
}

/** The first interpreter of the system that is recent enough. */
export async function findSystem(): Promise<Probed | undefined> {
  const names = process.platform === "win32" ? ["py", "python"] : ["python3", "python3.13", "python3.12", "python3.11", "python"];
  for (const name of names) {
    const found = await probe(name);
    if (found !== undefined && recent(found)) return found;
  }
  return undefined;
}

export function executableOf(environment: string): string {
  return process.platform === "win32" ? path.join(environment, "Scripts", "python.exe") : path.join(environment, "bin", "python");
}

/**
 * A virtual environment in `folder` with the wheel and what it needs, in the versions that the file `constraints` names;
 * `isReady` holds only for a complete one.
 * Throws an `Error` with one sentence for the user.
 */
export async function createEnvironment(
  base: string,
  folder: string,
  { wheel, constraints }: Package,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  await files.rm(folder, { recursive: true, force: true });
  await files.mkdir(path.dirname(folder), { recursive: true });
  try {
    say("Making the environment …");
    await run(base, moduleWords("venv", folder), say, signal, 300).catch((error: unknown) => {
      throw new Error(`${base} could not make a virtual environment (${lastLine(error)}). On Debian or Ubuntu install python3-venv.`, { cause: error });
    });
    say("Installing ReLook and what it needs …");
    // What is imported is compiled then; compiling all of it first would only make the user wait.
    const options = ["--no-compile", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--constraint", constraints];
    const pip = moduleWords("pip", "install", ...options, wheel);
    await run(executableOf(folder), pip, say, signal, 1800).catch((error: unknown) => {
      throw new Error(`pip could not install ReLook (${lastLine(error)}). Is the network there?`, { cause: error });
    });
    await files.writeFile(path.join(folder, READY), "");
  } catch (error) {
    await files.rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Standard output of a process that succeeds; every line of it and of its errors goes to `say`. */
export function run(command: string, words: readonly string[], say: Say, signal?: AbortSignal, seconds = 60): Promise<string> {
  return new Promise((resolve, reject) => {
    // A name without a folder is looked for in the current folder too on Windows, and that may be the project.
    const options = { cwd: homedir(), timeout: seconds * 1000, maxBuffer: 1 << 24, ...(signal === undefined ? {} : { signal }) };
    const child = execFile(command, [...words], options, (error: ExecFileException | null, out, err) => {
      if (error === null) resolve(out);
      else reject(signal?.aborted ? new Error("cancelled") : new Failed(error.message, err || out));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (text: string) => {
        for (const line of text.split("\n")) if (line.trim()) say(line.trim());
      });
    }
  });
}

class Failed extends Error {
  constructor(
    message: string,
    readonly output: string,
  ) {
    super(message);
  }
}

/** The last line that a failed process wrote: with Python that is the error itself. */
function lastLine(error: unknown): string {
  const text = error instanceof Failed && error.output.trim() ? error.output : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}
