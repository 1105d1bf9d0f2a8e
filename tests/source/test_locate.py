"""The exact range of cause and place for every way in which a style can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.capture import capture_page
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import ByDeclaration, ByTag, Location
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot, View, Viewport
from relook_lsp.source.locator import Locator
from tests.source import locate_cases, locate_dom_cases
from tests.source.marked import Case, Mark, write

CASES = {**locate_cases.CASES, **locate_dom_cases.CASES}

PLAN = CapturePlan(viewports=(Viewport(800, 600),), moments=(0,), sweep=(), backgrounds=False)


async def _seen(driver: Driver, root: Path, case: Case) -> tuple[Snapshot, View, int]:
    live = await capture_page(driver, Page(root, case.entry, sites=case.sites), PLAN)
    if live.snapshot.hung:  # a busy machine
        await live.close()
        live = await capture_page(driver, Page(root, case.entry, sites=case.sites), PLAN)
    try:
        view = live.snapshot.views[0]
        layout = view.layout
        named = [n for n in layout.nodes_by_key.values() if layout.has_box(n) and layout.attribute(n, "id") == case.at]
        node = sorted(named)[case.nth]
        if case.pseudo:
            node = next(n for n in layout.children[node] if layout.pseudo_type(n) == case.pseudo)
        return await live.collect_styles([(view.id, layout.key(node))]), view, node
    finally:
        await live.close()


def _as_mark(snapshot: Snapshot, place: Location, kind: str) -> Mark:
    assert place.url is not None and place.path is not None
    text = snapshot.sources[place.url].text[place.span.start : place.span.end]
    start, end = place.range
    return Mark(place.path, kind, text, ((start.line, start.character), (end.line, end.character)))


@pytest.mark.browser
@pytest.mark.parametrize("name", CASES)
async def test_case(name: str, driver: Driver, tmp_path: Path) -> None:
    case = CASES[name]
    marks = write(case, tmp_path)
    snapshot, view, node = await _seen(driver, tmp_path, case)
    locator = Locator(snapshot)
    blame = ByDeclaration(node, case.properties, case.value_not)
    cause = locator.locate_cause((blame, ByTag(node)), view)
    place = locator.locate_tag(view, node)
    assert cause is not None and place is not None
    assert [_as_mark(snapshot, cause, "⟪")] == [m for m in marks if m.kind == "⟪"]
    wanted = [m for m in marks if m.kind == "⟨"]
    assert not wanted or [_as_mark(snapshot, place, "⟨")] == wanted
    related = [_as_mark(snapshot, one.location, "⦃") for one in locator.locate_variables(blame, view)]
    assert sorted(related, key=repr) == sorted((m for m in marks if m.kind == "⦃"), key=repr)
