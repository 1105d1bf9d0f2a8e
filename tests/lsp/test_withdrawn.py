"""A diagnostic goes with its document, its page and its file, whatever the server was doing when they went."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from relook_lsp.lsp import protocol
from tests.lsp.conftest import CSS, PAGE, Client

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PALE = PAGE.replace('<p class="muted"', '<p style="color: #aaa"')
"""With a finding in the page itself."""


def _shown(client: Client) -> dict[str, int]:
    """Diagnostics that the client still shows, by file."""
    return {uri: len(last.diagnostics) for uri, last in client.published.items() if last.diagnostics}


async def _quiet(client: Client, seconds: float = 3.0) -> None:
    """Wait until the server works on nothing and has said nothing for so long."""
    loop = asyncio.get_running_loop()
    said, since = -1, loop.time()
    async with asyncio.timeout(180):
        while loop.time() - since < seconds:
            now = client.publications + len(client.statuses)
            working = {status.page for status in client.statuses if status.state in ("rendering", "refining")}
            ended = {status.page for status in client.statuses if status.state in ("idle", "problem")}
            if now != said or working - ended or (client.statuses and client.statuses[-1].state == "rendering"):
                said, since = now, loop.time()
            await asyncio.sleep(0.1)


def _event(client: Client, path: Path, kind: lsp.FileChangeType) -> None:
    event = lsp.FileEvent(path.as_uri(), kind)
    client.raw.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))


@pytest.mark.parametrize("wait", [0, 0.02, 0.1, 0.3, 0.7, 1.5])
async def test_a_page_that_is_closed_while_it_is_reviewed(client: Client, site: Path, wait: float) -> None:
    (site / "index.html").write_text(PALE, "utf-8")
    for _ in range(3):
        page = client.open(site / "index.html", "html")
        await asyncio.sleep(wait)
        client.close(page)
    await _quiet(client)
    assert _shown(client) == {}


async def test_a_style_sheet_keeps_its_findings_only_as_long_as_a_page_of_it_is_needed(
    client: Client, site: Path
) -> None:
    (site / "index.html").write_text(PALE.replace("</h1>", "</h1><p class=muted>Pale</p>"), "utf-8")
    page = client.open(site / "index.html", "html")
    style = (site / "style.css").as_uri()
    await client.diagnostics(page, 1)
    await client.until(lambda: _shown(client) == {page: 1, style: 1})
    assert client.open(site / "style.css", "css") == style
    client.close(page)
    await _quiet(client)
    assert _shown(client) == {page: 1, style: 1}  # the style sheet is still open, and the page is what it is judged by
    client.close(style)
    await client.until(lambda: _shown(client) == {})


async def test_a_buffer_that_is_closed_unsaved_leaves_the_page_as_it_is_on_the_disk(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    client.change(style, f"/* a new line */\n\n{CSS}")
    (moved,) = await client.diagnostics(style, 1)
    assert moved.range.start.line == 3
    client.close(style)
    await client.until(lambda: [one.range.start.line for one in client.published[style].diagnostics] == [1])
    assert client.published[style].version is None


@pytest.mark.parametrize("way", ["deleted by the editor", "renamed by the editor", "deleted by others", "folder"])
async def test_a_page_that_is_gone_has_no_findings_though_it_was_never_open(
    client: Client, site: Path, way: str
) -> None:
    folder = site / "pages"
    folder.mkdir()
    page = folder / "offer.html"
    page.write_text(PALE.replace("style.css", "../style.css"), "utf-8")
    (site / "index.html").unlink()
    style = client.open(site / "style.css", "css")
    await client.until(lambda: _shown(client).get(page.as_uri()) == 1)
    match way:
        case "deleted by the editor":
            page.unlink()
            gone = lsp.DeleteFilesParams([lsp.FileDelete(page.as_uri())])
            client.raw.workspace_did_delete_files(gone)
        case "renamed by the editor":
            new = page.rename(site / "moved.txt")
            client.raw.workspace_did_rename_files(lsp.RenameFilesParams([lsp.FileRename(page.as_uri(), new.as_uri())]))
        case "folder":
            page.unlink()
            folder.rmdir()
            client.raw.workspace_did_delete_files(lsp.DeleteFilesParams([lsp.FileDelete(folder.as_uri())]))
        case _:
            page.unlink()
            _event(client, page, lsp.FileChangeType.Deleted)
    await client.until(lambda: page.as_uri() not in _shown(client), 20)
    await _quiet(client)
    assert _shown(client) == {}
    assert client.texts.keys() == {style}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_is_shown_after_a_storm(client: Client, site: Path, seed: int) -> None:
    """Opening, typing, closing, refining, folders and files that come and go, in any order."""
    chance = random.Random(seed)
    texts = {"index.html": PALE, "other.html": PALE.replace("apples", "pears"), "style.css": CSS}
    for name, text in texts.items():
        (site / name).write_text(text, "utf-8")
    asked: set[asyncio.Future[object]] = set()
    folder = lsp.WorkspaceFolder(site.as_uri(), site.name)

    def edit(name: str) -> None:
        uri = (site / name).as_uri()
        if uri not in client.texts:
            client.open(site / name, "css" if name.endswith("css") else "html")
        elif chance.random() < 0.5:
            client.change(uri, f"{texts[name]}\n<!-- {chance.random()} -->\n" if "html" in name else f"\n{texts[name]}")
        else:
            client.close(uri)

    def refine(name: str) -> None:
        request = protocol.RefineParams((site / name).as_uri(), "", False)
        asked.add(asyncio.ensure_future(client.raw.protocol.send_request_async(protocol.REFINE, request)))

    def move(_name: str) -> None:
        event = lsp.WorkspaceFoldersChangeEvent(added=[folder], removed=[folder])
        client.raw.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))

    def remove(name: str) -> None:
        path = site / name
        if path.exists():
            path.unlink()
            _event(client, path, lsp.FileChangeType.Deleted)
        else:
            path.write_text(texts[name], "utf-8")
            _event(client, path, lsp.FileChangeType.Created)

    acts: list[Callable[[str], None]] = [edit, edit, edit, edit, edit, refine, move, remove]
    for _ in range(60):
        name = chance.choice([*texts])
        act = chance.choice(acts)
        if act is edit and not (site / name).exists() and (site / name).as_uri() not in client.texts:
            continue
        act(name)
        await asyncio.sleep(chance.choice((0, 0, 0.02, 0.1, 0.4, 1.0)))
    for uri in [*client.texts]:
        client.close(uri)
    await asyncio.gather(*asked, return_exceptions=True)
    await _quiet(client)
    assert _shown(client) == {}
