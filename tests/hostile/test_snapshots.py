"""Snapshots may come from anyone: whatever stands in one, the command ends in time and in little memory, with a report or
one sentence, and nothing of it has power over the terminal or a browser."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.cli import main
from relook_lsp.core.errors import UsageError
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import STAMP, Viewport
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import ReviewSettings, review_page
from relook_lsp.review.snapshot_store import load_review, save_review

pytestmark = [pytest.mark.browser, pytest.mark.hostile]

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>t</title><style>.a::before { content: "x" } p { color: #ccc } .w { width: 900px }</style>
<h1 class="a" id="top">Harbour</h1><p class="pale">Pale words in a row</p><p class="w">A wide paragraph</p>
<a href="#top">up</a><button style="width:9px;height:9px;padding:0">x</button><img src="no.png" alt="none">
<script>console.error("said"); setTimeout(() => { throw new Error("late") }, 10)</script>"""

PLAN = CapturePlan(
    viewports=(Viewport(375, 600, True), Viewport(800, 600)), moments=(0, 500), sweep=(320, 700), axe=True
)

MUTATIONS = 240
SEVERE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e<img src=x onerror=alert(1)><script>alert(1)</script>"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stored snapshot with as many kinds of findings as one small page can have."""
    import asyncio

    root = tmp_path_factory.mktemp("root")
    (root / "index.html").write_text(PAGE, "utf-8")
    folder = root / "kept"

    async def capture() -> None:
        driver = Driver()
        try:
            result = await review_page(driver, Page(root, "index.html"), ReviewSettings(PLAN))
            assert result.snapshot is not None, result.report.problems
            save_review(result, CriticOptions(), folder)
        finally:
            await driver.close()

    asyncio.run(capture())
    return folder


@pytest.fixture(scope="module")
def body(kept: Path) -> dict[str, Any]:
    return json.loads(gzip.decompress(next(kept.glob("*.gz")).read_bytes()))


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "copy")


def _write(folder: Path, body: object) -> None:
    next(folder.glob("*.gz")).write_bytes(gzip.compress(json.dumps(body).encode(), 1))


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in the JSON value, a long list of equal things by some of its items."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index in {0, 1, len(value) // 2, len(value) - 1} & set(range(len(value))):
            yield from _places(value[index], (*path, index))


VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**31, -(2**31), 2**70, 1e308, -1e308, 0.5, "", "x", SEVERE, "../../../../etc/passwd", "\ud800",
    [], {}, [[]], [None], {"a": 1}, [1, 2, 3, 4], "9" * 5000,
)  # fmt: skip


def _mutated(body: dict[str, Any], seed: int) -> object:
    """One to three places of a copy replaced, removed, doubled, reversed, or given an escape."""
    chance = random.Random(seed)
    result = copy.deepcopy(body)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = [place for place in _places(result) if place]
        # By name first, so that the many columns of layouts do not hide the rest.
        named = sorted({str([part for part in place if isinstance(part, str)]) for place in places})
        chosen = chance.choice(named)
        place = chance.choice([p for p in places if str([part for part in p if isinstance(part, str)]) == chosen])
        holder: Any = result
        for part in place[:-1]:
            holder = holder[part]
        last = place[-1]
        old = holder[last]
        match chance.randrange(6):
            case 0:
                del holder[last]
            case 1 if isinstance(old, list) and old:
                holder[last] = old + old
            case 2 if isinstance(old, list) and old:
                holder[last] = old[::-1]
            case 3 if isinstance(old, str):
                holder[last] = old + SEVERE
            case 4 if isinstance(old, int | float):
                holder[last] = chance.choice((-old, old + 1, old * 1000, old - 1, old / 3))
            case _:
                holder[last] = chance.choice(VALUES)
    return result


def _is_harmless(text: str) -> bool:
    """No control character but line ends and tabs, none that turns the direction of the text."""
    return not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.fixture
def replay(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[[Path, str], int]:
    """``relook review --from-snapshots``; checks everything that is written and how it ends."""

    def run(folder: Path, kind: str) -> int:
        started = time.monotonic()
        code = main(
            ["review", "--from-snapshots", str(folder), "--format", kind, "--pictures", str(tmp_path / "pictures")]
        )
        assert time.monotonic() - started < 60
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert "ReLook itself" not in said.err
        assert _is_harmless(said.out), said.out
        assert _is_harmless(said.err), said.err
        assert code in (0, 1, 2, 3), said.err
        # A rule that cannot read what no capture makes is named, and the rest of the report stays.
        assert code != 3 or " failed" in said.out + said.err
        if code == 2:
            assert said.out == ""
            assert said.err.count("\n") == 1
        if kind == "html":
            assert "<img src=x" not in said.out
            assert "<script>alert" not in said.out
        if kind in ("json", "sarif") and said.out:
            json.loads(said.out)
        return code

    return run


KINDS = ("terminal", "json", "sarif", "html")


def test_as_it_was_kept(folder: Path, replay: Callable[[Path, str], int]) -> None:
    for kind in KINDS:
        assert replay(folder, kind) == 1


@pytest.mark.timeout(600)
def test_mutations(body: dict[str, Any], folder: Path, replay: Callable[[Path, str], int]) -> None:
    refused = 0
    for seed in range(MUTATIONS):
        _write(folder, _mutated(body, seed))
        try:
            refused += replay(folder, KINDS[seed % 4]) == 2
        except BaseException:
            print(f"seed {seed}")
            raise
    # Some change nothing that matters, and some must be seen.
    assert MUTATIONS // 4 < refused < MUTATIONS


def test_every_text_with_escapes_and_markup(
    body: dict[str, Any], folder: Path, replay: Callable[[Path, str], int]
) -> None:
    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict) and "strings" in value:
            # Computed values and the stamps of start tags are no texts of the page, and have a form of their own.
            computed = set().union(*value["documents"][0]["layout"]["styles"])
            strings = [
                s if n in computed or s.isdecimal() or s == STAMP else s + SEVERE
                for n, s in enumerate(value["strings"])
            ]
            return {**value, "strings": strings}
        if isinstance(value, dict):
            return {key: walk(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, name) for inner in value]
        fixed = ("frame", "background", "role", "scheme", "viewport", "capture", "layouts", "key")
        return value + SEVERE if isinstance(value, str) and name not in fixed else value

    _write(folder, {**body, "page": SEVERE, "snapshot": walk(body["snapshot"])})
    for kind in KINDS:
        assert replay(folder, kind) in (0, 1)


