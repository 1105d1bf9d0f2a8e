/** Lets the server use a language model that the user has in the editor; nothing else here depends on one. */
import { readFile } from "node:fs/promises";
import {
  LanguageModelChatMessage,
  LanguageModelDataPart,
  LanguageModelError,
  LanguageModelTextPart,
  lm,
  QuickPickItemKind,
  window,
  workspace,
  type CancellationToken,
  type LanguageModelChat,
} from "vscode";
import { LSPErrorCodes, ResponseError, type LanguageClient } from "vscode-languageclient/node";
import { COMPLETE, type Complete, type Completed } from "./protocol";

/** The value of `policy.endpoint` and `critic.endpoint` that means a model of the editor. */
const EDITOR = "editor";

export function bridge(client: LanguageClient): void {
  client.onRequest(COMPLETE, (parameters: Complete, token: CancellationToken) =>
    complete(parameters, token).catch((error: unknown) => new ResponseError(LSPErrorCodes.RequestFailed, reason(error))),
  );
}

async function complete(parameters: Complete, token: CancellationToken): Promise<Completed> {
  const model = await select(parameters.model);
  const messages = await Promise.all(parameters.messages.map(message));
  if (parameters.schema !== null) {
    messages.push(LanguageModelChatMessage.User(`Answer with JSON that is valid for this schema, and nothing else:\n${JSON.stringify(parameters.schema)}`));
  }
  const texts: string[] = [];
  for (let sample = 0; sample < parameters.samples; sample += 1) {
    texts.push(await ask(model, messages, parameters, token));
  }
  return { texts };
}

async function ask(model: LanguageModelChat, messages: LanguageModelChatMessage[], { purpose, tokens }: Complete, token: CancellationToken): Promise<string> {
  const justification = purpose === "critic" ? "to judge pictures of your page" : "to propose edits of your page";
  const answer = await model.sendRequest(messages, { justification, modelOptions: { max_tokens: tokens } }, token);
  let text = "";
  for await (const part of answer.text) text += part;
  return text;
}

async function select(wanted: string): Promise<LanguageModelChat> {
  const models = await lm.selectChatModels();
  const found = wanted ? models.find((one) => one.id === wanted || one.family === wanted) : models[0];
  if (found === undefined) {
    throw new Error(wanted ? `The editor has no language model "${wanted}".` : "The editor has no language model; sign in to one, or empty policy.endpoint and critic.endpoint.");
  }
  return found;
}

/** The interface knows no system messages: they are said by the user. */
async function message({ role, text, pictures }: Complete["messages"][number]): Promise<LanguageModelChatMessage> {
  if (role === "assistant") return LanguageModelChatMessage.Assistant(text);
  const images = await Promise.all(pictures.map(async (file) => LanguageModelDataPart.image(await readFile(file), "image/png")));
  return LanguageModelChatMessage.User([new LanguageModelTextPart(text), ...images]);
}

/** One sentence for the user. */
function reason(error: unknown): string {
  if (error instanceof LanguageModelError) {
    if (error.code === LanguageModelError.NoPermissions.name) return "ReLook may not use the editor's language model: allow it in the dialog, or choose none.";
    if (error.code === LanguageModelError.NotFound.name) return "The editor's language model is not there any more: choose another.";
    if (error.code === LanguageModelError.Blocked.name) return `Quota used up or content blocked, says the editor's language model (${error.message}).`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Let the user choose a model for proposing edits and judging pages, or none. */
export async function chooseModel(): Promise<void> {
  const models = await lm.selectChatModels();
  const none = { label: "No language model", id: undefined };
  const items = models.map((one) => ({ label: one.name, description: `${one.vendor}, ${one.family}`, id: one.id }));
  const title = models.length > 0 ? "Language model that ReLook may use" : "The editor has no language model; sign in to one first";
  const picked = await window.showQuickPick([...items, { label: "", kind: QuickPickItemKind.Separator, id: undefined }, none], { title });
  if (picked === undefined) return;
  const settings = workspace.getConfiguration("relook");
  for (const part of ["policy", "critic"]) {
    await settings.update(`${part}.model`, picked.id, true);
    await settings.update(`${part}.endpoint`, picked.id === undefined ? undefined : EDITOR, true);
  }
}
