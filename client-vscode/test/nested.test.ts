import assert from "node:assert/strict";
import { test } from "node:test";
import { nested } from "../src/nested";

void test("keys with dots become objects; values stay as they are", () => {
  const flat = new Map<string, unknown>([
    ["contrast.level", "AAA"],
    ["editor.delay", 100],
    ["editor.onSave", false],
    ["rules", { "uneven-gaps": "off" }],
  ]);
  assert.deepEqual(nested(flat), { contrast: { level: "AAA" }, editor: { delay: 100, onSave: false }, rules: { "uneven-gaps": "off" } });
});

void test("nothing set is nothing sent", () => {
  assert.deepEqual(nested(new Map()), {});
});
