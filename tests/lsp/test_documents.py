"""Which documents are reviewed, and what is said of the others."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from relook_lsp.lsp import protocol
from tests.lsp.conftest import CSS, PAGE, Client

pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize(
    ("name", "language", "text", "kind"),
    [
        ("a.html", "html", "<!doctype html>{% extends 'base' %}", "template"),
        ("a.php.html", "html", "<html><?php echo 1 ?></html>", "template"),
        ("a.html", "html", "<html><p>{{ user.name }}</p></html>", "template"),
        ("card.html", "html", "<div class='card'>\n  <h2>Title</h2>\n</div>\n", "partial"),
        ("a.html", "html", " \n", "empty"),
        ("lonely.css", "css", "a { color: red }", "no-page"),
    ],
)
async def test_what_cannot_be_reviewed_says_why_once(
    fresh: Client, tmp_path: Path, name: str, language: str, text: str, kind: str
) -> None:
    await fresh.start(tmp_path)
    uri = fresh.put((tmp_path / name).as_uri(), language, text)
    await fresh.until(lambda: fresh.statuses)
    assert [(one.state, one.kind) for one in fresh.statuses] == [("problem", kind)]
    assert name.split(".", 1)[0] in fresh.statuses[0].message
    assert not fresh.published.get(uri, lsp.PublishDiagnosticsParams(uri, [])).diagnostics
    assert fresh.raw.messages == []


async def test_a_style_sheet_of_no_page_says_why_in_the_log(fresh: Client, tmp_path: Path) -> None:
    """Without a workspace folder, for editors that do not show the status."""
    await fresh.start()
    (tmp_path / "css").mkdir()
    fresh.put((tmp_path / "css/site.css").as_uri(), "css", "a { color: red }")
    await fresh.until(
        lambda: [one for one in fresh.raw.log_messages if "uses site.css; open the folder" in one.message]
    )


@pytest.mark.browser
async def test_a_style_sheet_without_a_project_finds_the_page_above(fresh: Client, tmp_path: Path) -> None:
    """Neither a workspace folder nor a marker says where the site begins."""
    (tmp_path / "shop/css").mkdir(parents=True)
    (tmp_path / "shop/index.html").write_text(PAGE.replace("style.css", "css/site.css"), "utf-8")
    (tmp_path / "shop/css/site.css").write_text(CSS, "utf-8")
    await fresh.start()
    style = fresh.open(tmp_path / "shop/css/site.css", "css")
    (found,) = await fresh.diagnostics(style, 1)
    assert found.code == "low-contrast"


@pytest.mark.browser
async def test_a_page_that_becomes_a_template_keeps_no_findings(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    client.change(page, PAGE.replace('<p class="muted"', '<p style="color: #aaa"'))
    await client.diagnostics(page, 1)
    client.change(page, PAGE + "{% include 'footer' %}")
    await client.diagnostics(page, 0)


@pytest.mark.browser
async def test_an_untitled_document_is_a_page(fresh: Client, site: Path) -> None:
    await fresh.start(site)
    text = PAGE.replace('<p class="muted"', '<p style="color: #aaa"')
    one = fresh.put("untitled:Untitled-1", "html", text)
    two = fresh.put("untitled:Untitled-2", "html", PAGE.replace('<p class="muted"', '<p style="color: #666"'))
    (found,) = await fresh.diagnostics(one, 1)
    assert found.code == "low-contrast"
    await fresh.until(lambda: sum(status.state == "idle" for status in fresh.statuses) >= 2)
    assert not fresh.published.get(two, lsp.PublishDiagnosticsParams(two, [])).diagnostics


@pytest.mark.browser
async def test_folders_have_settings_of_their_own(fresh: Client, tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "two")
    for folder in folders:
        folder.mkdir()
        (folder / "index.html").write_text(PAGE, "utf-8")
        (folder / "style.css").write_text(CSS, "utf-8")
    (folders[1] / "relook.toml").write_text('rules = { low-contrast = "off" }\n', "utf-8")
    await fresh.start(*folders)
    styles = [fresh.open(folder / "style.css", "css") for folder in folders]
    await fresh.diagnostics(styles[0], 1)
    await fresh.until(lambda: sum(status.state == "idle" for status in fresh.statuses) >= 2)
    assert not fresh.published.get(styles[1], lsp.PublishDiagnosticsParams("", [])).diagnostics


@pytest.mark.browser
async def test_entry_names_the_page_of_every_file(fresh: Client, site: Path) -> None:
    (site / "parts").mkdir()
    (site / "parts" / "card.html").write_text("<p>part</p>", "utf-8")
    await fresh.start(site, entry="index.html")
    fresh.open(site / "parts" / "card.html", "html")
    style = (site / "style.css").as_uri()
    await fresh.until(lambda: fresh.published.get(style))
    assert [one.code for one in fresh.published[style].diagnostics] == ["low-contrast"]


@pytest.mark.browser
async def test_nothing_of_an_untrusted_workspace_runs(fresh: Client, site: Path) -> None:
    (site / "relook.toml").write_text('browser = "/bin/false"\nscripts = true\n', "utf-8")
    (site / "index.html").write_text(PAGE.replace("</body>", "<script>oops()</script></body>"), "utf-8")
    await fresh.start(site, trusted=False, client={"reviewed": True})
    fresh.open(site / "index.html", "html")
    await fresh.until(lambda: fresh.reviews)
    assert {one.rule for one in fresh.reviews[-1].findings} == {"low-contrast"}
    (site / "relook.toml").unlink()
    fresh.reviews.clear()
    fresh.raw.protocol.notify(protocol.TRUSTED, protocol.TrustedParams(True))
    await fresh.until(lambda: fresh.reviews)
    assert {one.rule for one in fresh.reviews[-1].findings} == {"low-contrast", "uncaught-exception"}


@pytest.mark.browser
async def test_a_browser_that_is_not_there_is_a_status_and_no_finding(fresh: Client, site: Path) -> None:
    await fresh.start(site, browser="/no/such/browser")
    page = fresh.open(site / "index.html", "html")
    await fresh.until(lambda: any(status.state == "problem" for status in fresh.statuses))
    status = fresh.statuses[-1]
    assert status.kind == "no-browser" and "/no/such/browser" in status.message and status.score is None
    assert not fresh.published.get(page, lsp.PublishDiagnosticsParams(page, [])).diagnostics


async def test_a_wrong_setting_is_said_once(fresh: Client, site: Path) -> None:
    await fresh.start(site, viewport=["1x1"])
    await fresh.until(lambda: fresh.raw.messages)
    assert "did you mean 'viewports'" in fresh.raw.messages[0].message
    assert fresh.statuses[0].state == "settings"


@pytest.fixture
def server(site: Path) -> Iterator[str]:
    """A development server of the site."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/index.html"
        running.shutdown()
        thread.join()


