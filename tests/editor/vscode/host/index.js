// Runs inside the extension host: what the extension gives through VS Code's own interface.
const assert = require("node:assert/strict");
const { CodeActionKind, commands, ConfigurationTarget, extensions, languages, Uri, window, workspace, WorkspaceEdit } = require("vscode");

const SECONDS = 60;

async function until(what, holds) {
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    const value = await holds();
    if (value) return value;
    assert.ok(Date.now() < end, `still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function found(uri) {
  return languages.getDiagnostics(uri).filter((one) => one.source === "relook");
}

exports.run = async () => {
  const uri = Uri.joinPath(workspace.workspaceFolders[0].uri, "style.css");
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document);

  const diagnostics = await until("two findings", () => found(uri).length === 2 && found(uri));
  const contrast = diagnostics.find((one) => one.code.value === "low-contrast");
  assert.equal(document.getText(contrast.range), "color: #b9a999");
  assert.match(contrast.code.target.toString(), /low-contrast\.md$/);
  assert.ok(contrast.relatedInformation.length > 0);
  assert.match(contrast.relatedInformation[0].location.uri.path, /index\.html$/);

  const actions = await until("a verified fix", async () => {
    const offered = await commands.executeCommand("vscode.executeCodeActionProvider", uri, contrast.range, CodeActionKind.QuickFix.value);
    return offered.some((one) => one.title.includes("(verified)")) && offered;
  });
  const verified = actions.find((one) => one.title.includes("(verified)"));
  assert.ok(verified.isPreferred && verified.edit !== undefined && verified.command === undefined);
  assert.equal(actions.at(0), verified);
  assert.equal(actions.at(1).command.command, "relook.showPreview");
  assert.ok(actions.every((one) => !one.isPreferred || one.edit !== undefined));

  const known = await commands.getCommands(true);
  const declared = extensions.getExtension("relook-lsp.relook").packageJSON.contributes.commands;
  for (const { command } of declared) assert.ok(known.includes(command), command);

  // The report opens as a tab; its command then waits for an answer to its question.
  void commands.executeCommand("relook.openReport");
  await until("the report", () => window.tabGroups.all.flatMap((group) => group.tabs).some((tab) => tab.label === "ReLook: Report"));
  await window.showTextDocument(document, 1);

  // Fix on save: everything at once, verified together.
  await workspace.getConfiguration("editor").update("codeActionsOnSave", { "source.fixAll.relook": "explicit" }, ConfigurationTarget.Workspace);
  const edit = new WorkspaceEdit();
  edit.insert(uri, document.lineAt(0).range.end, " /* bread */");
  assert.ok(await workspace.applyEdit(edit));
  const kind = CodeActionKind.SourceFixAll.append("relook");
  await until("one edit for everything", async () => {
    const offered = await commands.executeCommand("vscode.executeCodeActionProvider", uri, contrast.range, kind.value);
    return offered.length > 0;
  });
  await document.save();
  assert.doesNotMatch(document.getText(), /#b9a999/);
  assert.match(document.getText(), /max-width/);
  assert.ok(!document.isDirty);
  await until("nothing is found any more", () => found(uri).length === 0);
};
