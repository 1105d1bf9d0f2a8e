import { workspace, type ConfigurationScope, type ExtensionContext } from "vscode";
import { nested } from "./nested";

export const SECTION = "relook";

/** Settings of the extension alone; the server does not know them. */
const OWN = new Set(["python", "trace.server"]);

/**
 * What the user set, in the server's shape. Defaults stay out: they would go over the project's `relook.toml`.
 */
export function explicit(context: ExtensionContext, scope?: ConfigurationScope): Record<string, unknown> {
  const { contributes } = context.extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  const configuration = workspace.getConfiguration(SECTION, scope ?? null);
  const found = new Map<string, unknown>();
  for (const name of Object.keys(contributes.configuration.properties)) {
    const key = name.slice(SECTION.length + 1);
    const set = configuration.inspect(key);
    const values = [set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue];
    if (!OWN.has(key) && values.some((value) => value !== undefined)) found.set(key, configuration.get(key));
  }
  return nested(found);
}

export function pythonSetting(): string {
  return workspace.getConfiguration(SECTION).get("python", "");
}
