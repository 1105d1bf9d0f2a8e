"""A small page with two defects, and a verifier over the real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState
from relook_lsp.refine.verifier import RenderPage, Verifier
from relook_lsp.review.pipeline import ReviewSettings

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<h1>Offers of the week</h1>
<div class="card"><p class="muted">Fresh apples from the valley</p><a class="more" href="#apples">Read more</a></div>
<img src="pixel.png" alt="An apple" width="120" height="80">
<p id="status">Waiting</p>
<script>
document.getElementById("status").textContent = "Ready to order";
document.querySelector(".more").addEventListener("click", () => undefined);
</script>
</body>
</html>
"""

CSS = """body { font: 16px/1.5 sans-serif; margin: 16px; color: #222; background: #fff }
.card { width: 560px; padding: 8px; background: #f4f4f4 }
.muted { color: #aaa }
.more { display: inline-block; padding: 8px 12px; color: #0645ad }
"""

OTHER = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dark</title>
<link rel="stylesheet" href="style.css">
<body style="background: #222; color: #eee">
<p class="muted">Light grey on dark is fine here</p>
</html>
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("offers")
    (path / "index.html").write_text(PAGE, "utf-8")
    (path / "style.css").write_text(CSS, "utf-8")
    (path / "other.html").write_text(OTHER, "utf-8")
    Image.new("RGB", (240, 160), (200, 60, 40)).save(path / "pixel.png")
    return path


@pytest.fixture(scope="session")
def look(driver: Driver) -> RenderPage:
    return clean_renderer(driver, ReviewSettings())


@pytest.fixture(scope="session")
def verifier(look: RenderPage) -> Verifier:
    return Verifier(look)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def base(folder: Path, look: RenderPage) -> PageState:
    page = Page(folder, "index.html")
    return PageState(page, await look(page))


def edit(path: str, text: str, old: str, new: str) -> Patch:
    """Replace the only occurrence of ``old``."""
    assert text.count(old) == 1, (old, text.count(old))
    at = text.index(old)
    return Patch.from_replacements([Replacement(path, Span(at, at + len(old)), old, new)], new)
