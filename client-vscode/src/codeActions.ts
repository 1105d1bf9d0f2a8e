/** "Before and after" beside the server's quick fixes: only this client has a place for the pictures. */
import { CodeAction, CodeActionKind, languages, type Disposable } from "vscode";
import type { Reviews } from "./reviews";
import { DOCUMENTS } from "./server";

const TITLE = "ReLook: show before and after of a verified fix…";

export function registerPreviewAction(reviews: Reviews): Disposable {
  return languages.registerCodeActionsProvider(
    DOCUMENTS,
    {
      provideCodeActions(document, range, { diagnostics }) {
        return reviews
          .at(document.uri, range)
          .filter((mark) => mark.fix !== "none")
          .map((mark) => {
            const action = new CodeAction(TITLE, CodeActionKind.QuickFix);
            action.diagnostics = diagnostics.filter((one) => one.source === "relook" && codeOf(one.code) === mark.rule);
            action.command = { title: TITLE, command: "relook.showPreview", arguments: [document.uri.toString(), mark.id] };
            return action;
          });
      },
    },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

function codeOf(code: string | number | { value: string | number } | undefined): string {
  return String(typeof code === "object" ? code.value : code);
}
