from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from relook_lsp.core.finding import Report
from relook_lsp.report import PageReview
from relook_lsp.report.terminal import render_terminal
from tests.report.conftest import finding, hostile, of_source


def _text(*pages: PageReview, terminal: bool = False, quiet: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        force_terminal=terminal,
        highlight=False,
        soft_wrap=True,
        width=120,
        color_system="truecolor" if terminal else None,
    )
    render_terminal(pages, console, quiet=quiet)
    return file.getvalue()


def _marked(page: PageReview) -> str:
    """What stands above the carets, by columns of a terminal."""
    from rich.cells import cell_len

    lines = _text(page).splitlines()
    at = next(index for index, line in enumerate(lines) if set(line.strip()) == {"^"})
    first = len(lines[at]) - len(lines[at].lstrip())
    last = first + len(lines[at].strip())
    column, kept = 0, ""
    for character in lines[at - 1]:
        if first <= column < last:
            kept += character
        column += cell_len(character)
    return kept


def test_caret_is_under_the_exact_range() -> None:
    text = "p {\n    color: #999; margin: 0 }\n"
    assert _marked(of_source(text, finding(text, "color: #999"))) == "color: #999"


def test_caret_counts_wide_characters() -> None:
    text = 'p::before { content: "警告🚀"; color: #999 }'
    assert _marked(of_source(text, finding(text, "color: #999"))) == "color: #999"


def test_long_line_is_cut_around_the_range() -> None:
    text = "a{b:c}" * 400 + "p{color:#999}" + "d{e:f}" * 400
    page = of_source(text, finding(text, "color:#999"))
    assert _marked(page) == "color:#999"
    assert max(map(len, _text(page).splitlines())) < 140


def test_same_cause_is_one_line_with_a_count() -> None:
    text = "p { color: #999 }"
    shown = _text(of_source(text, finding(text, "color: #999", "1"), finding(text, "color: #999", "2")))
    assert shown.count("about color: #999") == 1
    assert "(2 places)" in shown
    assert "1 warning" in shown


def test_file_is_named_once() -> None:
    text = "p { color: #999 }\nq { color: #888 }"
    shown = _text(of_source(text, finding(text, "color: #999"), finding(text, "color: #888")))
    assert shown.count("a.css") == 1
    assert "1:5" in shown and "2:5" in shown


def test_colour_only_on_a_terminal() -> None:
    text = "p { color: #999 }"
    page = of_source(text, finding(text, "color: #999"))
    assert "\x1b[" not in _text(page)
    assert "\x1b[" in _text(page, terminal=True)


def test_quiet_leaves_clean_pages_out() -> None:
    text = "p { color: #999 }"
    shown = _text(
        PageReview(Report("fine.html", valid=True), None), of_source(text, finding(text, "color: #999")), quiet=True
    )
    assert "fine.html" not in shown and "p.html" in shown
    assert "2 pages, 1 without findings" in shown


def test_controls_of_a_page_never_reach_the_terminal(data: Path) -> None:
    naughty: list[str] = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    naughty += ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\u202eb\u2066c", "[bold]markup[/bold]", "\x00\x08\x7f"]
    shown = _text(*hostile([one for one in naughty if one]))
    bad = {c for c in shown if not c.isprintable() and c != "\n"}
    assert not bad, {hex(ord(c)) for c in bad}
    assert "[bold]markup[/bold]" in shown


def test_the_sample_site(broken: PageReview) -> None:
    shown = _text(broken)
    assert "broken/style.css" in shown
    assert f"score {broken.report.score}" in shown
