"""What a policy is told of a finding's cause, and that it can be named in an edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.models.edit_language import LanguageError, parse_answer
from relook_lsp.refine.proposers.observation import ObservedGroup, observe_group, operations_to_patch
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState
from relook_lsp.review.pipeline import ReviewSettings

HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Notes</title>
"""
FADED = "<style>.note { color: #222; opacity: 0.3 }</style><p class=note>A note that is hard to read.</p>"
FAR = "<style>.all { color: #ccc }</style><div class=all><main><ul><li><b><i><u>A note</u></i></b></ul></main></div>"
BARE = '<p><font color="#cccccc">A note that is hard to read.</font></p>'

pytestmark = pytest.mark.browser


async def told(driver: Driver, tmp_path: Path, body: str, rule: str = "low-contrast") -> ObservedGroup:
    (tmp_path / "index.html").write_text(HEAD + body, "utf-8")
    page = Page(tmp_path, "index.html")
    state = PageState(page, await clean_renderer(driver, ReviewSettings())(page))
    observed = observe_group(state, [one for one in state.review.report.findings if one.rule == rule])
    assert observed is not None
    return observed


@pytest.mark.parametrize(
    ("body", "cause", "left"),
    [(FADED, ("opacity", "0.3"), ".note { color: #222; }"), (FAR, ("color", "#ccc"), ".all { }")],
    ids=["of the element", "inherited from far above"],
)
async def test_the_cause_is_told_and_can_be_removed(
    driver: Driver, tmp_path: Path, body: str, cause: tuple[str, str], left: str
) -> None:
    observed = await told(driver, tmp_path, body)
    seen = observed.observation
    assert seen.cause is not None
    assert (seen.declarations[seen.cause].name, seen.declarations[seen.cause].value) == cause
    patch = operations_to_patch(observed, parse_answer("del cause", seen))
    assert left in " ".join(patch.apply("index.html", HEAD + body).split())


RINGLESS = "<style>a { color: #00c } a:focus { outline: 0 }</style><h1>Boats</h1><p><a href='#'>All our boats</a></p>"


@pytest.mark.parametrize(
    ("answer", "left"),
    [("del cause", "a:focus { }"), ("set cause s0", "a:focus { outline: 2px solid currentColor }")],
)
async def test_what_takes_the_focus_away_is_told_though_it_holds_only_then(
    driver: Driver, tmp_path: Path, answer: str, left: str
) -> None:
    observed = await told(driver, tmp_path, RINGLESS, "no-visible-focus")
    seen = observed.observation
    assert seen.cause is not None and seen.declarations[seen.cause].selector == "a:focus"
    patch = operations_to_patch(observed, parse_answer(answer, seen))
    assert left in " ".join(patch.apply("index.html", HEAD + RINGLESS).split())


async def test_what_stands_on_a_tag_has_no_declaration_as_its_cause(driver: Driver, tmp_path: Path) -> None:
    assert (await told(driver, tmp_path, BARE)).observation.cause is None


PALE = "<p style='color: #bbb; background: %s'>A note that is hard to read.</p>"
STRIPES = "linear-gradient(#fff, #dde)"


@pytest.mark.parametrize(("ground", "layers"), [("#fff", False), (STRIPES, True)], ids=["plain", "gradient"])
async def test_a_layer_behind_the_text_is_offered_where_the_ground_is_not_plain(
    driver: Driver, tmp_path: Path, ground: str, layers: bool
) -> None:
    slots = (await told(driver, tmp_path, PALE % ground)).observation.slots
    assert any(slot.name == "color" for slot in slots)
    assert any("rgba(" in slot.value for slot in slots) is layers


CARD = "<div style='background: #fff; padding: 9px'><p style='color: #bbb'>A note that is hard to read.</p></div>"


async def test_a_ground_is_not_put_behind_text_that_has_none(driver: Driver, tmp_path: Path) -> None:
    """The solver's value is for the card; under the text alone it would be a bar."""
    observed = await told(driver, tmp_path, CARD)
    seen = observed.observation
    slot = next(index for index, one in enumerate(seen.slots) if one.name == "background-color")
    labels = [one.label for one in seen.elements]
    with pytest.raises(LanguageError, match="a bar"):
        operations_to_patch(observed, parse_answer(f"set e{labels.index('p')} background-color s{slot}", seen))
    patch = operations_to_patch(observed, parse_answer(f"set e{labels.index('div')} background-color s{slot}", seen))
    assert f"background: {seen.slots[slot].value}; padding" in patch.apply("index.html", HEAD + CARD)
