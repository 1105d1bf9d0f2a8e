"""Hostile texts in every field that is printed: each format keeps them text. HTML, SARIF against its schema and the
terminal have such tests of their own (``tests/report``)."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from relook_lsp.browser.resource_access import page_url, resolve_url
from relook_lsp.core.page import Page
from relook_lsp.lsp.methods.hover import escape_markdown
from relook_lsp.report import json as as_json
from relook_lsp.report import sarif
from relook_lsp.report.sanitize import to_plain_line
from tests.report.conftest import hostile

pytestmark = pytest.mark.hostile

EVIL = [
    "\ud800 alone",
    "\udcff",
    "a\udc00b",
    "\x1b]8;;http://x\x07link",
    "</script>",
    "[x](command:evil)",
    "<!--",
    "${7*7}",
    "\u2028\u2029\u202e\ufeff",
]


@pytest.fixture(scope="module")
def payloads(data: Path) -> list[str]:
    naughty: list[str] = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    lines = (data / "hostile/xss/xss-payload-list.txt").read_text("utf-8").splitlines()
    return [one for one in (*naughty, *lines, *EVIL) if one.strip()]


@pytest.mark.data
@pytest.mark.timeout(400)
def test_json_and_sarif_give_the_texts_back(payloads: list[str]) -> None:
    assert len(payloads) > 5000
    payloads = [*payloads[::8], *EVIL]
    pages = hostile(payloads)
    for text in (as_json.render_json(pages), sarif.render_sarif(pages, [])):
        data = text.encode("utf-8", "replace")
        assert json.loads(data)
    told = json.loads(as_json.render_json(pages))["pages"]
    assert [page["findings"][0]["message"] for page in told] == payloads


@pytest.mark.data
def test_markdown_shows_the_texts_as_they_are(payloads: list[str]) -> None:
    markdown = MarkdownIt("commonmark", {"html": True})
    for one in payloads:
        flat = to_plain_line(f"Say {one}")
        shown = markdown.render(escape_markdown(flat))
        assert re.findall(r"<[^>]*>", shown) == ["<p>", "</p>"], one
        assert html.unescape(shown).strip()[3:-4] == flat


@pytest.mark.parametrize(
    "name",
    [
        "\udcff.html",
        "a\x1b[31m.html",
        "a%2f..%2f.html",
        "a?b#c.html",
        " .html",
        "é\u0301😀.html",
        "a'\"<&>.html",
        "%00.html",
    ],
)
def test_names_of_files_survive_the_way_through_an_address(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("<p>")
    page = Page(tmp_path, name)
    assert resolve_url(page, page_url(page)) == ("ok", name)
