"""Writes defects of the table into the texts of a clean page. Pure and seeded; the caller runs the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from model_server.training.defects.element import CandidateElement
from model_server.training.defects.kinds import KINDS, DefectKind
from model_server.training.defects.markup import MARKUP
from relook_lsp.core.finding import Finding, Location, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.snapshot import Layout, Snapshot, View
from relook_lsp.core.text import LineIndex, Span
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WantedValues, WriteTarget
from relook_lsp.refine.repair_site import RepairSite, editable_lineage
from relook_lsp.refine.trajectory import PageState
from relook_lsp.source.custom_properties import variables_used_by

_PHONES = ((320, 480), (320, 600), (320, 767))
"""Ranges of widths (CSS pixels) that media queries are commonly written for."""

_PIXELS = re.compile(r"\d+px")


PAGE_WIDE = "page-scrolls-sideways"
"""A rule that has one finding for the whole page."""

SINGLE_ELEMENT_RULES = frozenset(("low-contrast", "no-visible-focus", "small-target", "text-clipped", "text-too-small"))
"""Rules about an element alone: defects of these can be told apart in siblings too."""

WIDE_SHARE = 0.25
"""Share of the candidates that widen the page."""


@dataclass(frozen=True)
class DefectCandidate:
    """A kind and an element (of the widest settled view) that it fits."""

    kind: DefectKind
    node: int


@dataclass(frozen=True)
class Defect:
    """``patch`` breaks the clean page; ``key`` names the element in it; ``values`` are (property, broken value)."""

    kind: str
    place: str
    rules: frozenset[str]
    key: str
    patch: Patch
    values: tuple[tuple[str, str], ...] = ()


def widest_view(snapshot: Snapshot) -> View:
    return max(snapshot.settled_views, key=lambda view: view.viewport.width)


def draw_candidates(
    snapshot: Snapshot, random: Random, count: int, kinds: Sequence[DefectKind] = KINDS
) -> list[DefectCandidate]:
    """Up to ``count`` pairs, kinds drawn evenly, so that common elements do not crowd out rare ones; few widen the
    page, because a group can hold only one of those."""
    view = widest_view(snapshot)
    scene = ViewContext(snapshot, view, CriticOptions())
    spots = [spot for spot in (CandidateElement(scene, node) for node in view.layout.elements) if spot.usable]
    fitting = {kind.name: [spot.node for spot in spots if kind.where(spot)] for kind in kinds}
    found: list[DefectCandidate] = []
    for _ in range(count):
        wide = random.random() < WIDE_SHARE
        left = [kind for kind in kinds if fitting[kind.name] and (PAGE_WIDE in kind.rules) == wide]
        if not left:
            continue
        kind = random.choice(left)
        nodes = fitting[kind.name]
        found.append(DefectCandidate(kind, nodes.pop(random.randrange(len(nodes)))))
    return found


def needed_styles(snapshot: Snapshot, chosen: Sequence[DefectCandidate]) -> list[tuple[str, str]]:
    """(view id, node key) whose declarations ``defects`` needs to know."""
    view = widest_view(snapshot)
    nodes = dict.fromkeys(node for one in chosen for node in editable_lineage(view.layout, one.node))
    return [(view.id, view.layout.key(node)) for node in nodes]


def write_defects(state: PageState, chosen: Sequence[DefectCandidate], random: Random) -> Iterator[Defect]:
    """One defect for every candidate that can be written at a place of its kind."""
    snapshot = state.review.snapshot
    assert snapshot is not None
    view = widest_view(snapshot)
    scene = ViewContext(snapshot, view, CriticOptions())
    for one in chosen:
        spot = CandidateElement(scene, one.node)
        values = tuple((name, value(spot, random)) for name, value in one.kind.values.items())
        for place in random.sample(one.kind.places, len(one.kind.places)):
            patch = _write_patch(state, snapshot, view, one.node, values, place, random)
            if patch is not None:
                yield Defect(one.kind.name, place, one.kind.rules, view.layout.key(one.node), patch, values)
                break


def write_markup_defects(snapshot: Snapshot) -> Iterator[Defect]:
    """Defects of the document itself, one for each kind that can be written."""
    entry = snapshot.sources.get(snapshot.url)
    if entry is None or entry.path is None:
        return
    for name, rules, make in MARKUP:
        patch = make(entry.path, entry.text)
        if patch is not None:
            yield Defect(name, "markup", rules, "", patch)


def _write_patch(
    state: PageState,
    snapshot: Snapshot,
    view: View,
    node: int,
    values: tuple[tuple[str, str], ...],
    place: str,
    random: Random,
) -> Patch | None:
    widths = {"media": random.choice(_PHONES), "range": _width_range(values)}.get(place)
    site = RepairSite(state, (_anchor_finding(view, node, widths),), snapshot, view)
    if place == "variable":
        return _write_variable(site, node, values)
    where = {"declared": WriteTarget.DECLARED, "source": WriteTarget.SOURCE, "inline": WriteTarget.INLINE}.get(
        place, WriteTarget.MEDIA
    )
    return PatchWriter(site).write_patch_at(StyleFix("", (WantedValues(node, values),)), where)


def _width_range(values: tuple[tuple[str, str], ...]) -> tuple[int, int]:
    """Widths just below the one that the broken value needs."""
    need = max((int(value[:-2]) for _, value in values if _PIXELS.fullmatch(value)), default=700)
    return need - 100, need - 20


def _write_variable(site: RepairSite, node: int, values: tuple[tuple[str, str], ...]) -> Patch | None:
    """Through the custom property that gives the first of the values now."""
    name, value = values[0]
    declaration = site.winning_declaration(node, name)
    if declaration is None or len(values) != 1 or not declaration.value.strip().startswith("var("):
        return None
    for _, variable in variables_used_by(site.declarations(node), declaration):
        if "var(" not in variable.value and site.locator.locate_declaration(variable) is not None:
            try:
                return Patch.from_replacements([PatchWriter(site).rewrite_declaration(variable, value)])
            except PatchError:
                return None
    return None


def _anchor_finding(view: View, node: int, widths: tuple[int, int] | None) -> Finding:
    """What a writer wants to know of a finding: where, and at which widths."""
    nowhere = Location(None, None, LineIndex("").range(Span(0, 0)), Span(0, 0))
    box = Rect(*view.layout.rect(node))
    return Finding(
        "", Severity.WARNING, "", nowhere, view.layout.key(node), view.viewport, view.moment, view.id, box, node, failing_widths=widths
    )  # fmt: skip


def group_defects(chosen: Sequence[Defect], layout: Layout, random: Random, most: int = 4) -> list[tuple[Defect, ...]]:
    """All defects in groups of one to ``most``, such that each can be told from the others: their edits do not touch,
    none is inside another, and only one of a group may widen the page."""
    groups: list[tuple[Defect, ...]] = []
    left = list(chosen)
    while left:
        size = random.choice(range(1, most + 1))
        group = [left.pop(0)]
        for defect in tuple(left):
            if (
                len(group) < size
                and _can_be_told_apart(defect, group, layout)
                and join_patches((*group, defect)) is not None
            ):
                group.append(defect)
                left.remove(defect)
        groups.append(tuple(group))
    return groups


def _can_be_told_apart(defect: Defect, group: Sequence[Defect], layout: Layout) -> bool:
    node = layout.nodes_by_key.get(defect.key, 0)
    for other in group:
        if PAGE_WIDE in defect.rules & other.rules:
            return False
        at = layout.nodes_by_key.get(other.key, 0)
        if layout.is_within(node, at) or layout.is_within(at, node):
            return False
        if layout.parents[at] == layout.parents[node] and not (defect.rules | other.rules) <= SINGLE_ELEMENT_RULES:
            return False
    return True


def join_patches(group: Sequence[Defect]) -> Patch | None:
    """One patch with the edits of all; None where two of them touch."""
    edits = [edit for defect in group for edit in defect.patch.replacements]
    if len(set(edits)) < len(edits):
        return None
    try:
        return Patch.from_replacements(edits)
    except PatchError:
        return None


def invert_patch(patch: Patch, undone: Patch | None = None) -> Patch:
    """On the texts after ``patch``: takes back the edits of ``undone`` (a part of it; all of it where None)."""
    chosen = set((undone or patch).replacements)
    back: list[Replacement] = []
    for path in patch.paths:
        shift = 0
        for edit in patch.replacements_in(path):
            start = edit.span.start + shift
            shift += len(edit.new) - len(edit.old)
            if edit in chosen:
                back.append(replace(edit, span=Span(start, start + len(edit.new)), old=edit.new, new=edit.old))
    return Patch(tuple(back))
