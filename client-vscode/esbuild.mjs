// Bundles the extension for Node, its webviews for the browser and, with --tests, the tests of the pure parts.
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";

const shared = { bundle: true, logLevel: "warning", sourcemap: false };

if (process.argv.includes("--tests")) {
  rmSync("build", { recursive: true, force: true });
  const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await build({
    ...shared,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: "build",
    outExtension: { ".js": ".cjs" },
    platform: "node",
    target: "node20",
    format: "cjs",
  });
} else {
  await build({
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
  });
  await build({
    ...shared,
    entryPoints: ["webview/preview.ts", "webview/page.ts", "webview/style.css"],
    outdir: "dist/webview",
    platform: "browser",
    target: "es2023",
    format: "iife",
    minify: true,
  });
}
