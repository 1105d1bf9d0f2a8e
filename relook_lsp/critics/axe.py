"""Findings of axe-core on the source: shown beside ours, never part of cost or acceptance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relook_lsp.core.finding import Finding, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.source.locate import Locator

PREFIX = "axe-"
"""Begins the rule ids, so that none of them is taken for a rule of ours."""

_WARNINGS = frozenset(("critical", "serious"))


def findings(snapshot: Snapshot, locator: Locator) -> Iterator[Finding]:
    """One finding for every element that a rule of axe-core names; none where it did not run."""
    views = snapshot.settled
    if snapshot.axe is None or not views:
        return
    view = next((v for v in reversed(views) if not v.viewport.touch), views[-1])
    for rule in snapshot.axe:
        severity = Severity.WARNING if rule["impact"] in _WARNINGS else Severity.INFORMATION
        nodes: list[Mapping[str, Any]] = rule["nodes"]
        for node in nodes:
            origin = node["origin"]
            entry, tag = locator.entry, locator.document.at(origin) if locator.document and origin is not None else None
            cause = locator.location(entry, tag.span) if entry is not None and tag is not None else locator.whole()
            yield Finding(
                rule=PREFIX + rule["id"],
                severity=severity,
                message=f"{rule['help']}.",
                cause=cause,
                key=f"{origin}/{node['target']}",
                viewport=view.viewport,
                moment=view.moment,
                view=view.id,
                box=Rect(*node["box"]).rounded(),
                node=None,
                selector=node["target"],
                measured={"advice": node["summary"], "reference": rule["url"]},
                source="axe",
            )
