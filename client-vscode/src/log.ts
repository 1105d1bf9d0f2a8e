import { window, type LogOutputChannel } from "vscode";

/** The one channel of the extension and of the server's stderr. */
export function createLog(): LogOutputChannel {
  return window.createOutputChannel("ReLook", { log: true });
}
