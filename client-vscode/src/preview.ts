/** Before and after of one verified edit, to be accepted or discarded. */
import { window, type Disposable, type LogOutputChannel, type Uri, type WebviewPanel } from "vscode";
import type { FromPreview, ToPreview } from "./messages";
import { openPanel, shown } from "./panel";
import { openMark } from "./places";
import { ACCEPT, DISCARD, PREVIEW, type Applied, type Preview } from "./protocol";
import type { Refiner } from "./refine";
import { shown as run, type Server } from "./server";

export class Previews implements Disposable {
  private panel: WebviewPanel | undefined;

  constructor(
    private readonly extension: Uri,
    private readonly log: LogOutputChannel,
    private readonly server: Server,
    private readonly refiner: Refiner,
  ) {}

  /** The prepared edit for a finding, else one that is looked for now; without a finding the page's. */
  async show(uri: string, finding: string): Promise<void> {
    const prepared = await this.server.request<Preview | null>(PREVIEW, { uri, finding });
    if (prepared !== null) {
      this.open(prepared);
      return;
    }
    const refined = await this.refiner.refine(this.server, uri, finding, false);
    if (refined === null) return;
    if (refined.preview === null) void window.showInformationMessage(`ReLook: ${refined.message}`);
    else this.open(refined.preview);
  }

  private open(preview: Preview): void {
    // One decision at a time.
    this.panel?.dispose();
    const panel = openPanel(this.extension, "preview", "ReLook: Before and After");
    this.panel = panel;
    let decided = false;
    panel.onDidDispose(() => {
      if (this.panel === panel) this.panel = undefined;
      if (!decided) void this.server.request(DISCARD, { id: preview.id }).catch(() => undefined);
    });
    panel.webview.onDidReceiveMessage((message: FromPreview) => {
      void run(this.log, async () => {
        switch (message.kind) {
          case "ready":
            await panel.webview.postMessage(this.state(panel, preview));
            break;
          case "open":
            await openMark([...preview.before.findings, ...preview.after.findings].find((one) => one.id === message.id));
            break;
          case "accept": {
            const { applied, message: why } = await this.server.request<Applied>(ACCEPT, { id: preview.id });
            decided = true;
            panel.dispose();
            if (!applied) void window.showWarningMessage(`ReLook: ${why}`);
            break;
          }
          case "discard":
            panel.dispose();
        }
      });
    });
  }

  private state(panel: WebviewPanel, { title, before, after }: Preview): ToPreview {
    // Both sides at once: their folders must both be allowed before a picture is asked for.
    const folders = shown(panel.webview, this.extension, { score: null, findings: [], frames: [...before.frames, ...after.frames] });
    const split = before.frames.length;
    return {
      kind: "show",
      title,
      before: { score: before.score, marks: before.findings, pictures: folders.pictures.slice(0, split) },
      after: { score: after.score, marks: after.findings, pictures: folders.pictures.slice(split) },
    };
  }

  dispose(): void {
    this.panel?.dispose();
  }
}
