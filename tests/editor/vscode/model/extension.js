// A critic that finds one thing: how many pictures reached it. It says so in the words of the schema. Its siblings refuse.
const { lm, LanguageModelError, LanguageModelTextPart } = require("vscode");

const LIMITS = { family: "test", version: "1", maxInputTokens: 100000, maxOutputTokens: 4000, capabilities: { imageInput: true } };
const MODELS = ["test-vision", "test-quota", "test-consent"].map((id) => ({ id, name: id, ...LIMITS }));
const REFUSALS = {
  "test-quota": () => LanguageModelError.Blocked("0 of 50 requests are left"),
  "test-consent": () => LanguageModelError.NoPermissions("the user said no"),
};

function opinion(pictures) {
  return {
    rubric: { specification: 70, spatial: 70, typography: 40, interaction: 80 },
    score: 61,
    critiques: [{
      mark: 0, dimension: "typography", severity: "warning", problem: `The model was shown ${pictures} pictures.`, suggestion: "Look at them.",
    }],
  };
}

exports.activate = (context) => context.subscriptions.push(lm.registerLanguageModelChatProvider("test", {
  provideLanguageModelChatInformation: () => MODELS,
  provideLanguageModelChatResponse: async (model, messages, _options, progress) => {
    if (model.id in REFUSALS) throw REFUSALS[model.id]();
    const parts = messages.flatMap((message) => message.content);
    const pictures = parts.filter((part) => part.mimeType === "image/png" && part.data.byteLength > 100).length;
    progress.report(new LanguageModelTextPart(JSON.stringify(opinion(pictures))));
  },
  provideTokenCount: async () => 10,
}));
