"""What was looked at by eye: the samples are apart, the document says what the list says, and no rule that was often
wrong speaks aloud."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from relook_lsp.core.finding import Severity
from relook_lsp.critics.axe_findings import NOTES, PREFIX
from relook_lsp.critics.registry import BY_ID
from tests.precision.sample import half
from tests.precision.table import FRESH, MENDED_ON, SAMPLES, VERDICTS, counts, judged, rows, wilson

ENOUGH = 10
"""Findings from which a share says something."""

DOCUMENT = Path(__file__).parents[2] / "docs" / "dev" / "precision.md"


def test_every_line_is_a_judgement() -> None:
    for one in judged():
        assert one.sample in SAMPLES
        assert one.verdict in VERDICTS
        assert one.rule in BY_ID or one.rule.startswith(PREFIX)
        assert one.page
        assert one.why


def test_no_page_is_in_two_samples() -> None:
    pages = {sample: {one.page for one in judged() if one.sample == sample} for sample in SAMPLES}
    assert not pages["development"] & pages["fresh"]
    for sample in ("development", "fresh"):
        assert {half(page.partition("/")[2]) for page in pages[sample]} == {sample}


def test_the_document_has_the_table() -> None:
    table = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith(("| ", "|-"))]
    assert table[: len(rows())] == rows(), "run python -m tests.precision.table"


def test_rules_that_are_often_wrong_are_information() -> None:
    fresh = [counts(sample) for sample in FRESH]
    for rule in {rule for found in fresh for rule in found}:
        count = sum((found[rule] for found in fresh if rule in found), Counter[str]())
        quiet = rule.removeprefix(PREFIX) in NOTES or (rule in BY_ID and BY_ID[rule].severity is Severity.INFORMATION)
        if not quiet and count.total() >= ENOUGH:
            assert count["true"] >= 0.9 * count.total(), rule


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one not in MENDED_ON])
def test_what_is_measured_is_there(sample: str) -> None:
    for rule, count in counts(sample).items():
        if count.total() >= ENOUGH:
            assert count["false"] <= 0.1 * count.total(), rule


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(20, 20, 0.839, 1.0), (18, 20, 0.699, 0.972), (0, 0, 0.0, 1.0)]
)
def test_intervals(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))
