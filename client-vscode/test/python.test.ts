import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import { createEnvironment, executableOf, findSystem, isReady, moduleWords, probe, recent, run } from "../src/python";

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
  const constraints = path.join(folder, "constraints.txt");
  await writeFile(constraints, "");
  const target = path.join(folder, "environment");
  const base = await findSystem();
  const lines: string[] = [];
  const made = createEnvironment(base?.executable ?? "", target, { wheel: broken, constraints }, (line) => lines.push(line), new AbortController().signal);
  await assert.rejects(made, /^Error: pip could not install ReLook \(.+\)\. Is the network there\?$/);
  assert.ok(!(await isReady(target)));
  assert.ok(!(await readdir(folder)).includes("environment"));
  assert.ok(lines.some((line) => line.includes("broken")));
});

void test("the versions that come with the wheel are those that are installed", async () => {
  const wheel = path.join(folder, "needs-1.0-py3-none-any.whl");
  const base = await findSystem();
  // A wheel that needs another one, of which there are two versions.
  const make = `
import pathlib, zipfile, sys
folder = pathlib.Path(sys.argv[1])
for name, version, needs in (("needs", "1.0", "Requires-Dist: needed\\n"), ("needed", "1.0", ""), ("needed", "2.0", "")):
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as one:
        one.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{needs}")
        one.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        one.writestr(f"{info}/RECORD", "")
`;
  await run(base?.executable ?? "", ["-c", make, folder], () => undefined);
  const constraints = path.join(folder, "constraints.txt");
  await writeFile(constraints, "needed==1.0\n");
  const target = path.join(folder, "pinned");
  const before = { links: process.env.PIP_FIND_LINKS, index: process.env.PIP_NO_INDEX };
  process.env.PIP_FIND_LINKS = folder;
  process.env.PIP_NO_INDEX = "1";
  try {
    await createEnvironment(base?.executable ?? "", target, { wheel, constraints }, () => undefined, new AbortController().signal);
  } finally {
    for (const [name, value] of [
      ["PIP_FIND_LINKS", before.links],
      ["PIP_NO_INDEX", before.index],
    ] as const) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
  const version = "import importlib.metadata as m; print(m.version('needed'))";
  assert.equal((await run(executableOf(target), ["-c", version], () => undefined)).trim(), "1.0");
});

void test("a process can be cancelled", async () => {
  const abort = new AbortController();
  const started = run("sleep", ["30"], () => undefined, abort.signal);
  abort.abort();
  await assert.rejects(started, /cancelled/);
});

void test("modules that lie in the current folder are not run", async () => {
  const project = await mkdtemp(path.join(folder, "project-"));
  const home = process.env.HOME;
  for (const name of ["json.py", "importlib.py", "platform.py"]) {
    await writeFile(path.join(project, name), `open(${JSON.stringify(path.join(project, "RAN"))}, "w")\n`);
  }
  process.env.HOME = project;
  try {
    assert.ok((await findSystem()) !== undefined);
    const base = (await findSystem())?.executable ?? "";
    await run(base, moduleWords("platform"), () => undefined);
    assert.ok(!(await readdir(project)).includes("RAN"));
    await run(base, ["-m", "platform"], () => undefined);
    assert.ok((await readdir(project)).includes("RAN"), "the trap works");
  } finally {
    process.env.HOME = home;
  }
});
