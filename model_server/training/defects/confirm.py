"""Confirms injected defects: the findings that the broken page adds, matched to the defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model_server.training.defects.inject import Defect
from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Layout
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.trajectory import PageState, open_findings

NEAR = 5
"""How many elements above a finding's place its cause may be."""


@dataclass(frozen=True)
class ConfirmedDefect:
    """A defect and the group of findings (one rule, one cause) that shows it."""

    defect: Defect
    findings: tuple[Finding, ...]


def confirm_defects(base: PageState, broken: PageState, patch: Patch, group: Sequence[Defect]) -> list[ConfirmedDefect]:
    """The costliest new group for each defect of ``group`` that is found as one of its rules; ``patch`` is the joint
    edit. A defect without one did not break anything, or was called something else."""
    entry = base.page.entry
    known = {(f.rule, patch.map_key(f.key, entry)) for f in base.review.report.all_findings}
    new = [f for f in open_findings(broken) if f.identity not in known]
    found: list[ConfirmedDefect] = []
    taken: set[tuple[str, str]] = set()
    for defect in group:
        key = patch.map_key(defect.key, entry)
        for findings in group_findings(new):
            first = findings[0]
            if first.rule not in defect.rules or first.identity in taken:
                continue
            if len(group) == 1 or any(_is_about(broken, finding, key) for finding in findings):
                taken.add(first.identity)
                found.append(ConfirmedDefect(defect, findings))
                break
    return found


def _is_about(state: PageState, finding: Finding, key: str | None) -> bool:
    """Whether the element is the finding's place or cause, or near above one of them."""
    snapshot = state.review.snapshot
    view = next((v for v in snapshot.views if v.id == finding.view), None) if snapshot is not None else None
    if view is None or not key:
        return not key and finding.node is None
    node = view.layout.nodes_by_key.get(key)
    return node is not None and any(
        node in _near_nodes(view.layout, at) for at in (finding.node, finding.culprit) if at is not None
    )


def _near_nodes(layout: Layout, node: int) -> list[int]:
    return [node, *layout.ancestors(node)][:NEAR]
