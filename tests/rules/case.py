"""A case of a rule: a page, what must be found in it, and whether a report says so.

``<rule>/<case>.html`` is the page; ``<case>.json`` lists its findings:

    {"findings": [{"rule": "low-contrast", "place": "p#fail1", "cause": "color: #999", "widths": [320, 414]}],
     "incomplete": [{"rule": "low-contrast", "reason": "text-shadow"}],
     "options": {"contrast_level": "AAA"},
     "live": "why this case is also checked in the browser on every run"}

``place`` is the finding's selector, ``cause`` the exact source text that it points at. Both are optional, and so is
``widths``. ``incomplete`` lists the least that must be there. A finding of severity information counts only for the
folder's own rule.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.core.finding import Finding, Report, Severity
from relook_lsp.core.incomplete_reasons import REASONS
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import ReviewSettings

HERE = Path(__file__).parent
ARCHIVE = "snapshots.tar.xz"
PLAN = CapturePlan(timeout=90)
"""With more time than a page takes on a busy machine."""


@dataclass(frozen=True)
class Case:
    folder: Path
    name: str

    def __str__(self) -> str:
        return f"{self.rule}/{self.name}.html"

    @property
    def rule(self) -> str:
        return self.folder.name

    @property
    def page(self) -> Page:
        return Page(self.folder, f"{self.name}.html", sites=())

    @cached_property
    def expected(self) -> Mapping[str, Any]:
        return json.loads((self.folder / f"{self.name}.json").read_text("utf-8"))

    @property
    def options(self) -> CriticOptions:
        return CriticOptions(**self.expected.get("options", {}))

    @property
    def settings(self) -> ReviewSettings:
        return ReviewSettings(PLAN, self.options)

    @property
    def shows_the_defect(self) -> bool:
        return any(finding["rule"] == self.rule for finding in self.expected["findings"])

    def fingerprint(self) -> str:
        """SHA-256 of the page and of every file beside the pages that it may load."""
        digest = hashlib.sha256()
        own = self.folder / f"{self.name}.html"
        for path in sorted(self.folder.iterdir()):
            if path == own or (path.suffix not in (".html", ".json") and path.name != ARCHIVE):
                digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()


def all_cases(rule: str = "*") -> list[Case]:
    """Every case of a rule, in the order of the names."""
    return [Case(path.parent, path.stem) for path in sorted(HERE.glob(f"{rule}/*.html"))]


def live_cases() -> list[Case]:
    """The cases that run in the browser on every run: of each rule the first that shows its defect, and those that say so."""
    chosen: list[Case] = []
    shown: set[str] = set()
    for case in all_cases():
        first = case.shows_the_defect and case.rule not in shown
        if first:
            shown.add(case.rule)
        if first or "live" in case.expected:
            chosen.append(case)
    return chosen


def described(report: Report, snapshot: Snapshot) -> list[dict[str, object]]:
    """All findings in the words of the case files."""
    return [_described(finding, snapshot) for finding in report.findings]


def _described(finding: Finding, snapshot: Snapshot) -> dict[str, object]:
    source = snapshot.sources.get(finding.cause.url or "")
    span = finding.cause.span
    return {
        "rule": finding.rule,
        "place": finding.selector,
        "cause": source.text[span.start : span.end] if source else "",
        "widths": None if finding.failing_widths is None else list(finding.failing_widths),
        "message": finding.message,
    }


def _matches(found: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    return all(found[key] == value for key, value in wanted.items())


def check(case: Case, report: Report, snapshot: Snapshot) -> None:
    """Raises ``AssertionError`` where the report is not what the case lists."""
    counted = [f for f in report.findings if f.severity is not Severity.INFORMATION or f.rule == case.rule]
    found = [_described(finding, snapshot) for finding in counted]
    missing = list(case.expected["findings"])
    unlisted: list[dict[str, object]] = []
    for one in found:
        match = next((wanted for wanted in missing if _matches(one, wanted)), None)
        if match is None:
            unlisted.append(one)
        else:
            missing.remove(match)
    assert not missing and not unlisted, (
        f"not found: {missing}\nnot listed: {unlisted}\nall: {found}\nincomplete: {report.incomplete}"
    )
    assert not report.faulty, report.problems
    assert {i.reason for i in report.incomplete} <= REASONS.keys()
    wanted_incomplete: Sequence[Mapping[str, str]] = case.expected.get("incomplete", [])
    for wanted in wanted_incomplete:
        assert any(i.rule == wanted["rule"] and i.reason == wanted["reason"] for i in report.incomplete), wanted
