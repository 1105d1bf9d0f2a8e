/** One language status item: what ReLook is doing, the score, or why nothing shows and what to do about it. */
import { commands, LanguageStatusSeverity, languages, window, type Command, type Disposable, type DocumentSelector } from "vscode";
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

/** What helps with a problem of the server's, by its kind, the best first. */
const BY_KIND: Record<string, Remedy[]> = {
  "no-browser": ["install", "restart", "log"],
  "browser-failed": ["restart", "install", "log"],
  "no-page": ["entry"],
  template: ["entry"],
  empty: [],
};
/** Problems that hold for every page. */
const ENVIRONMENT = new Set(["no-browser", "browser-failed"]);

export class StatusView implements Disposable {
  private readonly item;
  private readonly told = new Set<string>();

  constructor(selector: DocumentSelector) {
    this.item = languages.createLanguageStatusItem("relook.status", selector);
    this.item.name = "ReLook";
    this.show(LanguageStatusSeverity.Information, "ReLook", "starting");
    this.item.busy = true;
  }

  /** What the server says. */
  update(status: Status): void {
    const { state, message, kind } = status;
    if (state === "problem" || state === "settings") {
      const remedies = BY_KIND[kind] ?? ["log"];
      this.show(LanguageStatusSeverity.Warning, `ReLook: ${message}`, undefined, command(remedies));
      if (ENVIRONMENT.has(kind)) this.tell(message, remedies);
      return;
    }
    this.item.busy = state !== "idle";
    if (state === "idle") this.idle(status);
    else this.show(LanguageStatusSeverity.Information, `ReLook: ${state}`, message);
  }

  /** The server does not run. */
  failed(message: string, remedies: Remedy[]): void {
    this.show(LanguageStatusSeverity.Error, `ReLook: ${message}`, undefined, command(remedies));
    this.tell(message, remedies);
  }

  waiting(message: string): void {
    this.show(LanguageStatusSeverity.Warning, `ReLook: ${message}`, undefined, REMEDIES.log);
    this.item.busy = true;
  }

  starting(): void {
    this.show(LanguageStatusSeverity.Information, "ReLook", "starting");
    this.item.busy = true;
  }

  dispose(): void {
    this.item.dispose();
  }

  private idle({ message, score, findings }: Status): void {
    if (score === null) this.show(LanguageStatusSeverity.Information, "ReLook", message || "ready");
    else this.show(LanguageStatusSeverity.Information, `ReLook: ${score}`, message || `${findings ?? 0} findings`, { command: "relook.openPage", title: "Open Page View" });
  }

  private show(severity: LanguageStatusSeverity, text: string, detail?: string, command?: Command): void {
    this.item.busy = false;
    this.item.severity = severity;
    this.item.text = text;
    if (detail === undefined) delete this.item.detail;
    else this.item.detail = detail;
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

function command(remedies: Remedy[]): Command | undefined {
  return remedies[0] === undefined ? undefined : REMEDIES[remedies[0]];
}
