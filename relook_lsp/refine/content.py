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
from relook_lsp.critics.boxes import bounded, letters
from relook_lsp.critics.rule import Options
from relook_lsp.critics.scene import Scene
from relook_lsp.refine import typeset
from relook_lsp.refine.hits import Hits
from relook_lsp.refine.typeset import Typeset

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
class Thing:
    """A link, control or picture: area in CSS pixels inside the window's width, whether its centre answers, and whether
    it is at least as large as browsers make such a control."""

    area: float
    answers: bool
    selector: str
    roomy: bool = False


@dataclass(frozen=True)
class Content:
    """What one view shows, by node key: text without white space, how it stands, things, the smaller side of boxes
    that are seen and have nothing in them, and how far boxes and columns stand from the next one (CSS
    pixels)."""

    texts: Mapping[str, str]
    things: Mapping[str, Thing]
    typeset: Typeset = field(default_factory=Typeset)
    empty: Mapping[str, float] = field(default_factory=dict[str, float])
    apart: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])


def of_view(snapshot: Snapshot, view: View) -> Content:
    """Pure; needs the view's frame and background."""
    scene = Scene(snapshot, view, Options())
    texts: dict[str, str] = {}
    lines: dict[int, float] = {}
    words: dict[int, Rect] = {}
    drawn: list[tuple[TextRun, Rect]] = []
    # Also the lines that a scrolling box cuts off entirely: they can be scrolled to.
    for run in scene.layout.runs:
        if not scene.shown(run.element):
            continue
        clip = scene.text_clip(run.element)
        rect = run.rect if clip is None else run.rect.intersect(clip)
        cut = rect.area < run.rect.area
        seen = rect.width >= 1 and rect.height >= 1 and scene.on_page(rect) and _painted(scene, rect)
        if seen:
            drawn.append((run, letters(scene, run, typeset.LETTERS)))
        if seen or (cut and _scrolled(scene, run.element, run.rect)):
            key = scene.layout.key(run.element)
            texts[key] = texts.get(key, "") + _letters(run.text)
            for node in (run.element, *scene.layout.ancestors(run.element)):
                lines[node] = lines.get(node, 0.0) + rect.area
                words[node] = words[node].union(rect) if node in words else rect
    things: dict[str, Thing] = {}
    layout, hits = scene.layout, Hits(scene)
    # A picture that is enlarged shows nothing more than at its own size.
    own = {image.key: float(image.width * image.height) for image in view.images if image.width and image.height}
    window = Rect(0, 0, max(scene.layout_width, scene.width), 1e9)
    # A phone shows a page without a viewport meta from far away: areas are those on the screen.
    zoom = min(1.0, scene.width / scene.layout_width) ** 2
    for node in layout.elements:
        if not (scene.is_control(node) or layout.names[node] in _PICTURES) or not scene.shown(node):
            continue
        rect = scene.visible_rect(node)
        if rect.area < layout.rect(node).area and _scrolled(scene, node, layout.rect(node)):
            # What is scrolled out of sight answers when it is scrolled back.
            answers = layout.style(node, "pointer-events") != "none" if rect.area == 0 else hits.answers(node, rect)
            things[layout.key(node)] = Thing(zoom * layout.rect(node).area, answers, layout.selector(node))
        elif rect.area > 0 and scene.on_page(rect):
            # The box around an inline element is large where it breaks into lines: its lines are what is there.
            inline = layout.style(node, "display") == "inline" and node in lines
            area = lines[node] if inline else rect.intersect(window).area
            area = zoom * min(area, own.get(layout.key(node), area))
            roomy = not inline and _roomy(scene, node, words.get(node))
            things[layout.key(node)] = Thing(area, hits.answers(node, rect), layout.selector(node), roomy)
    held = {a for key in things for a in (layout.by_key[key], *layout.ancestors(layout.by_key[key]))}
    boxes = [node for node in layout.elements if bounded(scene, node) and scene.shown(node)]
    empty = dict(_empty(scene, boxes, {*words, *held}))
    apart = dict(_apart(scene, frozenset(boxes), words))
    return Content(texts, things, typeset.of_lines(scene, drawn), empty, apart)


def _roomy(scene: Scene, node: int, words: Rect | None) -> bool:
    """Whether a control is at least as large as browsers make one; ``words``: what its text covers."""
    layout, rect = scene.layout, scene.visible_rect(node)
    em = layout.pixels(node, "font-size")
    least = [Rect(0, 0, LEAST * em, LEAST * em)]
    if words is not None:
        least.append(Rect(0, 0, words.width + BESIDE[0] * em, words.height + BESIDE[1] * em))
    name, kind = layout.names[node], layout.attribute(node, "type") or ""
    if name == "textarea" or (name == "input" and kind.lower() in _FIELD_TYPES):
        least.append(Rect(0, 0, FIELD[0] * em, FIELD[1] * em))
    return scene.is_control(node) and all(rect.width >= one.width and rect.height >= one.height for one in least)


