"""What a visitor can see, reach and use on a page: condition 4 of Forced Optimization, nothing lost.

Hiding content is how naive repairs win: a page without text has no text that is hard to read. So after an edit, at
every viewport, every word must still be painted, in lines of more than one and run into no other, and every link, control
and picture must still be there, about as large as before, and answer at its centre; a box that is seen and empty stays one.
Only a control that was wider than its window may become as small as browsers make one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from relook_lsp.core.geometry import Rect
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot, TextRun, View
from relook_lsp.critics.box_traits import glyph_rect, has_visible_box
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.refine.acceptance import typesetting
from relook_lsp.refine.acceptance.hit_testing import HitTester
from relook_lsp.refine.acceptance.typesetting import Typesetting

KEPT_SHARE = 0.55
"""A control or picture keeps at least this share of the area it showed inside the window."""

LEAST, BESIDE, FIELD = 0.9, (1.0, 0.4), (9.0, 1.0)
"""Width and height in em. As small as browsers make controls of their own accord: a box to tick, what a button has
beside its text, a field to write in."""

_FIELD_TYPES = frozenset(("", "text", "search", "email", "url", "tel", "password", "number", "range", "date", "time"))

SLIVER = (32.0, 16.0)
"""CSS pixels: a box with both sides of the first is a box, one with a side below the second is a line."""

APART = (6.0, 64.0, 1.0)
"""CSS pixels: boxes that stand as far from each other as the first two say are apart, nearer than the third they touch. What
lies between them beyond that may be the defect."""

SCROLLER = (120.0, 40.0)
"""Least size (CSS pixels) of a box inside the page that counts as one that people scroll."""

_NO_EDIT = Patch(())

_PICTURES = frozenset(("img", "svg", "video", "canvas", "picture", "iframe", "object", "embed"))


@dataclass(frozen=True)
class VisibleThing:
    """A link, control or picture: area in CSS pixels inside the window's width, whether its centre answers, and whether
    it is at least as large as browsers make such a control."""

    area: float
    answers: bool
    selector: str
    roomy: bool = False


@dataclass(frozen=True)
class VisibleContent:
    """What one view shows, by node key: text without white space, how it stands, things, the smaller side of boxes
    that are seen and have nothing in them, and how far boxes and columns stand from the next one (CSS
    pixels)."""

    texts: Mapping[str, str]
    things: Mapping[str, VisibleThing]
    typeset: Typesetting = field(default_factory=Typesetting)
    empty: Mapping[str, float] = field(default_factory=dict[str, float])
    apart: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])


def content_of_view(snapshot: Snapshot, view: View) -> VisibleContent:
    """Pure; needs the view's frame and background."""
    context = ViewContext(snapshot, view, CriticOptions())
    texts: dict[str, str] = {}
    lines: dict[int, float] = {}
    words: dict[int, Rect] = {}
    drawn: list[tuple[TextRun, Rect]] = []
    # Also the lines that a scrolling box cuts off entirely: they can be scrolled to.
    for run in context.layout.text_runs:
        if not context.is_shown(run.element):
            continue
        clip = context.text_clip_rect(run.element)
        rect = run.rect if clip is None else run.rect.intersect(clip)
        cut = rect.area < run.rect.area
        seen = rect.width >= 1 and rect.height >= 1 and context.is_on_page(rect) and _is_painted(context, rect)
        if seen:
            drawn.append((run, glyph_rect(context, run, typesetting.LETTERS)))
        if seen or (cut and _is_reachable_by_scrolling(context, run.element, run.rect)):
            key = context.layout.key(run.element)
            texts[key] = texts.get(key, "") + _letters_only(run.text)
            for node in (run.element, *context.layout.ancestors(run.element)):
                lines[node] = lines.get(node, 0.0) + rect.area
                words[node] = words[node].union(rect) if node in words else rect
    things: dict[str, VisibleThing] = {}
    layout, hits = context.layout, HitTester(context)
    # A picture that is enlarged shows nothing more than at its own size.
    own = {image.key: float(image.width * image.height) for image in view.images if image.width and image.height}
    window = Rect(0, 0, max(context.layout_width, context.width), 1e9)
    # A phone shows a page without a viewport meta from far away: areas are those on the screen.
    zoom = min(1.0, context.width / context.layout_width) ** 2
    for node in layout.elements:
        if not (context.is_control(node) or layout.names[node] in _PICTURES) or not context.is_shown(node):
            continue
        rect = context.visible_rect(node)
        if rect.area < layout.rect(node).area and _is_reachable_by_scrolling(context, node, layout.rect(node)):
            # What is scrolled out of sight answers when it is scrolled back.
            answers = layout.style(node, "pointer-events") != "none" if rect.area == 0 else hits.hits_node(node, rect)
            things[layout.key(node)] = VisibleThing(zoom * layout.rect(node).area, answers, layout.selector(node))
        elif rect.area > 0 and context.is_on_page(rect):
            # The box around an inline element is large where it breaks into lines: its lines are what is there.
            inline = layout.style(node, "display") == "inline" and node in lines
            area = lines[node] if inline else rect.intersect(window).area
            area = zoom * min(area, own.get(layout.key(node), area))
            roomy = not inline and _has_default_room(context, node, words.get(node))
            things[layout.key(node)] = VisibleThing(area, hits.hits_node(node, rect), layout.selector(node), roomy)
    held = {a for key in things for a in (layout.nodes_by_key[key], *layout.ancestors(layout.nodes_by_key[key]))}
    boxes = [node for node in layout.elements if has_visible_box(context, node) and context.is_shown(node)]
    empty = dict(_empty_gaps(context, boxes, {*words, *held}))
    apart = dict(_gaps_between_neighbours(context, frozenset(boxes), words))
    return VisibleContent(texts, things, typesetting.typesetting_of_lines(context, drawn), empty, apart)


