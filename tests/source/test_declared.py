"""Declarations as they are written, read without a browser."""

from __future__ import annotations

import pytest

from relook_lsp.source.declarations import declarations, written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a { color: red; width : 1PX!important }", [("color", "red"), ("width", "1PX")]),
        ("a { color: red /* ; no: one */ } /* b { c: d } */", [("color", "red")]),
        ("a { color: red; b & { top: 0 } left: 1px }", [("color", "red"), ("top", "0"), ("left", "1px")]),
        ("@media (max-width: 9px) { a { top: 0 } }", [("top", "0")]),
        ("a { @media (max-width: 9px) { top: 0 } }", [("top", "0")]),
        ("@font-face { src: url(a;b.woff) } @page { size: a4 } a { top: 0 }", [("top", "0")]),
        ("@import 'a.css'; @charset 'x'; a { top: 0 }", [("top", "0")]),
        ("a { --free: { x: y; z }; --other: anything; top: 0 }", [("top", "0")]),
        ("a { content: '};'; background: url(a;b.png) } ", [("content", "'};'"), ("background", "url(a;b.png)")]),
        ("a { color: rgb(1, 2; top: 0 } b { left: 0 }", [("color", "rgb(1, 2; top: 0 } b { left: 0 }")]),
        ("a { colour red; top: 0 }", [("colour red", ""), ("top", "0")]),
        ("a { top: }", [("top", "")]),
        ("a { top: 0", [("top", "0")]),
        ("a { } } b { top: 0 }", [("top", "0")]),
        ("a:hover, b:not(:focus) { }", []),
    ],
)
def test_sheets(text: str, found: list[tuple[str, str]]) -> None:
    assert list(declarations(text)) == found


def test_a_style_attribute_is_the_inside_of_a_rule() -> None:
    assert list(declarations("color: red; top: 0", block=True)) == [("color", "red"), ("top", "0")]


def test_documents_hold_both() -> None:
    page = """<style>a { color: red }</style><p style="font-family: &quot;A&quot;; top: 0">color: blue</p><!-- style="x: y" -->"""
    assert sorted(written("a.html", page)) == [("color", "red"), ("font-family", '"A"'), ("top", "0")]
