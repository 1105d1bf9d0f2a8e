"""A file that a page names by a path above the root is not the page's mistake: nobody looked there."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.review.pipeline import ReviewSettings, review_page
from relook_lsp.source.page_graph import urls_above_root

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Below</title>
<link rel="stylesheet" href="../style.css">
<link rel="stylesheet" href="css/own.css">
<body><p>Text of the page</p></body>
</html>
"""


@pytest.mark.browser
async def test_what_lies_above_the_root_is_not_judged(tmp_path: Path) -> None:
    folder = tmp_path / "pages" / "css"
    folder.mkdir(parents=True)
    (folder.parent / "index.html").write_text(PAGE, "utf-8")
    (folder / "own.css").write_text("p { color: #ccc; background: url(../../seen.png) }", "utf-8")
    (tmp_path / "style.css").write_text("p { color: #222 !important }", "utf-8")
    driver = Driver()
    below = (await review_page(driver, Page(folder.parent, "index.html"), ReviewSettings())).report
    above = (await review_page(driver, Page(tmp_path, "pages/index.html"), ReviewSettings())).report
    await driver.close()
    assert [finding.rule for finding in below.findings] == []
    assert "outside-root" in {one.reason for one in below.incomplete if one.rule == "failed-resource"}
    assert [problem.message.split()[0] for problem in below.problems] == ["seen.png", "style.css"]
    assert [finding.message for finding in above.findings] == ["The picture `seen.png` was not found."]
    assert not above.problems and "outside-root" not in {one.reason for one in above.incomplete}


@pytest.mark.parametrize(
    ("text", "at", "answer"),
    [
        ('<link href="../a.css">', "/index.html", True),
        ("<link href=../a.css>", "/index.html", True),
        ('<link href="../a.css">', "/pages/index.html", False),
        ('<link href="../../a.css">', "/pages/index.html", True),
        ("p { background: url(../../a.css) }", "/css/own.css", True),
        ('<link href="../a.css?1&amp;2">', "/index.html", False),
        ('<a href="b/../a.css">', "/index.html", False),
        ('<link href="/a.css"> ../b.css', "/index.html", False),
    ],
)
def test_paths_that_climb(text: str, at: str, answer: bool) -> None:
    assert ("http://relook.localhost/a.css" in urls_above_root(text, f"http://relook.localhost{at}")) is answer
