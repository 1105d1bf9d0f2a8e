"""Candidates that look like improvements to a careless judge. None may ever be accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.refine.acceptance.neighbour_pages import NeighbourPages
from relook_lsp.refine.trajectory import PageState, Reason, texts_of
from relook_lsp.refine.verifier import Verifier
from tests.refine.conftest import CSS, PAGE, edit


@dataclass(frozen=True)
class Trick:
    name: str
    patch: Patch
    reasons: tuple[Reason, ...]


def css(name: str, old: str, new: str, *reasons: Reason) -> Trick:
    return Trick(name, edit("style.css", CSS, old, new), reasons)


def html(name: str, old: str, new: str, *reasons: Reason) -> Trick:
    return Trick(name, edit("index.html", PAGE, old, new), reasons)


MUTED, CARD, BODY = ".muted { color: #aaa }", "width: 560px;", "margin: 16px;"
LOST, WORSE, DENIED = Reason.CONTENT_LOST, Reason.NOT_BETTER, Reason.NOT_ALLOWED
SEEN = (Reason.NEW_FINDING, Reason.UNCLEAR, LOST, WORSE, Reason.FINDING_GREW, Reason.WORSE_SOMEWHERE)

TRICKS = (
    css("hide the text", MUTED, ".muted { display: none }", LOST, Reason.UNCLEAR),
    css("make it invisible", MUTED, ".muted { visibility: hidden }", LOST, Reason.UNCLEAR),
    css("transparent", MUTED, ".muted { opacity: 0 }", LOST, Reason.UNCLEAR),
    css("nearly transparent", MUTED, ".muted { opacity: 0.06; color: #000 }", *SEEN),
    css("transparent letters", MUTED, ".muted { color: transparent }", LOST, Reason.UNCLEAR),
    css("white on white", MUTED, ".muted { color: #f4f4f4 }", *SEEN),
    css("clip it away", MUTED, ".muted { clip-path: inset(50%) }", *SEEN),
    css("one pixel", MUTED, ".muted { position: absolute; width: 1px; height: 1px; overflow: hidden; margin: 0 }", *SEEN),
    css("move it off the screen", MUTED, ".muted { position: absolute; left: -9999px }", *SEEN),
    css("indent it away", MUTED, ".muted { text-indent: -9999px; overflow: hidden }", *SEEN),
    css("scale it down", CARD, "width: 560px; transform: scale(0.1);", *SEEN),
    css("font size zero", MUTED, ".muted { font-size: 0 }", *SEEN),
    css("hide the card", CARD, "display: none;", LOST, Reason.UNCLEAR),
    css("hide the overflow of the page", BODY, "margin: 16px; overflow: hidden;", *SEEN),
    css("lock sideways scrolling", BODY, "margin: 16px; overflow-x: hidden;", *SEEN),
    css("kill the link", ".more { display: inline-block;", ".more { display: inline-block; pointer-events: none;", *SEEN),
    css("useless", BODY, "margin: 16px; --x: 1;", WORSE),
    css("remote sheet", "body { font", '@import "https://example.com/a.css"; body { font', DENIED),
    css("remote picture", "background: #fff", "background: url(https://example.com/x.png)", DENIED),
    css("escaped url", "background: #fff", r"background: u\72l(//example.com/x.png)", DENIED),
    css("silence it", MUTED, "/* relook-ignore-file */ .muted { color: #aaa }", DENIED),
    css("enormous", MUTED, ".muted { color: #000 } /*" + "x" * 20000 + "*/", Reason.TOO_LARGE),
    css("empty", MUTED, MUTED, Reason.EMPTY),
    html("remove the words", "Fresh apples from the valley", "Fresh", *SEEN),
    html("remove the card", '<div class="card"><p class="muted">Fresh apples from the valley</p><a class="more" href="#apples">Read more</a></div>', "", DENIED),
    html("tiny picture", 'width="120" height="80"', 'width="1" height="1"', *SEEN),
    html("remove the viewport meta", '<meta name="viewport" content="width=device-width, initial-scale=1">\n', "", *SEEN, DENIED),
    html("wide viewport", "width=device-width", "width=1400", DENIED),
    html("remove the script", 'document.getElementById("status").textContent = "Ready to order";\n', "", DENIED),
    html("swallow errors", "<script>", "<script>window.onerror = () => true;", DENIED),
    html("throw at load", '<p id="status">', '<p id="status" onclick="throw 1">', DENIED),
    html("remote frame", '<p id="status">', '<iframe src="https://example.com/"></iframe><p id="status">', DENIED),
    html("script link", 'href="#apples"', 'href="javascript:alert(1)"', DENIED),
    html("ignore comment", '<p id="status">', '<!-- relook-ignore-file --><p id="status">', DENIED),
    html("rename the class", 'class="muted"', 'class="muted" hidden', LOST, Reason.UNCLEAR),
    html("inert page", "<body>", "<body inert>", *SEEN),
    html("aria disabled", 'class="muted"', 'class="muted" aria-disabled="true"', *SEEN),
    html("lose the id", '<p id="status">', "<p>", Reason.INVALID_RENDER, *SEEN),
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.name)
async def test_never_accepted(trick: Trick, base: PageState, verifier: Verifier) -> None:
    assert base.review.snapshot is not None
    verdict = await verifier(base, trick.patch)
    assert not verdict.is_accepted
    assert verdict.reason in trick.reasons, (verdict.reason, verdict.detail)


@pytest.mark.browser
async def test_honest_edits_are_accepted(base: PageState, verifier: Verifier) -> None:
    for patch in (
        edit("style.css", CSS, MUTED, ".muted { color: #666 }"),
        edit("style.css", CSS, CARD, "max-width: 560px;"),
    ):
        verdict = await verifier(base, patch)
        assert verdict.is_accepted, (patch.title, verdict.reason, verdict.detail)


@pytest.mark.browser
async def test_a_hang_that_ends_is_no_merit_of_the_edit(base: PageState, verifier: Verifier) -> None:
    assert base.review.snapshot is not None
    stood = replace(base, review=replace(base.review, snapshot=replace(base.review.snapshot, hung=True)))
    verdict = await verifier(stood, edit("style.css", CSS, MUTED, ".muted { color: #666 }"))
    assert verdict.reason is Reason.INFRASTRUCTURE, verdict.detail


@pytest.mark.browser
async def test_needed_edit_plus_useless_one(base: PageState, verifier: Verifier) -> None:
    needed = edit("style.css", CSS, MUTED, ".muted { color: #666 }")
    useless = edit("style.css", CSS, BODY, "margin: 17px;")
    verdict = await verifier(base, Patch.from_replacements(needed.replacements + useless.replacements))
    assert verdict.reason is Reason.NOT_NEEDED


@pytest.mark.browser
async def test_fixing_one_finding_by_worsening_another(base: PageState, verifier: Verifier) -> None:
    needed = edit("style.css", CSS, CARD, "max-width: 560px;")
    harmful = edit("style.css", CSS, "color: #0645ad", "color: #eee")
    verdict = await verifier(base, Patch.from_replacements(needed.replacements + harmful.replacements))
    assert verdict.reason in SEEN, verdict


@pytest.mark.browser
async def test_fixing_the_phone_by_breaking_the_desktop(base: PageState, verifier: Verifier) -> None:
    patch = edit("style.css", CSS, CARD, "width: 300px; } @media (min-width: 700px) { .card { width: 1500px }")
    verdict = await verifier(base, patch)
    assert not verdict.is_accepted


@pytest.mark.browser
async def test_breaking_only_a_width_between_the_viewports(base: PageState, verifier: Verifier) -> None:
    patch = edit(
        "style.css",
        CSS,
        CARD,
        "max-width: 560px; } @media (min-width: 580px) and (max-width: 640px) { .card { min-width: 900px }",
    )
    verdict = await verifier(base, patch)
    assert not verdict.is_accepted


@pytest.mark.browser
async def test_other_pages_of_a_shared_sheet(base: PageState, folder: Path, verifier: Verifier) -> None:
    guarded = Verifier(verifier.render, others=NeighbourPages(verifier.render, [Page(folder, "other.html")]))
    patch = edit("style.css", CSS, MUTED, ".muted { color: #333 }")
    assert (await verifier(base, patch)).is_accepted
    verdict = await guarded(base, patch)
    assert verdict.reason is Reason.OTHER_PAGE, verdict


@pytest.mark.browser
async def test_the_second_edit_of_a_shared_sheet_is_judged_after_the_first(
    base: PageState, folder: Path, verifier: Verifier
) -> None:
    guarded = Verifier(verifier.render, others=NeighbourPages(verifier.render, [Page(folder, "other.html")]))
    first = await guarded(base, edit("style.css", CSS, CARD, "max-width: 560px;"))
    assert first.is_accepted and first.state is not None
    longer = texts_of(first.state)["style.css"]
    second = await guarded(first.state, edit("style.css", longer, MUTED, ".muted { color: #333 }"))
    assert second.reason is Reason.OTHER_PAGE, second
