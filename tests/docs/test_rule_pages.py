"""The rules' pages say what the rules say, and their examples show it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.critics.registry import RULES
from relook_lsp.refine.proposers.solved import SOLVERS
from relook_lsp.review.pipeline import ReviewSettings, review_page

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
EXAMPLES = FOLDER / "examples"
IDS = [rule.id for rule in RULES]


def test_pages_are_up_to_date() -> None:
    wanted: dict[str, str] = runpy.run_path(str(FOLDER / "generate.py"))["pages"]()
    found = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert found == wanted, "run python docs/rules/generate.py"


def test_every_rule_has_an_example() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == sorted(IDS)


@pytest.mark.browser
@pytest.mark.parametrize("rule", IDS)
async def test_example(rule: str, driver: Driver) -> None:
    """The wrong page has the finding, the right one has nothing at all.

    Where the rule has solved repairs, it must also say *pass* at the repaired place: a repair counts only then, for a
    finding may not end by becoming impossible to tell.
    """
    wrong = await review_page(driver, Page(EXAMPLES, f"{rule}/wrong.html"), ReviewSettings())
    assert rule in {finding.rule for finding in wrong.report.findings}, wrong.report
    right = await review_page(driver, Page(EXAMPLES, f"{rule}/right.html"), ReviewSettings())
    assert not right.report.findings, [(f.rule, f.message) for f in right.report.findings]
    if rule in SOLVERS:
        assert right.snapshot is not None
        places = {finding.selector for finding in wrong.report.findings if finding.rule == rule}
        layouts = [view.layout for view in right.snapshot.views]
        keys = {
            key for layout in layouts for key, node in layout.nodes_by_key.items() if layout.selector(node) in places
        }
        assert keys, "the right example has none of the places of the wrong one"
        passed = {key for name, key in right.report.passed if name == rule}
        assert keys & passed, (places, right.report.incomplete)
