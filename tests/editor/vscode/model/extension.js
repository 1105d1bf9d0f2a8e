// A critic that finds one thing: how many pictures reached it. It says so in the words of the schema.
const { lm, LanguageModelTextPart } = require("vscode");

const MODEL = {
  id: "test-vision", name: "Test Vision", family: "test", version: "1", maxInputTokens: 100000, maxOutputTokens: 4000,
  capabilities: { imageInput: true },
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
  provideLanguageModelChatInformation: () => [MODEL],
  provideLanguageModelChatResponse: async (_model, messages, _options, progress) => {
    const parts = messages.flatMap((message) => message.content);
    const pictures = parts.filter((part) => part.mimeType === "image/png" && part.data.byteLength > 100).length;
    progress.report(new LanguageModelTextPart(JSON.stringify(opinion(pictures))));
  },
  provideTokenCount: async () => 10,
}));
