"""Idle preparation: no state of a page is rendered twice, and it ends at once when there is something else to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.core.page import Page
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.review.pipeline import Review
from relook_lsp.session.fix_store import PreparedFixes
from relook_lsp.session.jobs.find_fixes import prepare_fixes
from relook_lsp.session.open_documents import OpenDocument
from relook_lsp.session.reviewed_page import PageId, ReviewedPage
from relook_lsp.session.state import Session
from tests.session.conftest import Nobody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers</title>
<style>body { font: 16px/1.5 sans-serif; color: #222; background: #fff } .pale { color: #aaa }</style>
<body>
<h1>Offers of the week</h1>
<p class="pale">Fresh apples from the valley</p>
</body>
</html>
"""
WIDE = PAGE.replace("</body>", '<p style="width: 900px; background: #eee">Two weeks of apples</p>\n</body>')
STUBBORN = PAGE.replace(
    "</body>",
    """<p id="late">Pears from the same valley</p>
<script>document.getElementById("late").style = "color: #aaa !important; background: #fff !important"</script>
</body>""",
)


@pytest_asyncio.fixture
async def session() -> AsyncIterator[Session]:
    one = Session(Nobody())
    one.scheduler.rest = 3600  # nothing begins by itself
    yield one
    await one.close()


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the page that were rendered cleanly, in order."""
    texts, look = list[str](), CandidateRenderer.render

    async def noted(self: CandidateRenderer, page: Page) -> Review:
        overlay = page.overlays.get(page.entry)
        texts.append("" if overlay is None else overlay.text)
        return await look(self, page)

    monkeypatch.setattr(CandidateRenderer, "render", noted)
    return texts


async def look(session: Session, folder: Path, text: str) -> ReviewedPage:
    path = folder / "index.html"
    path.write_text(text, "utf-8")
    session.put_document(OpenDocument(path.as_uri(), path, "html", 1, text))
    seen = await session.review_now(PageId(folder, "index.html"))
    assert seen is not None and seen.report.reviewed
    return seen


async def prepared(session: Session, folder: Path, text: str) -> PreparedFixes:
    seen = await look(session, folder, text)
    await prepare_fixes(session, seen)
    return session.fixes.prepared_for(seen.page_id)


async def test_the_only_fix_is_everything(session: Session, rendered: list[str], tmp_path: Path) -> None:
    found = await prepared(session, tmp_path, PAGE)
    (fix,) = found.single.values()
    assert found.joint is not None and found.joint.patch.replacements == fix.patch.replacements
    assert len(rendered) == 2  # as it is, and mended


async def test_two_fixes_together_cost_one_more_render(session: Session, rendered: list[str], tmp_path: Path) -> None:
    found = await prepared(session, tmp_path, WIDE)
    assert len({fix.id for fix in found.single.values()}) == 2
    assert found.joint is not None and found.joint.patch.title == "2 edits, verified together"
    assert not found.joint.after.report.findings
    assert len(rendered) == 4 == len(set(rendered)), rendered


async def test_what_was_tried_in_vain_is_not_tried_again(session: Session, rendered: list[str], tmp_path: Path) -> None:
    """A script sets the colours: nothing that a repair may touch helps."""
    found = await prepared(session, tmp_path, STUBBORN)
    vain = [tried for tried in found.tried.values() if not any(one.accepted for one in tried)]
    assert len(vain) == 1 and vain[0], found.tried
    assert found.joint is not None and len(found.joint.patch.replacements) == 1
    assert len(rendered) == len(set(rendered)), rendered


async def test_it_ends_at_once_when_the_user_wants_something(session: Session, tmp_path: Path) -> None:
    """In the middle of whatever it does; the browser is good for the next review."""
    seen = await look(session, tmp_path, WIDE)
    for pause in (0.1, 1.0, 3.0):
        running = asyncio.create_task(prepare_fixes(session, seen))
        await asyncio.sleep(pause)
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=30)
        assert done
    assert (await look(session, tmp_path, WIDE)).report.score == seen.report.score
