"""What a patch may not touch, decided before anything is rendered."""

from __future__ import annotations

import pytest
import turbohtml
from hypothesis import given, settings
from hypothesis import strategies as st

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.refine.acceptance.permissions import MAX_SIZE, check_permissions
from relook_lsp.refine.trajectory import Reason
from tests.refine.conftest import CSS, PAGE, edit

THROWS = PAGE.replace("<script>", "<script>throw new Error('x');</script>\n<script>", 1)
TEXTS = {"index.html": THROWS, "style.css": CSS, "app.js": "start();"}


def html(old: str, new: str) -> Patch:
    return edit("index.html", THROWS, old, new)


def css(new: str) -> Patch:
    return edit("style.css", CSS, ".muted { color: #aaa }", new)


@pytest.mark.parametrize(
    "patch",
    [
        html("<script>throw new Error('x');</script>\n", ""),
        html("throw new Error('x');", ""),
        html("throw new Error('x');", "try { throw 1 } catch {}"),
        html("<title>", "<script>window.onerror = () => true</script><title>"),
        html("<title>", "<script>document.body.style.opacity = Math.random()</script><title>"),
        html("<body>", "<body onload='location.reload()'>"),
        html('<link rel="stylesheet" href="style.css">\n', ""),
        html("<title>", '<link rel="stylesheet" href="https://example.com/a.css"><title>'),
        html("<title>", "<base href='https://example.com/'><title>"),
        html("<title>", "<meta http-equiv='refresh' content='0;url=https://example.com/'><title>"),
        html("<title>", "<style>@import 'https://example.com/a.css';</style><title>"),
        html("<h1>", '<svg><a xlink:href="javascript:alert(1)">x</a></svg><h1>'),
        html("<h1>", '<img src="pixel.png" onerror="alert(1)"><h1>'),
        html(THROWS[THROWS.index("<body>") : THROWS.index("</body>")], "<body><p>Fresh apples"),
        html("<h1>", "<!-- relook-ignore-start --><h1>"),
        html("<h1>", "<!-- relook-intent: an empty page --><h1>"),
        css("/* relook-ignore low-contrast */ .muted { color: #aaa }"),
        css(".muted { background: URL(x.png); color: #000 }"),
        css(".muted { background: image-set('x.png' 1x) }"),
        css("</style><script>alert(1)</script>"),
        css(".muted { animation: pulse 1s infinite } @keyframes pulse { 50% { color: #aaa } }"),
        css(".muted { color: #000; transition: color 3s 2s }"),
        edit("app.js", "start();", "start();", "start(1);"),
    ],
)
def test_not_allowed(patch: Patch) -> None:
    denied = check_permissions(patch, TEXTS)
    assert denied is not None and denied[0] is Reason.NOT_ALLOWED, denied


def test_settings_and_files_that_the_page_does_not_use() -> None:
    for name in ("relook.toml", "pyproject.toml", "../secret.css", "other.css"):
        denied = check_permissions(Patch.from_replacements([Replacement(name, Span(0, 0), "", 'rules = "off"')]), TEXTS)
        assert denied is not None and denied[0] is Reason.DOES_NOT_APPLY


def test_an_edit_of_another_text_does_not_apply() -> None:
    denied = check_permissions(Patch.from_replacements([Replacement("style.css", Span(0, 4), "nope", "body")]), TEXTS)
    assert denied is not None and denied[0] is Reason.DOES_NOT_APPLY


@pytest.mark.parametrize("new", [".muted { color: #333 }", ".muted { color: #aaa; max-width: 100% }", ""])
def test_style_may_be_edited(new: str) -> None:
    assert check_permissions(css(new), TEXTS) is None


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_a_policy_writes_no_script_handler_or_url_appears(text: str) -> None:
    """Free text in place of a value: what is allowed leaves the document's scripts, handlers and URLs as they were."""
    patch = html("Fresh apples from the valley", text)
    if check_permissions(patch, TEXTS) is None:
        assert _what_runs(patch.apply("index.html", THROWS)) == _what_runs(THROWS)


def _what_runs(text: str) -> list[tuple[str, str]]:
    """Scripts, handlers and URLs, by the HTML parser alone."""
    found: list[tuple[str, str]] = []
    for element in turbohtml.parse(text, scripting=True).find_all():
        found += [(element.tag, element.text)] if element.tag in ("script", "style", "iframe", "object") else []
        found += [(k, str(v)) for k, v in element.attrs.items() if k.startswith("on") or k in ("src", "href", "style")]
    return sorted(found)


def test_size_is_bounded() -> None:
    denied = check_permissions(css(".muted { color: #000 }" + " " * (MAX_SIZE + 1)), TEXTS)
    assert denied is not None and denied[0] is Reason.TOO_LARGE
