"""A page of a development server: findings in files where the server serves files, else at the URL."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.plan import Plan
from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Viewport
from relook_lsp.report import Reviewed
from relook_lsp.report.json import render
from relook_lsp.review.review import Review, Settings, review
from relook_lsp.review.store import load_all, save
from tests.source.test_sourcemap import written

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

PLAN = Plan(viewports=(Viewport(800, 600),), moments=(0,), sweep=())
SCSS = "$pale: #ccc;\n.card {\n  h1 { color: #111 }\n  p { color: $pale; }\n}\n"
CSS = ".card h1{color:#111}\n.card p{color:#ccc}\n"


def html(link: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>t</title>'
        f'<link rel="stylesheet" href="{link}"><div class="card"><h1>Harbour</h1><p>Pale</p></div>'
    )


def map_of(source: str, **more: object) -> str:
    """The second line's declaration comes from ``p { color: $pale`` of the SCSS."""
    rows = [written([9, 0, 2, 7]), written([8, 0, 1, -1])]
    return json.dumps({"version": 3, "sources": [source], "mappings": ";".join(rows), **more})


class Server:
    def __init__(self) -> None:
        self.files: dict[str, tuple[str, str]] = {}
        self.port = 0
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).decode().split()[1]
        self.asked.append(path)
        kind, text = self.files.get(path.partition("?")[0], ("", ""))
        if kind == "redirect":
            writer.write(
                f"HTTP/1.1 302 Found\r\nLocation: {text}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
        else:
            head = f"HTTP/1.1 {'200 OK' if kind else '404 Not Found'}\r\nContent-Type: {kind or 'text/plain'}\r\n"
            writer.write(f"{head}Content-Length: {len(text.encode())}\r\nConnection: close\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Server]:
    one = Server()
    listening = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = listening.sockets[0].getsockname()[1]
    yield one
    listening.close()


async def _pale(driver: Driver, server: Server, root: Path) -> tuple[Finding, Review]:
    result = await review(driver, Page(root, server.url, sites=("public",)), Settings(PLAN))
    assert not result.report.problems
    return next(finding for finding in result.report.findings if finding.rule == "low-contrast"), result


def _place(one: Finding) -> tuple[str | None, int, int, int, int]:
    (line, character), (last, end) = one.cause.range
    return one.cause.path, line, character, last, end


async def test_a_served_file_of_the_workspace_is_that_file(driver: Driver, server: Server, tmp_path: Path) -> None:
    (tmp_path / "public" / "css").mkdir(parents=True)
    (tmp_path / "public" / "css" / "a.css").write_text(CSS)
    (tmp_path / "index.html").write_text(html("/css/a.css?v=3"))
    server.files = {"/": ("text/html", html("/css/a.css?v=3")), "/css/a.css": ("text/css; charset=utf-8", CSS)}
    found, _ = await _pale(driver, server, tmp_path)
    assert _place(found) == ("public/css/a.css", 1, 8, 1, 18)
    assert [related.location.path for related in found.related] == ["index.html"]


async def test_what_is_in_no_file_has_its_url(driver: Driver, server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text(CSS + " ")
    server.files = {"/": ("text/html", html("a.css")), "/a.css": ("text/css", CSS)}
    found, result = await _pale(driver, server, tmp_path)
    assert _place(found) == (None, 1, 8, 1, 18)
    body = json.loads(render([Reviewed(result.report, None)]))["pages"][0]
    one = next(finding for finding in body["findings"] if finding["rule"] == "low-contrast")
    assert (one["file"], one["url"]) == (None, f"{server.url}a.css#L2,9-L2,19")


@pytest.mark.parametrize("how", ["linked", "inline", "with text"])
async def test_a_source_map_leads_to_the_original(how: str, driver: Driver, server: Server, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.scss").write_text(SCSS)
    text = map_of("/src/a.scss", **({"sourcesContent": [SCSS]} if how == "with text" else {}))
    name = (
        "a.css.map" if how == "linked" else "data:application/json;base64," + base64.b64encode(text.encode()).decode()
    )
    server.files = {
        "/": ("text/html", html("a.css")),
        "/a.css": ("text/css", f"{CSS}/*# sourceMappingURL={name} */"),
        "/a.css.map": ("application/json", text),
    }
    found, result = await _pale(driver, server, tmp_path)
    assert _place(found) == ("src/a.scss", 3, 6, 3, 18)
    # And again without a browser.
    save(result, Settings(PLAN).options, tmp_path / "kept")
    replayed = load_all(tmp_path / "kept")[0].review().report
    assert [_place(one) for one in replayed.findings] == [_place(one) for one in result.report.findings]


@pytest.mark.hostile
@pytest.mark.parametrize(
    "source",
    ["../../outside.scss", "/../outside.scss", "file:///etc/passwd", ".env", "/src/link.scss", "/src/stale.scss", "/a.css", "webpack://x/../../outside.scss", "http://[bad/", "\0"],
)  # fmt: skip
async def test_a_map_leads_nowhere_it_should_not(source: str, driver: Driver, server: Server, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (tmp_path / "outside.scss").write_text(SCSS)
    (root / ".env").write_text(SCSS)
    (root / "src" / "link.scss").symlink_to(tmp_path / "outside.scss")
    (root / "src" / "stale.scss").write_text(SCSS + "// changed since")
    server.files = {
        "/": ("text/html", html("a.css")),
        "/a.css": ("text/css", f"{CSS}/*# sourceMappingURL=a.css.map */"),
        "/a.css.map": ("application/json", map_of(source, sourcesContent=[SCSS])),
    }
    found, _ = await _pale(driver, server, root)
    assert _place(found) == (None, 1, 8, 1, 18)


@pytest.mark.hostile
async def test_a_server_cannot_send_us_elsewhere(driver: Driver, server: Server, tmp_path: Path) -> None:
    other = Server()
    listening = await asyncio.start_server(other.serve, "127.0.0.1", 0)
    other.port = listening.sockets[0].getsockname()[1]
    server.files = {
        "/": ("text/html", html("a.css")),
        "/a.css": ("redirect", f"{other.url}a.css"),
        "/b.css": ("redirect", "file:///etc/passwd"),
    }
    await review(driver, Page(tmp_path, server.url), Settings(PLAN))
    listening.close()
    assert "/a.css" in server.asked and not other.asked


async def test_a_redirect_on_the_same_server_is_followed(driver: Driver, server: Server, tmp_path: Path) -> None:
    server.files = {"/": ("text/html", html("a.css")), "/a.css": ("redirect", "/b.css"), "/b.css": ("text/css", CSS)}
    found, _ = await _pale(driver, server, tmp_path)
    assert found.cause.path is None


async def test_no_server_is_no_page(driver: Driver, tmp_path: Path) -> None:
    result = await review(driver, Page(tmp_path, "http://127.0.0.1:9/"), Settings(PLAN))
    assert [problem.kind for problem in result.report.problems] == ["page-not-found"]
    assert not result.report.reviewed and not result.report.findings
