/** The editor's side, as a webview sees it. */
declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const api = acquireVsCodeApi();

export function send(message: object): void {
  api.postMessage(message);
}
