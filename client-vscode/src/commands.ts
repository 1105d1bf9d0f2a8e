/** The commands of the palette; each is a few lines over the modules that do the work. */
import { homedir } from "node:os";
import { commands, env, ProgressLocation, Uri, ViewColumn, window, workspace, type Disposable, type LogOutputChannel } from "vscode";
import { chooseInterpreter } from "./environment";
import { chooseModel } from "./lmBridge";
import type { PageView } from "./pageView";
import type { Previews } from "./preview";
import { PAGES, REPORT, REVIEW, SUPPRESS, type Applied, type Pages, type Reviewed } from "./protocol";
import { moduleWords, run as runProcess } from "./python";
import type { Refiner } from "./refine";
import type { Reviews } from "./reviews";
import { shown, type Server } from "./server";

export interface Parts {
  log: LogOutputChannel;
  server: Server;
  reviews: Reviews;
  refiner: Refiner;
  previews: Previews;
  pageView: PageView;
}

export function registerCommands(parts: Parts): Disposable[] {
  const { log, server, previews, pageView } = parts;
  const table: Record<string, (uri?: string | Uri, finding?: string) => unknown> = {
    reviewPage: (uri) => reviewPage(parts, target(uri)),
    refinePage: (uri) => refinePage(parts, target(uri)),
    showPreview: (uri, finding) => previews.show(target(uri).toString(), finding ?? ""),
    openPage: (uri) => pageView.open(target(uri)),
    openReport: (uri) => openReport(parts, target(uri)),
    chooseEntry: (uri) => chooseEntry(parts, uri === undefined ? window.activeTextEditor?.document.uri : target(uri)),
    suppressHere: () => suppressHere(parts),
    chooseModel: () => chooseModel(),
    chooseInterpreter: async () => {
      if (await chooseInterpreter()) await server.retry();
    },
    installBrowser: () => installBrowser(parts),
    setUp: () => server.setUp(),
    restartServer: () => server.retry(),
    showLog: () => {
      log.show();
    },
    doctor: () => doctor(parts),
  };
  return Object.entries(table).map(([name, job]) =>
    commands.registerCommand(`relook.${name}`, (uri?: string | Uri, finding?: string) =>
      shown(log, async () => {
        await job(uri, finding);
      }),
    ),
  );
}

/** The document that a command is about: named by its caller, else the active one. */
function target(uri: string | Uri | undefined): Uri {
  const found = typeof uri === "string" ? Uri.parse(uri) : (uri ?? window.activeTextEditor?.document.uri);
  if (found === undefined) throw new Error("open a page first.");
  return found;
}

async function reviewPage({ server }: Parts, uri: Uri): Promise<void> {
  const options = { location: ProgressLocation.Window, title: "ReLook: rendering" };
  const review = await window.withProgress(options, () => server.request<Reviewed | null>(REVIEW, { uri: uri.toString() }));
  if (review === null) void window.showInformationMessage("ReLook: this file belongs to no page; choose an entry page.");
}

async function refinePage({ server, refiner, previews }: Parts, uri: Uri): Promise<void> {
  const refined = await refiner.refine(server, uri.toString(), "", true);
  if (refined === null) return;
  if (refined.applied) void window.showInformationMessage(`ReLook: ${refined.message}`);
  else {
    const answer = refined.preview === null ? undefined : "Show Before and After";
    const chosen = await window.showInformationMessage(`ReLook: ${refined.message}`, ...(answer === undefined ? [] : [answer]));
    if (chosen !== undefined) await previews.show(uri.toString(), "");
  }
}

/** The report has scripts of its own that a webview does not run; its pictures and findings show without them. */
async function openReport({ server }: Parts, uri: Uri): Promise<void> {
  const { path } = await server.request<{ path: string }>(REPORT, { uri: uri.toString() });
  const panel = window.createWebviewPanel("relook.report", "ReLook: Report", ViewColumn.Beside, { enableFindWidget: true, localResourceRoots: [] });
  panel.webview.html = Buffer.from(await workspace.fs.readFile(Uri.file(path))).toString("utf8");
  const open = "Open in Browser";
  if ((await window.showInformationMessage(`ReLook: the report is ${path}`, open)) === open) await env.openExternal(Uri.file(path));
}

async function chooseEntry({ server }: Parts, uri: Uri | undefined): Promise<void> {
  const known = uri === undefined ? { pages: [] } : await server.request<Pages>(PAGES, { uri: uri.toString() }).catch(() => ({ pages: [] }));
  const files = (await workspace.findFiles("**/*.{html,htm}", "**/node_modules/**", 200)).map((file) => workspace.asRelativePath(file, false));
  const automatic = { label: "Automatic", description: "the pages that use the file", entry: undefined };
  const address = { label: "Address of a development server…", entry: "" };
  const entries = [...new Set([...known.pages.map((one) => one.entry), ...files])].map((entry) => ({ label: entry, entry }));
  const picked = await window.showQuickPick([automatic, address, ...entries], { title: "Page to review for every file" });
  if (picked === undefined) return;
  const entry = picked.entry === "" ? await window.showInputBox({ title: "Address", value: "http://localhost:3000/" }) : picked.entry;
  if (picked.entry === "" && !entry) return;
  await workspace.getConfiguration("relook").update("entry", entry === undefined ? undefined : [entry], false);
}

async function suppressHere({ server, reviews }: Parts): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined) return;
  const line = editor.document.lineAt(editor.selection.active).range;
  const found = reviews.at(editor.document.uri, line);
  const one = found.length < 2 ? found[0] : (await window.showQuickPick(found.map((mark) => ({ label: mark.rule, description: mark.message, mark })), { title: "Finding to suppress" }))?.mark;
  if (found.length === 0) void window.showInformationMessage("ReLook: there is no finding on this line.");
  if (one === undefined) return;
  const { applied, message } = await server.request<Applied>(SUPPRESS, { uri: editor.document.uri.toString(), finding: one.id, scope: "line" });
  if (!applied) void window.showWarningMessage(`ReLook: ${message}`);
}

async function installBrowser({ log, server }: Parts): Promise<void> {
  const install = "Install";
  const detail = "A headless Chromium of about 100 MB, for pictures that are exact; on Debian and Ubuntu as a package of the system, elsewhere into your cache folder.";
  if ((await window.showInformationMessage("Install a browser for ReLook?", { modal: true, detail }, install)) !== install) return;
  const python = await server.interpreter();
  await window.withProgress({ location: ProgressLocation.Notification, title: "ReLook: installing a browser" }, (progress) =>
    runProcess(python, moduleWords("relook_lsp.cli", "install-browser", "--yes"), say(log, progress.report.bind(progress)), undefined, 1800).catch((error: unknown) => {
      throw new Error("the browser could not be installed; the log says why.", { cause: error });
    }),
  );
  await server.retry();
}

function say(log: LogOutputChannel, report: (value: { message: string }) => void): (line: string) => void {
  return (line) => {
    log.info(line);
    report({ message: line });
  };
}

/** The command line's doctor: it works even where the server does not start. */
async function doctor({ log, server }: Parts): Promise<void> {
  const python = await server.interpreter();
  log.show();
  log.info(`${python} -m relook_lsp.cli doctor (home ${homedir()})`);
  await runProcess(python, moduleWords("relook_lsp.cli", "doctor"), (line) => {
    log.info(line);
  }).catch(() => undefined);
}
