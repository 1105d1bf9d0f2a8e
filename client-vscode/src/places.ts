/** From a place that the server names to the editor that shows it. */
import { TextEditorRevealType, Uri, ViewColumn, window, workspace, type Range } from "vscode";
import { rangeOf } from "./reviews";
import type { Mark } from "./protocol";

export async function open(uri: string, range: Range): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  const visible = window.visibleTextEditors.find((one) => one.document === document);
  const editor = await window.showTextDocument(document, { viewColumn: visible?.viewColumn ?? ViewColumn.One, selection: range });
  editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Show the cause of a finding. */
export async function openMark(mark: Mark | undefined): Promise<void> {
  if (mark?.location) await open(mark.location.uri, rangeOf(mark.location.range));
  else void window.showInformationMessage("ReLook: this finding has no place in a file of the workspace.");
}
