"""Lines of text whose letters are cut through by the edge of a box that hides what sticks out.

The measurement behind ``text-clipped`` and ``zoomed-text-clipped``. The two axes are judged apart: what a box hides
on one of them may be scrolled to on the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPicture, Outcome, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.box_traits import boxes_up_to, is_decorative, is_inside_replaced_content, is_transformed
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

THRESHOLDS = {"tolerance": 2.0, "hidden_share": 0.9, "least_ink": 5}
"""``tolerance``: pixels that may be missing; ``hidden_share``: part of a line from which it is hidden rather than cut;
``least_ink``: pixels of ink that must touch the edge."""

_HIDES = ("hidden", "clip")
_SCROLLS = ("auto", "scroll")
_NO_CAUSE = ("auto", "none", "visible", "normal", "100%")


class TextCut(NamedTuple):
    """``by``: pixels of the line that lie beyond the ``side`` of the clipping box."""

    run: TextRun
    clipper: int
    side: str
    by: float


class ClippingBox(NamedTuple):
    """A box that hides what sticks out, and on which axes."""

    node: int
    x: bool
    y: bool


class TextClipping:
    """What is cut in one view: the worst cut of every clipping box, and all elements whose text is whole."""

    def __init__(self, context: ViewContext, rule: Rule) -> None:
        self._context = context
        self._rule = rule
        self._held: dict[int, tuple[ClippingBox, ...]] = {-1: ()}
        self.worst: dict[int, TextCut] = {}
        self.whole: set[int] = set()
        for run in context.visible_text_runs:
            cut = self._find_cut(run)
            if cut is None:
                self._mark_whole(run.element)
            elif cut.clipper not in self.worst or cut.by > self.worst[cut.clipper].by:
                self.worst[cut.clipper] = cut
        self.whole -= self.worst.keys()

    def outcomes(self) -> Iterator[Outcome]:
        for cut in self.worst.values():
            yield self._judge_cut(cut)
        for node in self.whole:
            yield Outcome(Verdict.PASS, node)

    def _mark_whole(self, node: int) -> None:
        parents = self._context.layout.parents
        while node >= 0 and node not in self.whole:
            self.whole.add(node)
            node = parents[node]

    def _clipping_boxes(self, element: int) -> tuple[ClippingBox, ...]:
        """The element and its ancestors that hide anything, from the inside out, each on the axes that no scrolling
        box inside it takes care of."""
        layout = self._context.layout
        known = self._held.get(element)
        if known is None:
            above = self._clipping_boxes(layout.parents[element])
            known = self._held[element] = _with_own_clipping(self._context, element, above)
        return known

    def _find_cut(self, run: TextRun) -> TextCut | None:
        """Where the nearest box that cuts anything off ends inside the line."""
        context, thresholds = self._context, self._rule.thresholds
        holders = self._clipping_boxes(run.element)
        if not holders:
            return None
        size = context.layout.style_px(run.element, "font-size")
        # A line box is taller than its glyphs: only what lies beyond a part of it can be ink.
        slack = max(0.0, (run.rect.height - 0.7 * size) / 2)
        top, bottom = run.rect.y + slack, run.rect.bottom - slack
        for holder in holders:
            box = context.padding_box(holder.node)
            if holder.y:
                sides = {"bottom": bottom - box.bottom, "top": box.y - top}
                side = max(sides, key=lambda name: sides[name])
                if thresholds["tolerance"] < sides[side] < thresholds["hidden_share"] * (bottom - top):
                    return TextCut(run, holder.node, side, sides[side])
            if holder.x:
                by = run.rect.right - box.right
                if by > thresholds["tolerance"] and run.rect.x < box.right - size:
                    return TextCut(run, holder.node, "right", by)
        return None

    def _judge_cut(self, cut: TextCut) -> Outcome:
        context, layout, clipper = self._context, self._context.layout, cut.clipper
        box = context.padding_box(clipper)
        reason = _intent_reason(context, cut, box)
        if reason is None and context.pixels is None:
            return Outcome(Verdict.INCOMPLETE, clipper, reason="unconfirmed", need=NeedPicture(context.view.id))
        if reason is None and not self._ink_reaches_edge(cut, box):
            reason = "nothing-painted"
        if reason is not None:
            return Outcome(Verdict.INCOMPLETE, clipper, reason=reason)
        upright = cut.side in ("top", "bottom")
        names = ("height", "max-height") if upright else ("width", "max-width", "text-wrap-mode", "overflow-x")
        return Outcome(
            Verdict.FAIL,
            clipper,
            cut.run.rect.intersect(box),
            measured={"cut": round(cut.by, 1), "side": cut.side},
            required={"cut": 0},
            extent=min(1.0, cut.by / (cut.run.rect.height if upright else cut.run.rect.width)),
            blame=(
                ByDeclaration(clipper, names, _NO_CAUSE),
                ByDeclaration(clipper, ("overflow-y", "overflow-x"), _NO_CAUSE),
                ByTag(clipper),
            ),
            message_values={"holder": layout.short_name(clipper)},
        )

    def _ink_reaches_edge(self, cut: TextCut, box: Rect) -> bool:
        """Whether letters of this line are painted right up to the edge, and none beyond it."""
        picture = self._context.pixels
        if picture is None:
            return False
        line = cut.run.rect.intersect(box)
        strip, beyond = {
            "bottom": (Rect(line.x, box.bottom - 2, line.width, 2), None),
            "top": (Rect(line.x, box.y, line.width, 2), None),
            "right": (Rect(box.right - 3, line.y, 3, line.height), Rect(box.right + 1, line.y, 3, line.height)),
        }[cut.side]
        ink = picture.text_ink(strip)
        if ink is None or ink.sum() < self._rule.thresholds["least_ink"]:
            return False
        outside = None if beyond is None else picture.text_ink(beyond)
        return outside is None or not outside.any()


def _with_own_clipping(context: ViewContext, element: int, above: tuple[ClippingBox, ...]) -> tuple[ClippingBox, ...]:
    layout = context.layout
    if layout.types[element] != 1 or not layout.has_box(element) or layout.names[element] in ("html", "body"):
        return above
    x, y = (layout.style(element, f"overflow-{axis}") for axis in "xy")
    if x in _SCROLLS or y in _SCROLLS:
        reduced = (h._replace(x=h.x and x not in _SCROLLS, y=h.y and y not in _SCROLLS) for h in above)
        above = tuple(h for h in reduced if h.x or h.y)
    own = ClippingBox(element, x in _HIDES and layout.style(element, "text-overflow") in ("clip", ""), y in _HIDES)
    return (own, *above) if own.x or own.y else above


def _intent_reason(context: ViewContext, cut: TextCut, box: Rect) -> str | None:
    """Why the text may be cut on purpose; None where nothing says so."""
    layout, element = context.layout, cut.run.element
    if (
        box.width <= 4
        or box.height <= 4
        or is_decorative(context, element)
        or is_inside_replaced_content(context, element)
    ):
        return "hidden-on-purpose"
    if cut.side == "right" and _is_carousel(context, cut.clipper, box):
        return "slides"
    for node in boxes_up_to(context, element, -1):
        if is_transformed(context, node) or layout.style(node, "text-indent") not in ("0px", ""):
            return "moves"
        if layout.style(node, "-webkit-line-clamp") not in ("none", "") or layout.style(node, "mask-image") != "none":
            return "shortened-on-purpose"
        if layout.style(node, "position") in ("absolute", "fixed") or layout.style(node, "clip-path") != "none":
            return "placed"
        # What grows and shrinks, or has a button that opens it, shows more in another state.
        if layout.style(node, "transition-duration").strip("0s, ") or layout.is_clickable(node):
            return "another-state"
        if node == cut.clipper:
            break
    return None


def _is_carousel(context: ViewContext, clipper: int, box: Rect) -> bool:
    """Whether a child of the clipping box lies wholly beyond its edge: a carousel, which brings it in by turns."""
    layout = context.layout
    return any(
        layout.has_box(child) and layout.types[child] == 1 and layout.rect(child).x >= box.right - 1
        for child in layout.children[clipper]
    )
