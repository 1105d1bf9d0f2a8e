/** The live side panel: the last capture of the active page, tied to the source in both directions. */
import { Uri, window, type Disposable, type LogOutputChannel, type TextEditor, type WebviewPanel } from "vscode";
import type { FromPage, ToPage } from "./messages";
import { openPanel, shown } from "./panel";
import { open, openMark } from "./places";
import { ELEMENT_AT, REVIEW, type Element, type ElementAt, type Reviewed } from "./protocol";
import { rangeOf, type Reviews } from "./reviews";
import { shown as run, type Server } from "./server";

/** Milliseconds of rest before a selection is looked up. */
const REST = 120;

export class PageView implements Disposable {
  private panel: WebviewPanel | undefined;
  private page: string | undefined;
  private frame: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: Disposable[];

  constructor(
    private readonly extension: Uri,
    private readonly log: LogOutputChannel,
    private readonly server: Server,
    private readonly reviews: Reviews,
  ) {
    this.subscriptions = [
      reviews.onChange((review) => {
        if (review.page === this.page) this.show(review);
      }),
      window.onDidChangeActiveTextEditor((editor) => {
        this.follow(editor);
      }),
      window.onDidChangeTextEditorSelection(({ textEditor }) => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.highlight(textEditor), REST);
      }),
    ];
  }

  /** Open the panel on the page of a document. */
  async open(uri: Uri): Promise<void> {
    const review = this.reviews.of(uri) ?? (await this.server.request<Reviewed | null>(REVIEW, { uri: uri.toString() }));
    if (review === null) {
      void window.showInformationMessage("ReLook: this file belongs to no page; choose an entry page.");
      return;
    }
    this.page = review.page;
    if (this.panel === undefined) this.create();
    else this.panel.reveal(undefined, true);
    this.show(review);
  }

  private create(): void {
    const panel = openPanel(this.extension, "page", "ReLook: Page");
    this.panel = panel;
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.page = undefined;
    });
    panel.webview.onDidReceiveMessage((message: FromPage) => {
      void run(this.log, () => this.receive(message));
    });
  }

  private async receive(message: FromPage): Promise<void> {
    const review = this.page === undefined ? undefined : this.reviews.page(this.page);
    switch (message.kind) {
      case "ready":
        if (review !== undefined) this.show(review);
        break;
      case "open":
        await openMark(review?.findings.find((one) => one.id === message.id));
        break;
      case "frame":
        this.frame = message.id;
        if (window.activeTextEditor !== undefined) await this.highlight(window.activeTextEditor);
        break;
      case "point": {
        if (this.page === undefined) return;
        const { frame, x, y } = message;
        const element = await this.element({ page: this.page, frame, x, y });
        if (element === null) return;
        this.post({ kind: "highlight", boxes: element.boxes, label: element.selector });
        await open(element.uri, rangeOf(element.tag));
      }
    }
  }

  private show(review: Reviewed): void {
    if (this.panel === undefined) return;
    const side = { score: review.score, findings: review.findings, frames: review.frames };
    const note = review.problems.map((one) => one.message).join(" ");
    this.panel.title = `ReLook: ${review.entry}`;
    this.post({ kind: "show", entry: review.entry, shown: shown(this.panel.webview, this.extension, side), note });
  }

  private follow(editor: TextEditor | undefined): void {
    if (this.panel === undefined || editor === undefined) return;
    const review = this.reviews.of(editor.document.uri);
    if (review === undefined || review.page === this.page) return;
    this.page = review.page;
    this.show(review);
  }

  private async highlight(editor: TextEditor): Promise<void> {
    const { page, frame } = this;
    if (this.panel === undefined || page === undefined || frame === undefined) return;
    const { line, character } = editor.selection.active;
    const uri = editor.document.uri.toString();
    const element = await this.element({ page, frame, uri, position: { line, character } }).catch(() => null);
    this.post({ kind: "highlight", boxes: element?.boxes ?? [], label: element?.selector ?? "" });
  }

  private element(place: ElementAt): Promise<Element | null> {
    return this.server.request<Element | null>(ELEMENT_AT, place);
  }

  private post(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
    for (const one of this.subscriptions) one.dispose();
  }
}
