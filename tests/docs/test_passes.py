"""A repair counts only where its rule says *pass* afterwards: a finding may not end by becoming impossible to
tell. So every rule that has solved repairs must pass at the repaired place of its own example."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.refine.proposers.solved import SOLVERS
from relook_lsp.review.pipeline import ReviewSettings, review_page

EXAMPLES = Path(__file__).parents[2] / "docs" / "rules" / "examples"


@pytest.mark.browser
@pytest.mark.parametrize("rule", SOLVERS)
async def test_the_right_example_passes(rule: str, driver: Driver) -> None:
    wrong = await review_page(driver, Page(EXAMPLES, f"{rule}/wrong.html"), ReviewSettings())
    right = await review_page(driver, Page(EXAMPLES, f"{rule}/right.html"), ReviewSettings())
    places = {finding.selector for finding in wrong.report.findings if finding.rule == rule}
    assert places
    assert right.snapshot is not None
    layouts = [view.layout for view in right.snapshot.views]
    keys = {key for layout in layouts for key, node in layout.nodes_by_key.items() if layout.selector(node) in places}
    assert keys, "the right example has none of the places of the wrong one"
    passed = {key for name, key in right.report.passed if name == rule}
    assert keys & passed, (places, right.report.incomplete)
