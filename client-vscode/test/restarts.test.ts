import assert from "node:assert/strict";
import { test } from "node:test";
import { Restarts } from "../src/restarts";

void test("pauses double, and the sixth end within three minutes is the last", () => {
  const restarts = new Restarts();
  const pauses = [0, 1, 2, 3, 4, 5].map((second) => restarts.next(1000 * second));
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16000, undefined]);
});

void test("an end long ago does not count", () => {
  const restarts = new Restarts();
  restarts.next(0);
  restarts.next(1000);
  assert.equal(restarts.next(200_000), 1000);
});

void test("a restart that the user asks for starts the count anew", () => {
  const restarts = new Restarts();
  for (let second = 0; second < 6; second += 1) restarts.next(1000 * second);
  restarts.clear();
  assert.equal(restarts.next(7000), 1000);
});