def swollen(snapshot: Snapshot) -> frozenset[str]:
    """Keys of controls that stick out of the window at some size."""
    keys: set[str] = set()
    for view in snapshot.settled:
        scene = Scene(snapshot, view, Options())
        width = max(scene.layout_width, scene.width) + 1
        layout = scene.layout
        keys.update(layout.key(n) for n in layout.elements if layout.rect(n).right > width and scene.is_control(n))
    return frozenset(keys)


def _empty(scene: Scene, boxes: Iterable[int], filled: Container[int]) -> Iterator[tuple[str, float]]:
    for node in boxes:
        if node not in filled:
            box = scene.visible_rect(node)
            yield scene.layout.key(node), min(box.width, box.height)


def _apart(scene: Scene, boxes: Container[int], texts: Container[int]) -> Iterator[tuple[tuple[str, str], float]]:
    """Between neighbours in the document, beside or below each other where the edges of both are seen, and beside each
    other where they are columns of text; ``boxes``: what has such edges, ``texts``: what holds words."""
    layout = scene.layout
    seen: dict[int, list[int]] = {}
    for node in layout.elements:
        if layout.style(node, "display") != "inline" and (node in boxes or (node in texts and scene.shown(node))):
            seen.setdefault(layout.parents[node], []).append(node)
    for siblings in seen.values():
        for one, two in pairwise(siblings):
            if one in boxes and two in boxes:
                first, second = layout.rect(one), layout.rect(two)
                gap = max(second.x - first.right, second.y - first.bottom)
            else:
                first, second = scene.content_box(one), scene.content_box(two)
                gap = second.x - first.right
            yield (layout.key(one), layout.key(two)), gap


def _letters(text: str) -> str:
    """Text as it counts: where it breaks into lines does not matter."""
    return "".join(text.replace("\u00ad", "").split())


def _scrolled(scene: Scene, node: int, rect: Rect) -> bool:
    """Whether the rectangle can be scrolled to in a box inside the page, which must show a good piece at once."""
    layout = scene.layout
    boxes = {box for axis in "xy" if (box := scene.scroller(node, axis)) is not None}
    for box in boxes:
        window, inside, scroll = scene.visible_rect(box), scene.padding_box(box), layout.scroll(box)
        enough = window.width >= SCROLLER[0] and window.height >= min(SCROLLER[1], rect.height)
        right, bottom = inside.x + scroll.width, inside.y + scroll.height
        within = rect.x >= inside.x - 1 and rect.y >= inside.y - 1 and rect.x < right and rect.y < bottom
        if enough and within and scene.on_page(window):
            return True
    return False


def _painted(scene: Scene, rect: Rect) -> bool:
    picture = scene.pixels
    ink = picture.ink(rect) if picture is not None else None
    if picture is None or ink is None or not picture.inside(rect):
        return True
    return bool(ink.any())


def lost(before: Snapshot, after: Snapshot, patch: Patch) -> str:
    """The first loss, in words; empty where nothing is lost."""
    later = {view.viewport: view for view in after.settled}
    wide = swollen(before)
    for view in before.settled:
        other = later.get(view.viewport)
        if other is None:
            return f"nothing is shown at {view.viewport}"
        loss = missing(of_view(before, view), of_view(after, other), wide, patch, before.page)
        if loss:
            return f"at {view.viewport}: {loss}"
    return ""


def missing(
    before: Content, after: Content, wide: frozenset[str] = frozenset(), patch: Patch = _NO_EDIT, entry: str = ""
) -> str:
    """The first loss in one view; keys of ``before`` and of ``wide`` (``swollen``) are followed through the patch."""
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
    for key, harm in typeset.worse(before.typeset, after.typeset, lambda key: patch.map_key(key, entry) or ""):
        return f"the text '{after.texts.get(key, '')[:30]}' {harm}"
    for key, side in before.empty.items():
        if side >= SLIVER[0] and after.empty.get(patch.map_key(key, entry) or "", 0.0) < SLIVER[1]:
            return f"a box of {side:.0f} px is hardly there any more"
    for (one, two), gap in before.apart.items():
        now = after.apart.get((patch.map_key(one, entry) or "", patch.map_key(two, entry) or ""), gap)
        if APART[0] <= gap <= APART[1] and abs(now) < APART[2]:
            return f"what stood {gap:.0f} px apart touches"
    return ""
