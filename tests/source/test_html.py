"""Large documents: reading and stamping stay in proportion."""

from __future__ import annotations

import time

import pytest

from relook_lsp.source.html import parse_html
from relook_lsp.source.stamp import stamp_start_tags

ROW = '<div class="a b" id=x><p>Hello <b>world</b> and <a href="x?1&amp;b">link</a></p></div>\n'


@pytest.mark.parametrize("text", [ROW * 12_000, "<b>" * 20_000, "<div>" * 20_000, "<p><b>" * 3_000, "<a " * 50_000])
def test_large_documents(text: str) -> None:
    started = time.perf_counter()
    stamped = stamp_start_tags(parse_html(text))
    # 0.25 s for the first (a million characters) on a quiet machine; the bound is for a busy one.
    assert time.perf_counter() - started < 20
    assert stamped.to_source_offset(len(stamped.text)) == len(text)


def test_tags_of_a_name() -> None:
    assert [tag.name for tag in parse_html("ab<p id=x>c<i>d").tags_named("i", "p")] == ["p", "i"]
