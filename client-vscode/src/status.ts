/** One language status item: what ReLook is doing, the score, or why nothing shows and what to do about it. */
import { commands, LanguageStatusSeverity, languages, window, workspace, type Command, type Disposable, type DocumentSelector } from "vscode";
import type { Status } from "./protocol";

const REMEDIES = {
  log: { command: "relook.showLog", title: "Show Log" },
  restart: { command: "relook.restartServer", title: "Retry" },
  install: { command: "relook.installBrowser", title: "Install Browser" },
  choose: { command: "relook.chooseInterpreter", title: "Choose Interpreter" },
  setUp: { command: "relook.setUp", title: "Set Up" },
  entry: { command: "relook.chooseEntry", title: "Choose Entry Page" },
} satisfies Record<string, Command>;

export type Remedy = keyof typeof REMEDIES;

/** The server's problems by kind: in two or three words, because the item has one short line, and what helps, the best first. */
const BY_KIND: Record<string, { short: string; remedies: Remedy[] }> = {
  "no-browser": { short: "no browser", remedies: ["install", "restart", "log"] },
  "no-fonts": { short: "no fonts", remedies: ["restart", "log"] },
  "browser-failed": { short: "the browser failed", remedies: ["restart", "install", "log"] },
  "no-page": { short: "belongs to no page", remedies: ["entry"] },
  "page-not-found": { short: "the entry page is not there", remedies: ["entry"] },
  "page-unreadable": { short: "the page cannot be read", remedies: ["log"] },
  template: { short: "a template", remedies: ["entry"] },
  partial: { short: "part of a page", remedies: ["entry"] },
  empty: { short: "an empty page", remedies: ["log"] },
  timeout: { short: "it took too long", remedies: ["log"] },
  settings: { short: "a setting is wrong", remedies: ["log"] },
};
const OTHER = { short: "the page was not reviewed", remedies: ["log"] } satisfies (typeof BY_KIND)[string];
/** Problems that hold for every page. */
const ENVIRONMENT = new Set(["no-browser", "no-fonts", "browser-failed"]);

export class StatusView implements Disposable {
  private readonly item;
  private readonly told = new Set<string>();

  constructor(selector: DocumentSelector) {
    this.item = languages.createLanguageStatusItem("relook.status", selector);
    this.item.name = "ReLook";
    this.starting();
  }

  /** What the server says. */
  update(status: Status): void {
    const { state, message, kind } = status;
    if (state === "problem" || state === "settings") {
      const { short, remedies } = BY_KIND[kind || state] ?? OTHER;
      this.show(LanguageStatusSeverity.Warning, `ReLook: ${short}`, undefined, command(remedies, message));
      if (ENVIRONMENT.has(kind)) this.tell(message, remedies);
      return;
    }
    if (state === "idle") this.idle(status);
    else this.show(LanguageStatusSeverity.Information, `ReLook: ${state}`, message);
    this.item.busy = state !== "idle";
  }

  /** The server does not run. */
  failed(message: string, remedies: Remedy[]): void {
    this.show(LanguageStatusSeverity.Error, "ReLook: no server", undefined, command(remedies, message));
    this.tell(message, remedies);
  }

  /** The server ended by itself. */
  waiting(seconds: number): void {
    this.show(LanguageStatusSeverity.Warning, "ReLook: the server ended", `it starts again in ${seconds} s`, REMEDIES.log);
    this.item.busy = true;
  }

  starting(): void {
    this.told.clear();
    this.show(LanguageStatusSeverity.Information, "ReLook", "starting");
    this.item.busy = true;
  }

  dispose(): void {
    this.item.dispose();
  }

  private idle({ message, kind, score, findings }: Status): void {
    const open = { command: "relook.openPage", title: "Open Page View" };
    if (kind === "not-judged") this.show(LanguageStatusSeverity.Warning, "ReLook: not judged", message, { ...open, tooltip: message });
    else if (score === null) this.show(LanguageStatusSeverity.Information, "ReLook", message || "ready");
    else this.show(LanguageStatusSeverity.Information, `ReLook: ${score}`, message || counted(findings ?? 0), open);
  }

  private show(severity: LanguageStatusSeverity, text: string, detail = "", command?: Command): void {
    this.item.busy = false;
    this.item.severity = severity;
    this.item.text = text;
    this.item.detail = detail;
    this.item.command = command;
  }

  /** A failure that the user can mend is also said once, with buttons. */
  private tell(message: string, remedies: Remedy[]): void {
    if (this.told.has(message)) return;
    this.told.add(message);
    const offered = remedies.map((one) => REMEDIES[one]);
    void window.showWarningMessage(`ReLook: ${message}`, ...offered.map((one) => one.title)).then((title) => {
      const chosen = offered.find((one) => one.title === title);
      if (chosen !== undefined) void commands.executeCommand(chosen.command);
    });
  }
}

function counted(findings: number): string {
  return `${findings} finding${findings === 1 ? "" : "s"}${workspace.isTrusted ? "" : ", scripts off in Restricted Mode"}`;
}

/** The button of the item; pointing at it tells all. */
function command(remedies: Remedy[], tooltip: string): Command | undefined {
  return remedies[0] === undefined ? undefined : { ...REMEDIES[remedies[0]], tooltip };
}