def _has_default_room(context: ViewContext, node: int, words: Rect | None) -> bool:
    """Whether a control is at least as large as browsers make one; ``words``: what its text covers."""
    layout, rect = context.layout, context.visible_rect(node)
    em = layout.style_px(node, "font-size")
    least = [Rect(0, 0, LEAST * em, LEAST * em)]
    if words is not None:
        least.append(Rect(0, 0, words.width + BESIDE[0] * em, words.height + BESIDE[1] * em))
    name, kind = layout.names[node], layout.attribute(node, "type") or ""
    if name == "textarea" or (name == "input" and kind.lower() in _FIELD_TYPES):
        least.append(Rect(0, 0, FIELD[0] * em, FIELD[1] * em))
    return context.is_control(node) and all(rect.width >= one.width and rect.height >= one.height for one in least)


def controls_beyond_window(snapshot: Snapshot) -> frozenset[str]:
    """Keys of controls that stick out of the window at some size."""
    keys: set[str] = set()
    for view in snapshot.settled_views:
        context = ViewContext(snapshot, view, CriticOptions())
        width = max(context.layout_width, context.width) + 1
        layout = context.layout
        keys.update(layout.key(n) for n in layout.elements if layout.rect(n).right > width and context.is_control(n))
    return frozenset(keys)


def _empty_gaps(context: ViewContext, boxes: Iterable[int], filled: Container[int]) -> Iterator[tuple[str, float]]:
    for node in boxes:
        if node not in filled:
            box = context.visible_rect(node)
            yield context.layout.key(node), min(box.width, box.height)


def _gaps_between_neighbours(
    context: ViewContext, boxes: Container[int], texts: Container[int]
) -> Iterator[tuple[tuple[str, str], float]]:
    """Between neighbours in the document, beside or below each other where the edges of both are seen, and beside each
    other where they are columns of text; ``boxes``: what has such edges, ``texts``: what holds words."""
    layout = context.layout
    seen: dict[int, list[int]] = {}
    for node in layout.elements:
        if layout.style(node, "display") != "inline" and (node in boxes or (node in texts and context.is_shown(node))):
            seen.setdefault(layout.parents[node], []).append(node)
    for siblings in seen.values():
        for one, two in pairwise(siblings):
            if one in boxes and two in boxes:
                first, second = layout.rect(one), layout.rect(two)
                gap = max(second.x - first.right, second.y - first.bottom)
            else:
                first, second = context.content_box(one), context.content_box(two)
                gap = second.x - first.right
            yield (layout.key(one), layout.key(two)), gap