@pytest.mark.browser
async def test_saving_looks_at_the_development_server_again(fresh: Client, site: Path, server: str) -> None:
    await fresh.start(site, entry=server, client={"reviewed": True})
    style = fresh.open(site / "style.css", "css")
    (found,) = await fresh.diagnostics(style, 1)
    assert (found.code, found.range.start) == ("low-contrast", lsp.Position(1, 9))
    await fresh.until(lambda: fresh.reviews)
    assert fresh.reviews[-1].page == server
    fresh.change(style, CSS.replace("#aaa", "#666"))
    await asyncio.sleep(0.1)
    fresh.save(style)
    assert await fresh.diagnostics(style, 0) == ()


ASTRAL = "<style>/* 🍏🍎 é */ .muted { color: #aaa }</style>"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("encoding", "name", "unit"), [("utf-8", "utf-8", 1), ("utf-16", "utf-16-le", 2), ("utf-32", "utf-32-le", 4)]
)
async def test_positions_in_every_encoding(fresh: Client, site: Path, encoding: str, name: str, unit: int) -> None:
    """Carriage returns, characters beyond 16 bits, and a separator that ends no line."""
    text = PAGE.replace("</head>", f"<!-- a\u2028b -->\n{ASTRAL}\n</head>").replace("\n", "\r\n")
    (site / "index.html").write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))
    (site / "style.css").write_text("", "utf-8")
    capabilities = lsp.ClientCapabilities(
        general=lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind(encoding)])
    )
    fresh.encoding = encoding
    answer = await fresh.start(site, capabilities=capabilities)
    assert answer.capabilities.position_encoding == encoding
    page = fresh.put((site / "index.html").as_uri(), "html", text)
    (found,) = await fresh.diagnostics(page, 1)
    line = text[: text.index("<style>")].count("\n")
    start = len(ASTRAL[: ASTRAL.index("color")].encode(name)) // unit
    assert found.range == lsp.Range(lsp.Position(line, start), lsp.Position(line, start + 11))
    fix = await fresh.action(page, "(verified)")
    assert fix.edit is not None and fresh.apply(fix.edit)
    after = fresh.texts[page][1]
    assert after.replace(after[after.index(".muted {") :].split("\r\n")[0], ".muted { color: #aaa }</style>") == text
    assert await fresh.diagnostics(page, 0) == ()
