"""Which edits change nothing but style."""

from __future__ import annotations

import pytest

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.snapshot import Source
from relook_lsp.core.text import Span
from relook_lsp.source.style_changes import StyleChange, StyleChanges, style_changes_of

PAGE = (
    '<!doctype html>\n<style>p { color: red }</style>\n<p class="a">One</p>\n<p style="margin: 0">Two &amp; three</p>\n'
)
CSS = "p { color: blue }\n"
SOURCES = (
    Source("http://x/a.html", "a.html", PAGE, 0, "html"),
    Source("http://x/a.css", "a.css", CSS, 0, "css"),
    Source("http://x/a.js", "a.js", "let a", 0, "js"),
)


def changed(path: str, text: str, old: str, new: str) -> StyleChanges | None:
    at = text.index(old)
    return style_changes_of(
        Patch.from_replacements([Replacement(path, Span(at, at + len(old)), old, new)]), SOURCES, "a.html"
    )


def test_a_linked_sheet() -> None:
    assert changed("a.css", CSS, "blue", "navy") == StyleChanges(
        {"http://x/a.css": StyleChange(CSS, "p { color: navy }\n")}, {}
    )


def test_a_style_element() -> None:
    found = changed("a.html", PAGE, "red", "green")
    assert found == StyleChanges({PAGE.index("<style>"): StyleChange("p { color: red }", "p { color: green }")}, {})


def test_a_style_attribute_changed_and_added() -> None:
    second = PAGE.index("<p style")
    found = changed("a.html", PAGE, "margin: 0", "margin: 0; content: &quot;x&quot;")
    assert found == StyleChanges({}, {second: StyleChange("margin: 0", 'margin: 0; content: "x"')})
    found = changed("a.html", PAGE, '<p class="a">', '<p style="color: red" class="a">')
    assert found == StyleChanges({}, {PAGE.index("<p class"): StyleChange(None, "color: red")})


@pytest.mark.parametrize(
    ("path", "text", "old", "new"),
    [
        ("a.html", PAGE, "One", "Two"),
        ("a.html", PAGE, 'class="a"', 'class="b"'),
        ("a.html", PAGE, "red }</style>", "red }</style><b>x</b>"),
        ("a.html", PAGE, "<p class", "<br><p class"),
        ("a.js", "let a", "let", "var"),
    ],
)
def test_anything_else_is_more_than_style(path: str, text: str, old: str, new: str) -> None:
    assert changed(path, text, old, new) is None
