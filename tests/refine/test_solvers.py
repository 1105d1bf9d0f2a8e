"""Every rule that has solved repairs mends its own example; text that no edit names stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.refine.refine import refine
from relook_lsp.refine.solved import SOLVERS
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.trajectory import State, Trajectory, open_findings, texts_of
from relook_lsp.refine.verify import Verifier
from relook_lsp.review.review import Settings

EXAMPLES = Path(__file__).parents[2] / "docs" / "rules" / "examples"
RULES = sorted(rule for rule in SOLVERS if (EXAMPLES / rule / "wrong.html").is_file())


@pytest_asyncio.fixture(loop_scope="session")
async def stage(driver: Driver) -> AsyncIterator[Stage]:
    async with Stage(driver, Settings()) as one:
        yield one


async def refined(stage: Stage, page: Page) -> Trajectory:
    start = State(page, await stage.look(page))
    assert start.review.report.reviewed, start.review.report.problems
    return await refine(start, Verifier(stage.look, screen=stage.screen))


def refused(result: Trajectory) -> list[tuple[str, str, str]]:
    return [(a.patch.title, a.verdict.reason.value, a.verdict.detail) for a in result.attempts]


@pytest.mark.browser
@pytest.mark.parametrize("rule", RULES)
async def test_the_example_of_the_rule_is_mended(rule: str, stage: Stage, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / rule, tmp_path / rule)
    result = await refined(stage, Page(tmp_path / rule, "wrong.html"))
    found = [finding for finding in result.start.review.report.findings if finding.rule == rule]
    assert found
    assert not open_findings(result.best), refused(result)
    if all(finding.cost == 0 for finding in found):  # a matter of degree is no reason to edit
        assert not result.attempts


@pytest.mark.browser
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_only_the_edit_differs(newline: str, stage: Stage, tmp_path: Path) -> None:
    text = (EXAMPLES / "page-scrolls-sideways" / "wrong.html").read_text("utf-8")
    (tmp_path / "a.html").write_bytes(text.replace("\n", newline).encode())
    result = await refined(stage, Page(tmp_path, "a.html"))
    before, patch = texts_of(result.start)["a.html"], result.patch
    assert result.best.cost == 0, refused(result)
    after = patch.apply("a.html", before)
    assert after == texts_of(result.best)["a.html"]
    assert ("\r" in after) == (newline == "\r\n")
    assert after.count("\n") == after.count(newline)
    assert patch.size < 100
