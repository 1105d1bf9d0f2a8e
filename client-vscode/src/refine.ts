/** Looks for a verified edit, with a notification that shows each candidate and can be cancelled. */
import { CancellationError, EventEmitter, ProgressLocation, window, type Disposable } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { PROGRESS, REFINE, type Progress, type Refined } from "./protocol";
import type { Server } from "./server";

export class Refiner implements Disposable {
  private readonly progress = new EventEmitter<Progress>();

  /** Before a client starts. */
  listen(client: LanguageClient): void {
    client.onNotification(PROGRESS, (one: Progress) => {
      this.progress.fire(one);
    });
  }

  /** Null where it was cancelled. With `apply` the edit goes into the editor at once; else it waits as a preview. */
  async refine(server: Server, uri: string, finding: string, apply: boolean): Promise<Refined | null> {
    const title = finding ? "ReLook: looking for a verified fix" : "ReLook: refining the page";
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    return window.withProgress(options, async (notification, token) => {
      const listener = this.progress.event((one) => {
        notification.report({ message: describe(one) });
      });
      try {
        return await server.request<Refined>(REFINE, { uri, finding, apply }, token);
      } catch (error) {
        if (token.isCancellationRequested || error instanceof CancellationError) return null;
        throw error;
      } finally {
        listener.dispose();
      }
    });
  }

  dispose(): void {
    this.progress.dispose();
  }
}

function describe(one: Progress): string {
  return `round ${one.round}, attempt ${one.attempt}: ${one.title}: ${one.outcome}. Best score ${one.best}.`;
}
