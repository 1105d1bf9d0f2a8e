"""A defect that is only style, shown in the live page of its clean one: no reload, a tenth of the cost.

The snapshot that comes out is that of the broken page as if it had been loaded: its sources are the broken texts, and
elements are named by where their tags stand in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.restyle import restyled
from relook_lsp.core.finding import NeedView
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import STAMP, Declaration, Evidence, Image, Layout, Snapshot, View
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import Options
from relook_lsp.critics.run import judge
from relook_lsp.refine.content import map_key
from relook_lsp.refine.site import wanted
from relook_lsp.review.assemble import assemble, wanted_styles
from relook_lsp.review.review import Review
from relook_lsp.source.restyle import restyle

LAYOUT_TELLS = frozenset(
    (
        "elements-collide",
        "leaves-container",
        "leaves-viewport",
        "page-scrolls-sideways",
        "small-range-break",
        "small-target",
        "text-clipped",
        "text-too-small",
        "unintended-wrap",
        "zoomed-text-clipped",
    )
)
"""Rules that suspect a defect from boxes alone, before they look at pixels."""


def unpictured(snapshot: Snapshot, views: Sequence[View]) -> Snapshot:
    """The snapshot with these views only, without their pictures and without what was asked about them. Pure."""
    bare = tuple(replace(view, frame=None, background=None) for view in views)
    return replace(snapshot, views=bare, evidence=Evidence())


def suspicions(snapshot: Snapshot, options: Options, rules: Collection[str]) -> frozenset[tuple[str, str]]:
    """(rule, node key) that these rules do not let pass where they see no picture of the settled views. Pure."""
    judged = tuple(rule for rule in RULES if rule.id in rules)
    judgement = judge(unpictured(snapshot, snapshot.settled), options, judged)
    return frozenset(
        [*((d.rule.id, d.key) for d in judgement.defects), *((one.rule, one.key) for one in judgement.incomplete)]
    )


async def suspected(
    live: Capture, base: Snapshot, patch: Patch, options: Options, views: Sequence[View], rules: Collection[str]
) -> bool:
    """Whether ``tried`` may find anything that the clean page does not show: boxes are measured, no picture is made.
    True where more than style changes. Raises ``RelookError``."""
    change = restyle(patch, base.sources.values(), base.page)
    if change is None:
        return True
    before = replace(base, views=tuple(views))
    async with restyled(live, change) as trial:
        seen = [(await trial.at(replace(view, frame=None, background=None))).snapshot.views[0] for view in views]
    after = replace(base, views=tuple(seen))
    known = await asyncio.to_thread(suspicions, before, options, rules)
    return not await asyncio.to_thread(suspicions, after, options, rules) <= known


async def tried(
    live: Capture, base: Snapshot, patch: Patch, options: Options, views: Sequence[View], rules: Collection[str]
) -> Review | None:
    """The review, of these rules only, of these views of ``base`` under ``patch``; None where more than style changes.
    Raises ``RelookError`` where the live page cannot show it."""
    change = restyle(patch, base.sources.values(), base.page)
    if change is None:
        return None
    judged = tuple(rule for rule in RULES if rule.id in rules)
    async with restyled(live, change) as trial:
        seen = [(await trial.at(view)).snapshot.views[0] for view in views]
        shown = moved(replace(base, views=tuple(seen), evidence=Evidence()), patch)
        capture = Capture(shown, live.looks)
        judgement = await asyncio.to_thread(judge, shown, options, judged)
        needs = [need for need in judgement.needs if not isinstance(need, NeedView)]
        if needs and await capture.supply(needs) is not shown:
            judgement = await asyncio.to_thread(judge, capture.snapshot, options, judged)
        report = assemble(_owned(await capture.styles(wanted_styles(judgement)), patch), judgement)
        snapshot = await capture.styles(wanted(report, capture.snapshot))
    return Review(report, _owned(snapshot, patch))


def moved(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The snapshot of a restyled page under the names and texts that a fresh load would give. Pure."""
    return replace(
        snapshot,
        views=tuple(
            replace(
                view, layout=_restamped(view, patch, snapshot.page), images=_renamed(view.images, patch, snapshot.page)
            )
            for view in snapshot.views
        ),
        sources={
            url: replace(source, text=patch.apply(source.path, source.text)) if source.path in patch.paths else source
            for url, source in snapshot.sources.items()
        },
    )


def _owned(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The browser names the tags that own declarations as it read them: before the patch."""

    def owned(one: Declaration) -> Declaration:
        return one if one.owner is None else replace(one, owner=patch.map_offset(snapshot.page, one.owner))

    styles = {key: tuple(map(owned, found)) for key, found in snapshot.evidence.styles.items()}
    return replace(snapshot, evidence=replace(snapshot.evidence, styles=styles))


def _renamed(images: Sequence[Image], patch: Patch, entry: str) -> tuple[Image, ...]:
    return tuple(replace(image, key=map_key(image.key, patch, entry) or image.key) for image in images)


def _restamped(view: View, patch: Patch, entry: str) -> Layout:
    """The layout with the stamps that the new text would have got."""
    raw = view.layout.raw
    strings: list[str] = list(raw["strings"])
    document: Mapping[str, Any] = raw["documents"][0]
    places: dict[str, int] = {}
    attributes: list[list[int]] = []
    for flat in document["nodes"]["attributes"]:
        new = list(flat)
        for at in range(0, len(flat) - 1, 2):
            old = strings[flat[at + 1]]
            if strings[flat[at]] == STAMP and old.isdecimal():
                if old not in places:
                    places[old] = len(strings)
                    strings.append(str(patch.map_offset(entry, int(old))))
                new[at + 1] = places[old]
        attributes.append(new)
    nodes = {**document["nodes"], "attributes": attributes}
    return Layout({"documents": [{**document, "nodes": nodes}], "strings": strings}, view.layout.properties)
