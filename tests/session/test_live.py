"""What an edit of style does is told before the next review is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.core.page import Page
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.session.open_documents import OpenDocument
from relook_lsp.session.open_page import OpenPage
from relook_lsp.session.reviewed_page import PageId, ReviewedPage
from relook_lsp.session.state import Session
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
<ul class="list"><li style="color: #444">Red ones</li><li>Green ones</li></ul>
<p class="long">Everything that ripens early</p>
</body>
</html>
"""
Told = list[tuple[str, int, int, str]]
"""Rule, line, character and message of each finding."""


def findings(seen: ReviewedPage) -> Told:
    shown = ((f.rule, f.cause.range.start, f.message) for f in seen.report.findings if f.cost > 0)
    return sorted((rule, start.line, start.character, message) for rule, start, message in shown)


def places(told: Told) -> list[tuple[str, int, int]]:
    return [one[:3] for one in told]


@dataclass
class Listening(Nobody):
    told: list[tuple[str, Told]] = field(default_factory=list[tuple[str, Told]])

    async def on_reviewed(self, reviewed: ReviewedPage) -> None:
        self.told.append(("reviewed", findings(reviewed)))

    def on_provisional_review(self, reviewed: ReviewedPage) -> None:
        self.told.append(("glimpsed", findings(reviewed)))


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
        session.put_document(
            OpenDocument((folder / "index.html").as_uri(), folder / "index.html", "html", version, text)
        )
        await session.review_now(PageId(folder, "index.html"))
    return listener.told


MENDED = PAGE.replace(".pale { color: #aaa }", ".pale {\n  color: #555;\n}")


async def test_a_finding_goes_before_the_review_is_done(listening: tuple[Session, Listening], tmp_path: Path) -> None:
    first = await told(*listening, tmp_path, PAGE)
    assert [rule for rule, *_ in first[0][1]] == ["low-contrast", "page-scrolls-sideways"]
    early, late = await told(*listening, tmp_path, PAGE, MENDED)
    assert early[0] == "glimpsed" and places(early[1]) == [("page-scrolls-sideways", 10, 8)]
    assert late == ("reviewed", early[1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#aaa", "#bbb"),
        ("color: #222", "color: #333"),
        ("color: #222", "color: #bbb"),
        ("</style>", ".list { color: #9a9a9a }\n</style>"),
        ("</style>", "/* more */\n\n.missing { color: red }\n</style>"),
        ("</style>", "h1 { margin-left: -60px }\n</style>"),
        ("</style>", "p { letter-spacing: 2px; line-height: 3 }\n</style>"),
        ("</style>", "@media (min-width: 1000px) { .list { color: #9a9a9a } }\n</style>"),
        ("</style>", "body { opacity: 0.5 }\n</style>"),
        (".pale {", "/* relook-ignore-next-line */\n.pale {"),
        ('<li style="color: #444">', '<li style="color: #999; font-size: 18px">'),
        ("</style>", ".long { width: 4em; overflow: hidden; white-space: nowrap }\n</style>"),
        ("width: 900px", "max-width: 900px"),
    ],
)
async def test_what_is_told_early_is_what_the_review_says(
    listening: tuple[Session, Listening], tmp_path: Path, old: str, new: str
) -> None:
    assert old in PAGE
    early, late = await told(*listening, tmp_path, PAGE, PAGE.replace(old, new))
    assert (early[0], late[0]) == ("glimpsed", "reviewed")
    assert early[1] == late[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (".pale { color: #aaa }", ".pale { color: #555 } p { letter-spacing: 2px }</style><style>"),
        ("Fresh apples", "Fresh pears"),
    ],
    ids=["more than style", "text"],
)
async def test_nothing_is_told_where_more_than_style_changes(
    listening: tuple[Session, Listening], tmp_path: Path, old: str, new: str
) -> None:
    got = await told(*listening, tmp_path, PAGE, PAGE.replace(old, new))
    assert [kind for kind, _ in got] == ["reviewed"]


FORGETFUL = PAGE.replace(
    "</style>",
    """@media (min-width: 1000px) { .small .long { color: #aaa } }
</style>
<script>addEventListener("resize", () => { if (innerWidth < 900) document.body.classList.add("small") })</script>""",
)


async def test_what_a_script_has_changed_is_not_told_of_an_edit(
    listening: tuple[Session, Listening], tmp_path: Path
) -> None:
    """The page has been narrow, and does not become as it was: another text is pale now, whatever is edited."""
    known = (await told(*listening, tmp_path, FORGETFUL))[0][1]
    early, late = await told(*listening, tmp_path, FORGETFUL, FORGETFUL.replace("#aaa }\n.wide", "#555 }\n.wide"))
    assert early == ("glimpsed", known)
    assert places(late[1]) == [one for one in places(known) if one[0] != "low-contrast"]


