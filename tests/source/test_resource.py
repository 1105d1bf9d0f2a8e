"""Where a page names what it loads: the exact characters."""

from __future__ import annotations

import pytest

from relook_lsp.core.snapshot import ScriptPlace, Snapshot, Source
from relook_lsp.source.locator import Locator
from relook_lsp.source.stamp import stamp_start_tags
from tests.source.marked import Mark, unmark

ROOT = "http://relook.localhost/"


def _locator(files: dict[str, str]) -> tuple[Locator, list[Mark]]:
    sources: dict[str, Source] = {}
    marks: list[Mark] = []
    for path, marked in files.items():
        text, found = unmark(path, marked)
        marks += found
        sources[ROOT + path] = Source(ROOT + path, path, text, 0, path.rpartition(".")[2])
    entry = next(iter(files))
    return Locator(Snapshot(entry, ROOT + entry, "exact", (), (), (), sources)), marks


CASES: dict[str, tuple[dict[str, str], str]] = {
    "src": ({"i.html": "<a href=x.png></a><img alt=y ⟪src='x.png'⟫>"}, "x.png"),
    "link": ({"i.html": "<link rel=stylesheet ⟪href=a.css⟫>"}, "a.css"),
    "script": ({"s/i.html": "<script ⟪src=../j/a.js⟫></script>"}, "j/a.js"),
    "base": ({"i.html": "<base href=/p/><img ⟪src=x.png⟫>"}, "p/x.png"),
    "srcset": ({"i.html": "<img srcset='a.png 1x, ⟪b.png⟫ 2x, c.png 3x'>"}, "b.png"),
    "character reference": ({"i.html": "<img ⟪src='x?a=1&amp;b=2'⟫>"}, "x?a=1&b=2"),
    "percent": ({"i.html": "<img ⟪src='my x.png'⟫>"}, "my%20x.png"),
    "style element": ({"i.html": "<style>/* url(x.png) */ p { background: url( '⟪x.png⟫' ) }</style>"}, "x.png"),
    "style attribute": ({"i.html": "<p style='background: url(⟪x.png⟫)'>"}, "x.png"),
    "sheet": ({"i.html": "", "c/a.css": "p { background: url(\"⟪../x.png⟫\") }"}, "x.png"),
    "import": ({"i.html": "", "c/a.css": "@import '⟪b.css⟫';"}, "c/b.css"),
    "import url": ({"i.html": "<style>@import url(⟪b.css⟫) screen;</style>"}, "b.css"),
    "module": ({"i.html": "", "j/a.js": "// import './b.js'\nimport x from '⟪./b.js⟫';"}, "j/b.js"),
    "dynamic import": ({"i.html": "<script>import('⟪./b.js⟫')</script>"}, "b.js"),
    "fetch": ({"p/i.html": "", "j/a.js": "fetch('⟪d.json⟫')"}, "p/d.json"),
    "src by script": ({"i.html": "<script>img.src = \"⟪x.png⟫\"</script>"}, "x.png"),
    "comment": ({"i.html": "<!-- <img src=x.png> --><img ⟪src=x.png⟫>"}, "x.png"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_reference(case: str) -> None:
    files, url = CASES[case]
    locator, marks = _locator(files)
    found = locator.locate_reference(ROOT + url)
    assert found is not None and found.url is not None
    text = locator.snapshot.sources[found.url].text[slice(*found.span)]
    assert [(found.path, text)] == [(mark.path, mark.text) for mark in marks]


def test_what_nothing_names() -> None:
    locator, _ = _locator({"i.html": "<img src=x.png>"})
    assert locator.locate_reference(ROOT + "y.png") is None


@pytest.mark.parametrize(
    "text",
    [
        "<p>a</p><b>😀</b><script>⟪throw 1</script>⟫",
        "<p>\n<script>\n  ⟪throw 1;⟫\n</script>",
        "<p>\r\n<i></i><script>let a;\r\n⟪throw 1⟫\r\n</script>",
    ],
)
def test_script_places_behind_stamps(text: str) -> None:
    """The browser counts in the stamped text; the finding is where the author wrote it."""
    locator, marks = _locator({"i.html": text})
    assert locator.document is not None
    served = stamp_start_tags(locator.document).text
    at = served.index("throw")
    line = served.count("\n", 0, at)
    column = len(served[served.rfind("\n", 0, at) + 1 : at].encode("utf-16-le")) // 2
    found = locator.locate_script_line(ScriptPlace(ROOT + "i.html", line, column))
    assert found is not None
    start, end = found.range
    assert [((start.line, start.character), (end.line, end.character))] == [mark.range for mark in marks]
