import assert from "node:assert/strict";
import { test } from "node:test";
import { latest } from "../src/latest";

void test("asked for many times while it runs, exactly one more run follows", async () => {
  let runs = 0;
  let running = 0;
  const again = latest(async () => {
    running += 1;
    assert.equal(running, 1);
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  });
  await Promise.all([again(), again(), again(), again()]);
  assert.equal(runs, 2);
  await again();
  assert.equal(runs, 3);
});

void test("a run that failed does not keep the next from running", async () => {
  let runs = 0;
  const again = latest(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error("first")) : Promise.resolve();
  });
  const first = again();
  const second = again();
  await assert.rejects(first, /first/);
  await second;
  assert.equal(runs, 2);
});
