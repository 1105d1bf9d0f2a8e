"""A page of a development server: findings in files where the server serves files, else at the URL."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from relook_lsp.browser import dev_server
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.resource_access import ResourceAnswer
from relook_lsp.core.finding import Location
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot, Source, Viewport
from relook_lsp.core.text import Span
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page
from relook_lsp.review.snapshot_store import load_reviews, save_review
from relook_lsp.source.locator import Locator
from tests.source.test_sourcemap import written

PLAN = CapturePlan(viewports=(Viewport(800, 600),), moments=(0,), sweep=())
SCSS = "$pale: #ccc;\n.card {\n  h1 { color: #111 }\n  p { color: $pale; }\n}\n"
CSS = ".card h1{color:#111}\n.card p{color:#ccc}\n"
PALE = "color:#ccc"


def html(link: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>t</title>'
        f'<link rel="stylesheet" href="{link}"><div class="card"><h1>Harbour</h1><p>Pale</p></div>'
    )


def map_of(source: str, **more: object) -> str:
    """The declaration of the second line comes from ``color: $pale`` of the SCSS."""
    rows = [written([9, 0, 2, 7]), written([8, 0, 1, -1])]
    return json.dumps({"version": 3, "sources": [source], "mappings": ";".join(rows), **more})


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, tuple[str, str]] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        kind, text = self.server.files.get(self.path.partition("?")[0], ("", ""))
        self.send_response(302 if kind == "redirect" else 200 if kind else 404)
        self.send_header(*(("Location", text) if kind == "redirect" else ("Content-Type", kind or "text/plain")))
        self.end_headers()
        self.wfile.write(b"" if kind == "redirect" else text.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        yield one
        one.shutdown()


def _ask(server: Server, root: Path, path: str = "a.css") -> ResourceAnswer:
    return dev_server.fetch_from_server(Page(root, server.url, sites=("public",)), server.url + path)


def _place(server: Server, answer: ResourceAnswer, path: str = "a.css") -> Location:
    """Where a finding about the pale declaration would point."""
    assert answer.text is not None
    url = server.url + path
    sheet = Source(url, answer.path, answer.text, 0, answer.kind, answer.map)
    snapshot = Snapshot(
        server.url, server.url, "exact", (), (), (), {one.url: one for one in (sheet, *answer.originals)}
    )
    start = answer.text.index(PALE)
    return Locator(snapshot).location_of_span(sheet, Span(start, start + len(PALE)))


def _range(place: Location) -> tuple[int, int, int, int]:
    return (*place.range.start, *place.range.end)


def test_a_served_file_of_the_workspace_is_that_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "public" / "css").mkdir(parents=True)
    (tmp_path / "public" / "css" / "a b.css").write_text(CSS)
    (tmp_path / "index.html").write_text(html("a.css"))
    server.files = {"/": ("text/html", html("a.css")), "/css/a%20b.css": ("text/css; charset=utf-8", CSS)}
    assert _ask(server, tmp_path, "css/a%20b.css?v=3").path == "public/css/a b.css"
    assert _ask(server, tmp_path, "").path == "index.html"


def test_one_byte_more_is_another_text(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text(CSS + " ")
    server.files = {"/a.css": ("text/css", CSS)}
    place = _place(server, _ask(server, tmp_path))
    assert (place.path, place.url, _range(place)) == (None, f"{server.url}a.css", (1, 8, 1, 18))


@pytest.mark.parametrize("how", ["linked", "inline", "with text", "as file"])
def test_a_source_map_leads_to_the_original(how: str, server: Server, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.scss").write_text(SCSS)
    source = (tmp_path / "src" / "a.scss").as_uri() if how == "as file" else "/src/a.scss"
    text = map_of(source, **({"sourcesContent": [SCSS]} if how == "with text" else {}))
    name = (
        "maps/a.css.map"
        if how == "linked"
        else "data:application/json;base64," + base64.b64encode(text.encode()).decode()
    )
    server.files = {
        "/a.css": ("text/css", f"{CSS}/*# sourceMappingURL={name} */"),
        "/maps/a.css.map": ("application/json", text),
    }
    place = _place(server, _ask(server, tmp_path))
    assert (place.path, _range(place)) == ("src/a.scss", (3, 6, 3, 18))


@pytest.mark.hostile
@pytest.mark.parametrize(
    "source",
    ["../../outside.scss", "/../outside.scss", "file:///etc/passwd", ".env", "/src/link.scss", "/src/stale.scss", "/a.css", "webpack://x/../../outside.scss", "http://[bad/", "\0", "data:text/plain,x", "/src"],
)  # fmt: skip
def test_a_map_leads_nowhere_it_should_not(source: str, server: Server, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (tmp_path / "outside.scss").write_text(SCSS)
    (root / ".env").write_text(SCSS)
    (root / "src" / "link.scss").symlink_to(tmp_path / "outside.scss")
    (root / "src" / "stale.scss").write_text(SCSS + "// changed since")
    server.files = {
        "/a.css": ("text/css", f"{CSS}/*# sourceMappingURL=a.css.map */"),
        "/a.css.map": ("application/json", map_of(source, sourcesContent=[SCSS])),
    }
    answer = _ask(server, root)
    assert not answer.originals
    assert (_place(server, answer).path, _range(_place(server, answer))) == (None, (1, 8, 1, 18))


@pytest.mark.hostile
@pytest.mark.parametrize("how", ["redirect", "redirect to a file", "map", "map that redirects"])
def test_a_server_cannot_send_us_elsewhere(how: str, server: Server, tmp_path: Path) -> None:
    with Server() as other:
        threading.Thread(target=other.serve_forever, args=(0.05,), daemon=True).start()
        sheet = ("text/css", f"{CSS}/*# sourceMappingURL={other.url if how == 'map' else '/'}a.map */")
        server.files = {
            "/a.css": {
                "redirect": ("redirect", f"{other.url}a.css"),
                "redirect to a file": ("redirect", "file:///etc/passwd"),
            }.get(how, sheet),
            "/a.map": ("redirect", f"{other.url}a.map"),
        }
        answer = _ask(server, tmp_path)
        other.shutdown()
    assert not other.asked and not answer.map
    assert answer.outcome == ("missing" if how.startswith("redirect") else "ok")


def test_a_redirect_on_the_same_server_is_followed(server: Server, tmp_path: Path) -> None:
    server.files = {"/a.css": ("redirect", "/b.css"), "/b.css": ("text/css", CSS)}
    assert _ask(server, tmp_path).text == CSS


def test_no_answer(server: Server, tmp_path: Path) -> None:
    assert _ask(server, tmp_path, "none").outcome == "missing"
    page = Page(tmp_path, server.url)
    assert dev_server.fetch_from_server(page, "http://127.0.0.1:9/").outcome == "failed"


def _places(result: Review) -> list[tuple[str, str | None, int]]:
    return [(one.rule, one.cause.path, one.cause.range.start.line) for one in result.report.findings]


@pytest.mark.browser
async def test_a_review_of_a_server(driver: Driver, server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.scss").write_text(SCSS)
    (tmp_path / "index.html").write_text(html("/a.css"))
    server.files = {
        "/": ("text/html", html("/a.css")),
        "/a.css": ("text/css", f"{CSS}/*# sourceMappingURL=a.map */"),
        "/a.map": ("application/json", map_of("a.scss")),
    }
    result = await review_page(driver, Page(tmp_path, server.url), ReviewSettings(PLAN))
    assert not result.report.problems
    assert ("low-contrast", "a.scss", 3) in _places(result)
    assert [related.location.path for related in result.report.findings[0].related] == ["index.html"]
    # And again without a browser.
    save_review(result, ReviewSettings(PLAN).options, tmp_path / "kept")
    assert _places(load_reviews(tmp_path / "kept")[0].review()) == _places(result)
    server.files["/a.css"] = ("text/css", CSS)
    plain = await review_page(driver, Page(tmp_path, server.url), ReviewSettings(replace(PLAN, scripts=False)))
    assert ("low-contrast", None, 1) in _places(plain)


@pytest.mark.browser
async def test_no_server_is_no_page(driver: Driver, tmp_path: Path) -> None:
    result = await review_page(driver, Page(tmp_path, "http://127.0.0.1:9/"), ReviewSettings(PLAN))
    assert [problem.kind for problem in result.report.problems] == ["page-not-found"]
    assert not result.report.reviewed and not result.report.findings
