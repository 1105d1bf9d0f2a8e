import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import { createEnvironment, findSystem, isReady, probe, recent, run } from "../src/python";

let folder = "";
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "relook-python-"));
});
after(() => rm(folder, { recursive: true }));

void test("the system's Python is found and asked what it is", async () => {
  const found = await findSystem();
  assert.ok(found !== undefined && recent(found));
  assert.ok(found.relook === null || /^\d+\.\d+/.test(found.relook));
});

void test("what cannot be run is not an interpreter", async () => {
  assert.equal(await probe(path.join(folder, "none")), undefined);
  assert.equal(await probe("/bin/false"), undefined);
});

void test("Python 3.10 is too old, 3.11 is not", () => {
  assert.ok(!recent({ executable: "", python: [3, 10], relook: null }));
  assert.ok(recent({ executable: "", python: [3, 11], relook: null }));
});

void test("an environment that fails leaves nothing, and says why in one sentence", async () => {
  const broken = path.join(folder, "broken-1.0-py3-none-any.whl");
  await writeFile(broken, "not a wheel");
  const target = path.join(folder, "environment");
  const base = await findSystem();
  const lines: string[] = [];
  const made = createEnvironment(base?.executable ?? "", target, broken, (line) => lines.push(line), new AbortController().signal);
  await assert.rejects(made, /^Error: pip could not install ReLook \(.+\)\. Is the network there\?$/);
  assert.ok(!(await isReady(target)));
  assert.ok(!(await readdir(folder)).includes("environment"));
  assert.ok(lines.some((line) => line.includes("broken")));
});

void test("a process can be cancelled", async () => {
  const abort = new AbortController();
  const started = run("sleep", ["30"], () => undefined, abort.signal);
  abort.abort();
  await assert.rejects(started, /cancelled/);
});
