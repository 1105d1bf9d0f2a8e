import assert from "node:assert/strict";
import { test } from "node:test";
import type { Picture } from "../src/messages";
import { momentName, momentsOf, pictureOf, viewName, viewNames } from "../webview/views";

function picture(width: number, moment: number, more: { role?: string; touch?: boolean; scheme?: "light" | "dark" } = {}): Picture {
  const { role = "configured", touch = false, scheme = "light" } = more;
  return { id: `${role}:${width}@${moment}`, viewport: { width, height: 800, touch, scheme }, moment, role, width, height: 2000, src: "" };
}

const pictures = [picture(375, 0, { touch: true }), picture(375, 2000, { touch: true }), picture(1280, 0), picture(1280, 2000), picture(640, 2000, { role: "zoom" })];

void test("a view is named by its size and by what is special about it", () => {
  assert.deepEqual(viewNames(pictures), ["375 × 800, touch", "1280 × 800", "640 × 800, zoom"]);
  assert.equal(viewName(picture(1280, 0, { scheme: "dark" })), "1280 × 800, dark");
});

void test("moments are those of the view, in order", () => {
  assert.deepEqual(momentsOf(pictures, "1280 × 800"), [0, 2000]);
  assert.deepEqual([0, 1000, 1500].map(momentName), ["at load", "+1 s", "+1.5 s"]);
});

void test("a moment that a view does not have gives its last picture", () => {
  assert.equal(pictureOf(pictures, "1280 × 800", 0)?.id, "configured:1280@0");
  assert.equal(pictureOf(pictures, "640 × 800, zoom", 0)?.id, "zoom:640@2000");
  assert.equal(pictureOf(pictures, "none", 0), undefined);
});
