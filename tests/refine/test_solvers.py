"""Every rule that has solved repairs mends its own example, and nothing else of it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from relook_lsp.core.page import Page
from relook_lsp.refine.refine import refine
from relook_lsp.refine.solved import SOLVERS
from relook_lsp.refine.trajectory import State, open_findings
from relook_lsp.refine.verify import Look, Verifier

EXAMPLES = Path(__file__).parents[2] / "docs" / "rules" / "examples"
RULES = sorted(rule for rule in SOLVERS if (EXAMPLES / rule / "wrong.html").is_file())


@pytest.mark.browser
@pytest.mark.parametrize("rule", RULES)
async def test_the_example_of_the_rule_is_mended(rule: str, look: Look, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / rule, tmp_path / rule)
    page = Page(tmp_path / rule, "wrong.html")
    start = State(page, await look(page))
    assert any(finding.rule == rule for finding in start.review.report.findings)
    result = await refine(start, Verifier(look))
    refused = [
        (a.patch.title, a.verdict.reason.value, a.verdict.detail) for a in result.attempts if not a.verdict.accepted
    ]
    assert not open_findings(result.best), refused
    assert result.best.cost == 0
