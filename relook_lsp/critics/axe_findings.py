"""Findings of axe-core on the source: shown beside ours, never part of cost or acceptance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relook_lsp.core.finding import Finding, Incomplete, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import STAMP, Layout, Snapshot
from relook_lsp.source.locator import Locator

PREFIX = "axe-"
"""Begins the rule ids, so that none of them is taken for a rule of ours."""

_WARNINGS = frozenset(("critical", "serious"))

NOTES = frozenset(("link-in-text-block", "scrollable-region-focusable"))
"""Rules that were right too seldom on real pages: a link that is a symbol differs by more than its colour, and most
browsers take the keyboard into scrolling regions by themselves (Chromium since version 130)."""

NO_ANSWER = "no-answer"

_SHOWN = 2
"""CSS pixels. An image that is smaller shows nothing that a text could stand for: it waits for its file, or counts."""


def axe_findings(snapshot: Snapshot, locator: Locator) -> Iterator[Finding]:
    """One finding for every element that a rule of axe-core names; none where it did not run."""
    views = snapshot.settled_views
    if snapshot.axe is None or not views:
        return
    view = next((v for v in reversed(views) if not v.viewport.touch), views[-1])
    for rule in snapshot.axe:
        nodes: list[Mapping[str, Any]] = rule["nodes"]
        for node in nodes:
            origin = node["origin"]
            entry, tag = (
                locator.entry,
                locator.document.tag_at(origin) if locator.document and origin is not None else None,
            )
            cause = (
                locator.location_of_span(entry, tag.span)
                if entry is not None and tag is not None
                else locator.document_start()
            )
            box = Rect(*node["box"])
            yield Finding(
                rule=PREFIX + rule["id"],
                severity=axe_severity(rule["id"], rule["impact"], box),
                message=f"{rule['help']}.",
                cause=cause,
                key=f"{origin}/{node['target']}",
                viewport=view.viewport,
                moment=view.moment,
                view=view.id,
                box=box.rounded(),
                node=None,
                selector=_readable_selector(view.layout, node["target"], origin),
                measured={"advice": node["summary"], "reference": rule["url"]},
                source="axe",
            )


def axe_incomplete(snapshot: Snapshot) -> Iterator[Incomplete]:
    """Where it was asked and did not answer in time, nothing is known of its rules."""
    if snapshot.axe_silent:
        yield Incomplete("axe", NO_ANSWER, "", "")


def axe_severity(rule: str, impact: str | None, box: Rect) -> Severity:
    """``rule`` and ``impact`` as axe-core names them; ``box`` of the element, in the document."""
    unseen = rule == "image-alt" and min(box.width, box.height) < _SHOWN
    loud = impact in _WARNINGS and rule not in NOTES and not unseen
    return Severity.WARNING if loud else Severity.INFORMATION


def _readable_selector(layout: Layout, target: str, origin: int | None) -> str:
    """The element for people: axe-core may tell elements apart by the offsets that they were stamped with."""
    if STAMP not in target:
        return target
    stamped = (node for node in range(len(layout)) if layout.source_offset(node) == origin)
    return next((layout.selector(node) for node in stamped), target)
