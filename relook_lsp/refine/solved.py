"""Closed-form repairs: for every rule the candidates that its measured values suggest, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch
from relook_lsp.refine.site import Site, site
from relook_lsp.refine.solvers import contrast, controls, document, layering, overflow, pictures, text
from relook_lsp.refine.trajectory import Attempt, State
from relook_lsp.refine.writer import Writer

Solver = Callable[[Site, Writer], Iterator[Patch]]

SOLVERS: dict[str, Solver] = {
    "page-scrolls-sideways": overflow.solve,
    "leaves-viewport": overflow.solve,
    "leaves-container": overflow.solve,
    "small-range-break": overflow.solve,
    "elements-collide": layering.overlapping,
    "unintended-wrap": text.wrapping,
    "content-behind-fixed-bar": layering.behind_bar,
    "collapsed-container": layering.collapsed,
    "low-contrast": contrast.solve,
    "text-clipped": text.clipped,
    "zoomed-text-clipped": text.clipped,
    "text-covered": layering.overlapping,
    "text-too-small": text.small,
    "line-too-long": text.long,
    "distorted-image": pictures.distorted,
    "blurred-image": pictures.blurred,
    "layout-shift": pictures.shifting,
    "small-target": controls.small,
    "covered-control": layering.overlapping,
    "no-visible-focus": controls.focus,
    "viewport-meta": document.viewport,
}
"""Rules that have solved repairs. Script errors and missing files have none: no edit may touch scripts or URLs."""


class Solved:
    """Proposes the solved repairs of one group of findings, one after another."""

    name = "solved"

    def __init__(self, target: Sequence[Finding]) -> None:
        self._target = tuple(target)
        self._candidates: Iterator[Patch] | None = None
        self._tried: set[Patch] = set()

    async def propose(self, best: State, rejected: Sequence[Attempt]) -> Patch | None:
        """The next candidate that was not tried yet."""
        if self._candidates is None:
            self._candidates = candidates(best, self._target)
        for patch in self._candidates:
            if patch not in self._tried:
                self._tried.add(patch)
                return patch
        return None


def candidates(state: State, target: Sequence[Finding]) -> Iterator[Patch]:
    """All solved repairs of findings with one rule and one cause, best first."""
    solver = SOLVERS.get(target[0].rule)
    place = site(state, target)
    if solver is not None and place is not None:
        yield from solver(place, Writer(place))
