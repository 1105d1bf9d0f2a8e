/** From a place that the server names to the editor that shows it. */
import { TextEditorRevealType, Uri, ViewColumn, window, workspace, type Range } from "vscode";
import { rangeOf } from "./reviews";
import type { Mark } from "./protocol";

/** Milliseconds; VS Code asks a webview four times a second whether it has the focus. */
const LATE = 600;

export async function open(uri: string, range: Range): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  const visible = window.visibleTextEditors.find((one) => one.document === document);
  const options = { viewColumn: visible?.viewColumn ?? ViewColumn.One, selection: range };
  const editor = await window.showTextDocument(document, options);
  editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
  // The click that led here may become known only now, and makes the webview the active editor again.
  const late = window.onDidChangeActiveTextEditor((active) => {
    if (active !== undefined) return;
    late.dispose();
    void window.showTextDocument(document, options);
  });
  setTimeout(() => { late.dispose(); }, LATE);
}

/** Show the cause of a finding. */
export async function openMark(mark: Mark | undefined): Promise<void> {
  if (mark?.location) await open(mark.location.uri, rangeOf(mark.location.range));
  else void window.showInformationMessage("ReLook: this finding has no place in a file of the workspace.");
}
