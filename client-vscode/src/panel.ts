/** The frame of every webview: one script, one style sheet, pictures of the session, nothing else. */
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { Uri, ViewColumn, window, type Webview, type WebviewPanel } from "vscode";
import type { Picture, Shown } from "./messages";
import type { Side } from "./protocol";

export function openPanel(extension: Uri, script: "page" | "preview", title: string): WebviewPanel {
  const place = { viewColumn: ViewColumn.Beside, preserveFocus: script === "page" };
  const panel = window.createWebviewPanel(`relook.${script}`, title, place, { enableScripts: true, localResourceRoots: [assets(extension)] });
  panel.iconPath = Uri.joinPath(extension, "media", "icon.png");
  panel.webview.html = markup(panel.webview, extension, script, title);
  return panel;
}

/** A review's side with addresses that the webview may load; its folder of pictures is allowed, and no other. */
export function shown(webview: Webview, extension: Uri, side: Omit<Side, "score"> & { score: number | null }): Shown {
  const folders = [...new Set(side.frames.map((frame) => path.dirname(frame.path)))].map((folder) => Uri.file(folder));
  const known = new Set(webview.options.localResourceRoots?.map(String));
  if (folders.some((folder) => !known.has(folder.toString()))) {
    webview.options = { enableScripts: true, localResourceRoots: [assets(extension), ...folders] };
  }
  const pictures = side.frames.map(({ path: file, ...frame }): Picture => ({ ...frame, src: webview.asWebviewUri(Uri.file(file)).toString() }));
  return { score: side.score, marks: side.findings, pictures };
}

function assets(extension: Uri): Uri {
  return Uri.joinPath(extension, "dist", "webview");
}

function markup(webview: Webview, extension: Uri, script: string, title: string): string {
  const nonce = randomBytes(16).toString("base64");
  const asset = (name: string): string => webview.asWebviewUri(Uri.joinPath(assets(extension), name)).toString();
  const policy = `default-src 'none'; img-src ${webview.cspSource}; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${asset("style.css")}">
</head>
<body>
<main id="view"></main>
<script nonce="${nonce}" src="${asset(`${script}.js`)}"></script>
</body>
</html>`;
}
