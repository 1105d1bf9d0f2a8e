"""What an edit mends is told before the next review is done, and only that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.core.page import Page
from relook_lsp.critics.rule import Options
from relook_lsp.session.documents import Open
from relook_lsp.session.live import Live
from relook_lsp.session.session import Session
from relook_lsp.session.subject import Seen, Subject
from tests.session.conftest import Nobody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers</title>
<style>
body { font: 16px/1.5 sans-serif; color: #222; background: #fff }
.pale { color: #aaa }
.wide { width: 900px; background: #eee }
</style>
<body>
<h1>Offers of the week</h1>
<p class="pale">Fresh apples from the valley</p>
<p class="wide">Two weeks of apples</p>
</body>
</html>
"""
Told = list[tuple[str, int, int]]
"""Rule, line and character of each finding."""


def findings(seen: Seen) -> Told:
    starts = [(f.rule, f.cause.range.start) for f in seen.report.findings if f.cost > 0]
    return sorted((rule, start.line, start.character) for rule, start in starts)


@dataclass
class Listening(Nobody):
    told: list[tuple[str, Told]] = field(default_factory=list[tuple[str, Told]])

    async def reviewed(self, seen: Seen) -> None:
        self.told.append(("reviewed", findings(seen)))

    def mended(self, seen: Seen) -> None:
        self.told.append(("mended", findings(seen)))


@pytest_asyncio.fixture
async def listening() -> AsyncIterator[tuple[Session, Listening]]:
    listener = Listening()
    session = Session(listener)
    session.scheduler.rest = 3600  # nothing begins by itself
    yield session, listener
    await session.close()


async def told(session: Session, listener: Listening, folder: Path, *texts: str) -> list[tuple[str, Told]]:
    """What is told after the last of these texts, each reviewed in turn."""
    (folder / "index.html").write_text(texts[0], "utf-8")
    for version, text in enumerate(texts, 1):
        listener.told.clear()
        session.put(Open((folder / "index.html").as_uri(), folder / "index.html", "html", version, text))
        await session.look(Subject(folder, "index.html"))
    return listener.told


MENDED = PAGE.replace(".pale { color: #aaa }", ".pale {\n  color: #555;\n}")


async def test_a_finding_goes_before_the_review_is_done(listening: tuple[Session, Listening], tmp_path: Path) -> None:
    first = await told(*listening, tmp_path, PAGE)
    assert [rule for rule, *_ in first[0][1]] == ["low-contrast", "page-scrolls-sideways"]
    early, late = await told(*listening, tmp_path, PAGE, MENDED)
    assert early == ("mended", [("page-scrolls-sideways", 10, 8)])
    assert late == ("reviewed", early[1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#aaa", "#bbb"),
        ("color: #222", "color: #333"),
        (".pale { color: #aaa }", ".pale { color: #555 } p { letter-spacing: 2px }</style><style>"),
        ("Fresh apples", "Fresh pears"),
    ],
    ids=["not mended", "elsewhere", "more than style", "text"],
)
async def test_nothing_is_told_where_nothing_is_known(
    listening: tuple[Session, Listening], tmp_path: Path, old: str, new: str
) -> None:
    got = await told(*listening, tmp_path, PAGE, PAGE.replace(old, new))
    assert [kind for kind, _ in got] == ["reviewed"]


async def test_the_page_is_as_it_was_after_an_edit_that_was_taken_back(
    listening: tuple[Session, Listening], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    uri, path = (tmp_path / "index.html").as_uri(), tmp_path / "index.html"
    session.put(Open(uri, path, "html", 2, MENDED))
    look = asyncio.create_task(session.look(Subject(tmp_path, "index.html")))
    while not any(kind == "mended" for kind, _ in listener.told):  # noqa: ASYNC110 (a test polls)
        await asyncio.sleep(0.01)
    look.cancel()  # the next edit comes while the review runs
    await asyncio.wait([look])
    session.put(Open(uri, path, "html", 3, PAGE))
    await session.look(Subject(tmp_path, "index.html"))
    assert [rule for rule, *_ in listener.told[-1][1]] == ["low-contrast", "page-scrolls-sideways"]


async def test_a_review_that_is_cut_off_while_it_tries_an_edit(
    listening: tuple[Session, Listening], tmp_path: Path
) -> None:
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    uri, path = (tmp_path / "index.html").as_uri(), tmp_path / "index.html"
    for version, delay in enumerate((0.0, 0.02, 0.05, 0.1, 0.15), 2):
        session.put(Open(uri, path, "html", version, MENDED if version % 2 == 0 else PAGE))
        look = asyncio.create_task(session.look(Subject(tmp_path, "index.html")))
        await asyncio.sleep(delay)
        look.cancel()
        await asyncio.wait([look])
    session.put(Open(uri, path, "html", 9, MENDED))
    seen = await session.look(Subject(tmp_path, "index.html"))
    assert seen is not None and findings(seen) == [("page-scrolls-sideways", 10, 8)]


async def test_the_browser_has_gone(listening: tuple[Session, Listening], tmp_path: Path) -> None:
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    await session.browser.close()
    got = await told(session, listener, tmp_path, MENDED)
    assert got[-1] == ("reviewed", [("page-scrolls-sideways", 10, 8)])


async def test_a_page_that_does_not_let_go(listening: tuple[Session, Listening], tmp_path: Path) -> None:
    """It stands still as soon as it is shown at another size."""
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    live = session._live
    assert live is not None
    for look in live.capture.looks.values():
        await look.evaluate("addEventListener('resize', () => { while (true); })")
    uri, path = (tmp_path / "index.html").as_uri(), tmp_path / "index.html"
    session.put(Open(uri, path, "html", 2, MENDED))
    async with asyncio.timeout(60):
        await session.look(Subject(tmp_path, "index.html"))
    assert listener.told[-1] == ("reviewed", [("page-scrolls-sideways", 10, 8)])
    assert session._live is not live


async def test_one_page_stays_open_where_two_are_reviewed(
    listening: tuple[Session, Listening], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    (tmp_path / "other.html").write_text(PAGE, "utf-8")
    opened, left, after, leave = list[Live](), list[Live](), Live.after, Live.leave

    async def meanwhile(self: Live, page: Page, options: Options) -> Seen | None:
        if page.entry == "index.html":
            await session.look(Subject(tmp_path, "other.html"))
            opened.extend(one for one in (self, session._live) if one is not None)
        return await after(self, page, options)

    def noted(self: Live) -> None:
        left.append(self)
        leave(self)

    monkeypatch.setattr(Live, "after", meanwhile)
    monkeypatch.setattr(Live, "leave", noted)
    session.put(Open((tmp_path / "index.html").as_uri(), tmp_path / "index.html", "html", 2, MENDED))
    await session.look(Subject(tmp_path, "index.html"))
    assert len(opened) == 2 and sorted(map(id, left)) == sorted(map(id, opened))
    assert session._live is not None and session._live not in opened
