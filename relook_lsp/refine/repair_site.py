"""A finding with everything a repair may look at: the element, the declarations that win there, and the texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from relook_lsp.core.finding import ByDeclaration, Finding, Report
from relook_lsp.core.snapshot import Declaration, Layout, Snapshot, View
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.refine.trajectory import PageState
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.source.cascade import winning_declaration
from relook_lsp.source.locator import Locator

ANCESTORS = 4
"""How many elements above the culprit a repair may look at and edit."""


@dataclass(frozen=True)
class RepairSite:
    """``findings`` are those with the same rule and the same cause, the worst first."""

    state: PageState
    findings: tuple[Finding, ...]
    snapshot: Snapshot
    view: View

    @property
    def finding(self) -> Finding:
        return self.findings[0]

    @property
    def layout(self) -> Layout:
        return self.view.layout

    @cached_property
    def view_context(self) -> ViewContext:
        return ViewContext(self.snapshot, self.view, CriticOptions())

    @cached_property
    def locator(self) -> Locator:
        return Locator(self.snapshot)

    @property
    def element(self) -> int:
        """The element where the defect shows."""
        return self.finding.node if self.finding.node is not None else self.culprit

    @property
    def culprit(self) -> int:
        """The element to blame; the place where none is named."""
        if self.finding.culprit is not None:
            return self.finding.culprit
        return self.finding.node if self.finding.node is not None else 0

    def editable_ancestors(self, node: int) -> list[int]:
        """The element and the elements above it that a repair may edit, nearest first."""
        return editable_lineage(self.layout, node)

    @cached_property
    def known_elements(self) -> tuple[int, ...]:
        """The elements of the view whose declarations are known, in the order of the document."""
        by_key = self.layout.nodes_by_key
        return tuple(sorted(by_key[k] for v, k in self.snapshot.evidence.styles if v == self.view.id and k in by_key))

    def declarations(self, node: int) -> tuple[Declaration, ...]:
        return self.snapshot.evidence.styles.get((self.view.id, self.layout.key(node)), ())

    def focused_declarations(self, node: int) -> tuple[Declaration, ...]:
        """The same while the node has the keyboard's focus; empty where no finding asked for that."""
        key = ByDeclaration(node, (), state="focus").evidence_key(self.layout)
        return self.snapshot.evidence.styles.get((self.view.id, key), ())

    def winning_declaration(self, node: int, name: str) -> Declaration | None:
        """The author's declaration that gives the node this property, inherited ones included."""
        return winning_declaration(self.declarations(node), name)

    def own_declaration(self, node: int, name: str) -> Declaration | None:
        """The same, declared on the node itself."""
        return winning_declaration(self.declarations(node), name, inherit=False)


def editable_lineage(layout: Layout, node: int) -> list[int]:
    above = [n for n in layout.ancestors(node) if layout.types[n] == 1 and layout.names[n] != "html"]
    return [node, *above[:ANCESTORS]]


def repair_site(state: PageState, findings: Sequence[Finding]) -> RepairSite | None:
    """None where the finding has no element in a view (script errors, missing files)."""
    snapshot = state.review.snapshot
    worst = max(findings, key=lambda finding: finding.cost)
    view = next((v for v in snapshot.views if v.id == worst.view), None) if snapshot is not None else None
    if snapshot is None or view is None or (worst.node is None and worst.culprit is None):
        return None
    return RepairSite(state, (worst, *(f for f in findings if f is not worst)), snapshot, view)


def group_findings(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Findings with one rule and one cause are one thing to repair, costliest group first."""
    return sorted(group_by_cause(findings), key=lambda group: -sum(f.cost for f in group))


def needed_styles_for_repair(report: Report, snapshot: Snapshot) -> list[tuple[str, str]]:
    """(view id, node key) whose declarations the repairs of these findings look at."""
    views = {view.id: view for view in snapshot.views}
    asked: list[tuple[str, str]] = []
    for group in group_findings(f for f in report.findings if f.cost > 0):
        worst = max(group, key=lambda f: f.cost)
        view = views.get(worst.view)
        if view is None:
            continue
        for node in dict.fromkeys(n for n in (worst.culprit, worst.node) if n is not None):
            asked += [
                (view.id, view.layout.key(n)) for n in editable_lineage(view.layout, view.layout.nearest_element(node))
            ]
    return list(dict.fromkeys(asked))[:MAX_WANTED]


MAX_WANTED = 150