def _raw(data: bytes) -> Callable[[Path], None]:
    return lambda folder: next(folder.glob("*.gz")).write_bytes(data) and None


def _cut(folder: Path) -> None:
    file = next(folder.glob("*.gz"))
    file.write_bytes(file.read_bytes()[:-50])


def _picture(data: bytes) -> Callable[[Path], None]:
    """Every picture replaced, with the name that its new bytes ask for."""

    def change(folder: Path) -> None:
        name = hashlib.sha256(data).hexdigest()
        file = next(folder.glob("*.gz"))
        text = gzip.decompress(file.read_bytes()).decode()
        for path in (folder / "frames").iterdir():
            text = text.replace(path.stem, name)
            path.unlink()
        (folder / "frames" / f"{name}.png").write_bytes(data)
        file.write_bytes(gzip.compress(text.encode()))

    return change


def _linked(target: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for path in (folder / "frames").iterdir():
            path.unlink()
            path.symlink_to(target)

    return change


def _fifo(folder: Path) -> None:
    path = next((folder / "frames").iterdir())
    path.unlink()
    os.mkfifo(path)


def _overwritten(folder: Path) -> None:
    next((folder / "frames").iterdir()).write_bytes(b"nope")


def _png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


DAMAGED: dict[str, Callable[[Path], None]] = {
    "empty": _raw(b""),
    "garbage": _raw(random.Random(1).randbytes(5000)),
    "cut off": _cut,
    "three hundred megabytes of blanks": _raw(gzip.compress(b'{"schema":1,"x":"' + b" " * (300 << 20), 6)),
    "nested a million deep": _raw(gzip.compress(b"[" * 1_000_000)),
    "many lists": _raw(gzip.compress(b"[" + b"[]," * 12_000_000 + b"[]]", 1)),
    "a list": _raw(gzip.compress(b"[1, 2]")),
    "no keys": _raw(gzip.compress(b"{}")),
    "not a number": _raw(gzip.compress(b'{"schema": NaN}')),
    "infinite": _raw(gzip.compress(b'{"schema": -Infinity}')),
    "version with escapes": _raw(gzip.compress(json.dumps({"schema": SEVERE}).encode())),
    "picture with other bytes": _overwritten,
    "picture that is none": _picture(b"nope"),
    "picture of two gigapixels": _picture(_png(50_000, 40_000, zlib.compress(b"\0" * 1_000_000))),
    "picture that is cut off": _picture(_png(375, 600, zlib.compress(b"\0" * 1000))),
    "picture without data": _picture(_png(375, 600, b"")),
    "picture that is a GIF": _picture(base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")),
    "pictures that link to a file": _linked("/etc/passwd"),
    "pictures that link to a device": _linked("/dev/zero"),
    "picture that is a pipe": _fifo,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_refused(name: str, folder: Path, replay: Callable[[Path, str], int]) -> None:
    DAMAGED[name](folder)
    assert replay(folder, "html") == 2


def test_little_memory(folder: Path) -> None:
    for name in ("three hundred megabytes of blanks", "many lists", "picture of two gigapixels"):
        DAMAGED[name](folder)
        tracemalloc.start()
        try:
            with pytest.raises(UsageError):
                load_review(next(folder.glob("*.gz")))
            assert tracemalloc.get_traced_memory()[1] < 600 << 20, name
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("parent", [5, 1000])
def test_parents_in_a_ring(parent: int, body: dict[str, Any], folder: Path) -> None:
    changed = copy.deepcopy(body)
    for raw, _ in changed["snapshot"]["layouts"]:
        nodes = raw["documents"][0]["nodes"]
        nodes["parentIndex"] = [parent] * len(nodes["parentIndex"])
    _write(folder, changed)
    with pytest.raises(UsageError, match=r"a node comes before its parent|parentIndex leads nowhere"):
        load_review(next(folder.glob("*.gz")))


def test_nothing_is_written_outside(body: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "pictures" not in path.parts}
    _write(folder, {**body, "page": "../../../../../../tmp/../x/" + SEVERE})
    inside = tmp_path / "pictures"
    main(["review", "--from-snapshots", str(folder), "--pictures", str(inside), "--output", str(inside / "r.html")])
    assert {path for path in tmp_path.rglob("*") if "pictures" not in path.parts} == before
    assert len(list(inside.iterdir())) > 1
