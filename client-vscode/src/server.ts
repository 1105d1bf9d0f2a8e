/** The language server's life: found, started, restarted after a crash with growing pauses, stopped. */
import { commands, EventEmitter, window, workspace, type CancellationToken, type Disposable, type ExtensionContext, type LogOutputChannel } from "vscode";
import { CancellationToken as Token, CloseAction, ErrorAction, LanguageClient, State, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";
import { interpreter, NoInterpreter } from "./environment";
import { latest } from "./latest";
import { moduleWords } from "./python";
import { REVIEWED, STATUS, TRUSTED, type Reviewed, type Status } from "./protocol";
import { Restarts } from "./restarts";
import { explicit } from "./settings";
import type { Remedy, StatusView } from "./status";

export const DOCUMENTS: { language: string; scheme: string }[] = [
  ...["html", "css", "javascript"].map((language) => ({ language, scheme: "file" })),
  { language: "html", scheme: "untitled" },
];

/** Prepares a client before it starts, with the handlers of one concern. */
export type Setup = (client: LanguageClient) => void;

export class Server implements Disposable {
  /** Start, or stop and start again; asked for many times while it runs, it runs once more. */
  readonly restart = latest(() => this.cycle());
  private readonly reviewed = new EventEmitter<Reviewed>();
  readonly onReviewed = this.reviewed.event;
  private readonly restarts = new Restarts();
  private client: LanguageClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private agreed = false;
  private disposed = false;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly status: StatusView,
    private readonly setups: readonly Setup[],
  ) {}

  /** As `restart`, at the user's wish, with a clean record. */
  retry(): Promise<void> {
    this.restarts.clear();
    return this.restart();
  }

  /** As `retry`, where the user agreed that an environment is made. */
  setUp(): Promise<void> {
    this.agreed = true;
    return this.retry();
  }

  /** Send a request of ReLook's own. Throws an `Error` for the user where no server runs. */
  async request<T>(method: string, parameters: object, token: CancellationToken = Token.None): Promise<T> {
    if (this.client?.state !== State.Running) throw new Error("ReLook's server is not running.");
    // The client would send an undefined token as a second parameter.
    return this.client.sendRequest<T>(method, parameters, token);
  }

  trusted(): void {
    // The interpreter may now be the workspace's.
    if (this.client?.state === State.Running) void this.client.sendNotification(TRUSTED, { trusted: true });
    else void this.restart();
  }

  /** The path of the interpreter that runs the server, or would. Throws `NoInterpreter`. */
  interpreter(): Promise<string> {
    return interpreter(this.context, this.log, false);
  }

  private async cycle(): Promise<void> {
    clearTimeout(this.timer);
    await this.stop();
    if (this.disposed) return;
    this.status.starting();
    const agreed = this.agreed;
    this.agreed = false;
    try {
      const python = await interpreter(this.context, this.log, agreed);
      this.client = this.create(python);
      await this.client.start();
      void commands.executeCommand("setContext", "relook.running", true);
    } catch (error) {
      this.log.error(String(error));
      this.status.failed((error as Error).message, remediesOf(error));
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    void commands.executeCommand("setContext", "relook.running", false);
    // One that died cannot be stopped, only let go.
    await client.dispose(5000).catch((error: unknown) => {
      this.log.debug(String(error));
    });
  }

  private create(python: string): LanguageClient {
    this.log.info(`Starting ${python} ${moduleWords("relook_lsp").join(" ")}`);
    const server: ServerOptions = { command: python, args: moduleWords("relook_lsp"), options: { env: { ...process.env, PYTHONUNBUFFERED: "1" } } };
    const options: LanguageClientOptions = {
      documentSelector: DOCUMENTS,
      outputChannel: this.log,
      initializationOptions: {
        ...explicit(this.context),
        trusted: workspace.isTrusted,
        client: { reviewed: true, images: true, model: true, commands: ["relook.openPage", "relook.refinePage", "relook.showPreview"] },
      },
      markdown: { supportHtml: true, isTrusted: false },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => {
          this.crashed(client);
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: {
        // The whole page's refinement has a notification of its own here.
        executeCommand: (command, words: unknown[], next): unknown =>
          command === "relook.refine" && words[1] === "" ? commands.executeCommand("relook.refinePage", words[0]) : next(command, words),
        workspace: {
          configuration: ({ items }) =>
            items.map((item) => explicit(this.context, item.scopeUri === undefined ? undefined : client.protocol2CodeConverter.asUri(item.scopeUri))),
          didChangeConfiguration: () => client.sendNotification("workspace/didChangeConfiguration", { settings: { relook: explicit(this.context) } }),
        },
      },
    };
    const client = new LanguageClient("relook", "ReLook", server, options);
    client.onNotification(STATUS, (status: Status) => {
      if (status.state === "problem") this.log.warn(status.message);
      this.status.update(status);
    });
    client.onNotification(REVIEWED, (reviewed: Reviewed) => {
      this.reviewed.fire(reviewed);
    });
    for (const setup of this.setups) setup(client);
    return client;
  }

  private crashed(client: LanguageClient): void {
    if (client !== this.client || this.disposed) return;
    const pause = this.restarts.next(Date.now());
    if (pause === undefined) {
      this.status.failed("the server ended six times within three minutes.", ["restart", "log"]);
      return;
    }
    this.log.error(`The server ended; it starts again in ${pause / 1000} s.`);
    this.status.waiting(pause / 1000);
    this.timer = setTimeout(() => void this.restart(), pause);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.reviewed.dispose();
    void this.stop();
  }

  /** For deactivation: ends the server and waits for it. */
  async end(): Promise<void> {
    this.disposed = true;
    clearTimeout(this.timer);
    await this.stop();
  }
}

function remediesOf(error: unknown): Remedy[] {
  if (!(error instanceof NoInterpreter)) return ["restart", "log"];
  return error.setUp ? ["setUp", "choose", "log"] : ["choose", "log"];
}

/** Run `job` and show what it throws; the log has the rest. */
export async function shown(log: LogOutputChannel, job: () => Promise<void>): Promise<void> {
  try {
    await job();
  } catch (error) {
    log.error(String(error));
    const answer = await window.showErrorMessage(`ReLook: ${(error as Error).message}`, "Show Log");
    if (answer !== undefined) log.show();
  }
}
