"""Closed-form repairs: for every rule the candidates that its measured values suggest, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch
from relook_lsp.refine.patch_writer import PatchWriter
from relook_lsp.refine.repair_site import RepairSite, repair_site
from relook_lsp.refine.solvers import contrast, controls, document, layering, overflow, pictures, text
from relook_lsp.refine.trajectory import Attempt, PageState

Solver = Callable[[RepairSite, PatchWriter], Iterator[Patch]]

SOLVERS: dict[str, Solver] = {
    "page-scrolls-sideways": overflow.solve_overflow,
    "leaves-viewport": overflow.solve_overflow,
    "leaves-container": overflow.solve_overflow,
    "small-range-break": overflow.solve_overflow,
    "elements-collide": layering.solve_overlap,
    "unintended-wrap": text.solve_wrapping,
    "content-behind-fixed-bar": layering.solve_behind_bar,
    "collapsed-container": layering.solve_collapsed,
    "low-contrast": contrast.solve_contrast,
    "text-clipped": text.solve_clipped,
    "zoomed-text-clipped": text.solve_clipped,
    "text-covered": layering.solve_overlap,
    "text-too-small": text.solve_small_text,
    "line-too-long": text.solve_long_lines,
    "distorted-image": pictures.solve_distorted,
    "blurred-image": pictures.solve_blurred,
    "layout-shift": pictures.solve_shifting,
    "small-target": controls.solve_small_target,
    "covered-control": layering.solve_overlap,
    "no-visible-focus": controls.solve_focus,
    "viewport-meta": document.solve_viewport_meta,
}
"""Rules that have solved repairs. Script errors and missing files have none: no edit may touch scripts or URLs."""


class SolverProposer:
    """Proposes the solved repairs of one group of findings, one after another."""

    name = "solved"

    def __init__(self, target: Sequence[Finding]) -> None:
        self._target = tuple(target)
        self._candidates: Iterator[Patch] | None = None
        self._tried: set[Patch] = set()

    async def propose(self, best: PageState, rejected: Sequence[Attempt]) -> Patch | None:
        """The next candidate that was not tried yet."""
        if self._candidates is None:
            self._candidates = solved_candidates(best, self._target)
        for patch in self._candidates:
            if patch not in self._tried:
                self._tried.add(patch)
                return patch
        return None


def solved_candidates(state: PageState, target: Sequence[Finding]) -> Iterator[Patch]:
    """All solved repairs of findings with one rule and one cause, best first."""
    solver = SOLVERS.get(target[0].rule)
    place = repair_site(state, target)
    if solver is not None and place is not None:
        yield from solver(place, PatchWriter(place))