def _letters_only(text: str) -> str:
    """Text as it counts: where it breaks into lines does not matter."""
    return "".join(text.replace("\u00ad", "").split())


def _is_reachable_by_scrolling(context: ViewContext, node: int, rect: Rect) -> bool:
    """Whether the rectangle can be scrolled to in a box inside the page, which must show a good piece at once."""
    layout = context.layout
    boxes = {box for axis in "xy" if (box := context.nearest_scroller(node, axis)) is not None}
    for box in boxes:
        window, inside, scroll = context.visible_rect(box), context.padding_box(box), layout.scroll_box(box)
        enough = window.width >= SCROLLER[0] and window.height >= min(SCROLLER[1], rect.height)
        right, bottom = inside.x + scroll.width, inside.y + scroll.height
        within = rect.x >= inside.x - 1 and rect.y >= inside.y - 1 and rect.x < right and rect.y < bottom
        if enough and within and context.is_on_page(window):
            return True
    return False


def _is_painted(context: ViewContext, rect: Rect) -> bool:
    picture = context.pixels
    ink = picture.text_ink(rect) if picture is not None else None
    if picture is None or ink is None or not picture.is_inside_frame(rect):
        return True
    return bool(ink.any())


def first_lost_content(before: Snapshot, after: Snapshot, patch: Patch) -> str:
    """The first loss, in words; empty where nothing is lost."""
    later = {view.viewport: view for view in after.settled_views}
    wide = controls_beyond_window(before)
    for view in before.settled_views:
        other = later.get(view.viewport)
        if other is None:
            return f"nothing is shown at {view.viewport}"
        loss = first_missing_in_view(
            content_of_view(before, view), content_of_view(after, other), wide, patch, before.page
        )
        if loss:
            return f"at {view.viewport}: {loss}"
    return ""


def first_missing_in_view(
    before: VisibleContent,
    after: VisibleContent,
    wide: frozenset[str] = frozenset(),
    patch: Patch = _NO_EDIT,
    entry: str = "",
) -> str:
    """The first loss in one view; keys of ``before`` and of ``wide`` (``controls_beyond_window``) are followed through the patch."""
    for key, text in before.texts.items():
        moved = patch.map_key(key, entry)
        shown = after.texts.get(moved, "") if moved is not None else ""
        if Counter(text) - Counter(shown):
            return f"the text '{text[:30]}' is no longer shown whole"
    for key, thing in before.things.items():
        moved = patch.map_key(key, entry)
        found = after.things.get(moved) if moved is not None else None
        if found is None:
            return f"{thing.selector} is no longer shown"
        if found.area < thing.area * KEPT_SHARE and not (key in wide and found.roomy):
            return f"{thing.selector} shrinks to {found.area / max(thing.area, 1):.0%} of its area"
        if thing.answers and not found.answers:
            return f"{thing.selector} no longer answers a click"
    for key, harm in typesetting.spoiled_texts(
        before.typeset, after.typeset, lambda key: patch.map_key(key, entry) or ""
    ):
        return f"the text '{after.texts.get(key, '')[:30]}' {harm}"
    for key, side in before.empty.items():
        if side >= SLIVER[0] and after.empty.get(patch.map_key(key, entry) or "", 0.0) < SLIVER[1]:
            return f"a box of {side:.0f} px is hardly there any more"
    for (one, two), gap in before.apart.items():
        now = after.apart.get((patch.map_key(one, entry) or "", patch.map_key(two, entry) or ""), gap)
        if APART[0] <= gap <= APART[1] and abs(now) < APART[2]:
            return f"what stood {gap:.0f} px apart touches"
    return ""