async def test_whatever_goes_wrong_the_review_follows(
    listening: tuple[Session, Listening], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: OpenPage, _page: Page, _options: CriticOptions) -> ReviewedPage | None:
        raise ZeroDivisionError

    monkeypatch.setattr(OpenPage, "review_provisionally", broken)
    assert [kind for kind, _ in await told(*listening, tmp_path, PAGE, MENDED)] == ["reviewed"]


async def test_the_page_is_as_it_was_after_an_edit_that_was_taken_back(
    listening: tuple[Session, Listening], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    uri, path = (tmp_path / "index.html").as_uri(), tmp_path / "index.html"
    session.put_document(OpenDocument(uri, path, "html", 2, MENDED))
    look = asyncio.create_task(session.review_now(PageId(tmp_path, "index.html")))
    while not any(kind == "glimpsed" for kind, _ in listener.told):  # noqa: ASYNC110 (a test polls)
        await asyncio.sleep(0.01)
    look.cancel()  # the next edit comes while the review runs
    await asyncio.wait([look])
    session.put_document(OpenDocument(uri, path, "html", 3, PAGE))
    await session.review_now(PageId(tmp_path, "index.html"))
    assert [rule for rule, *_ in listener.told[-1][1]] == ["low-contrast", "page-scrolls-sideways"]


async def test_a_review_that_is_cut_off_while_it_tries_an_edit(
    listening: tuple[Session, Listening], tmp_path: Path
) -> None:
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    uri, path = (tmp_path / "index.html").as_uri(), tmp_path / "index.html"
    for version, delay in enumerate((0.0, 0.02, 0.05, 0.1, 0.15), 2):
        session.put_document(OpenDocument(uri, path, "html", version, MENDED if version % 2 == 0 else PAGE))
        look = asyncio.create_task(session.review_now(PageId(tmp_path, "index.html")))
        await asyncio.sleep(delay)
        look.cancel()
        await asyncio.wait([look])
    session.put_document(OpenDocument(uri, path, "html", 9, MENDED))
    seen = await session.review_now(PageId(tmp_path, "index.html"))
    assert seen is not None and places(findings(seen)) == [("page-scrolls-sideways", 10, 8)]


async def test_the_browser_has_gone(listening: tuple[Session, Listening], tmp_path: Path) -> None:
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    await session.browser._close_driver()
    got = await told(session, listener, tmp_path, MENDED)
    assert got[-1][0] == "reviewed" and places(got[-1][1]) == [("page-scrolls-sideways", 10, 8)]


async def test_a_page_that_does_not_let_go(listening: tuple[Session, Listening], tmp_path: Path) -> None:
    """It stands still as soon as it is shown at another size."""
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    live = session._open_page
    assert live is not None
    for look in live.capture.sessions.values():
        await look.evaluate("addEventListener('resize', () => { while (true); })")
    uri, path = (tmp_path / "index.html").as_uri(), tmp_path / "index.html"
    session.put_document(OpenDocument(uri, path, "html", 2, MENDED))
    async with asyncio.timeout(60):
        await session.review_now(PageId(tmp_path, "index.html"))
    kind, last = listener.told[-1]
    assert kind == "reviewed" and places(last) == [("page-scrolls-sideways", 10, 8)]
    assert session._open_page is not live


async def test_one_page_stays_open_where_two_are_reviewed(
    listening: tuple[Session, Listening], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, listener = listening
    await told(session, listener, tmp_path, PAGE)
    (tmp_path / "other.html").write_text(PAGE, "utf-8")
    session.put_document(OpenDocument((tmp_path / "other.html").as_uri(), tmp_path / "other.html", "html", 1, PAGE))
    opened, left, after, leave = list[OpenPage](), list[OpenPage](), OpenPage.review_provisionally, OpenPage.close

    async def meanwhile(self: OpenPage, page: Page, options: CriticOptions) -> ReviewedPage | None:
        if page.entry == "index.html":
            await session.review_now(PageId(tmp_path, "other.html"))
            opened.extend(one for one in (self, session._open_page) if one is not None)
        return await after(self, page, options)

    def noted(self: OpenPage) -> None:
        left.append(self)
        leave(self)

    monkeypatch.setattr(OpenPage, "review_provisionally", meanwhile)
    monkeypatch.setattr(OpenPage, "close", noted)
    session.put_document(OpenDocument((tmp_path / "index.html").as_uri(), tmp_path / "index.html", "html", 2, MENDED))
    await session.review_now(PageId(tmp_path, "index.html"))
    assert len(opened) == 2 and sorted(map(id, left)) == sorted(map(id, opened))
    assert session._open_page is not None and session._open_page not in opened
