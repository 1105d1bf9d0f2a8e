"""A page that is shown in another style without a load, under the names and texts that a load would give it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any, cast

from relook_lsp.browser.capture import Capture
from relook_lsp.core.finding import Finding, Location, Need, NeedView, Report
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import STAMP, Declaration, Layout, Snapshot, View
from relook_lsp.core.text import LineIndex, Span
from relook_lsp.critics.engine import judge_snapshot
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.review.assemble import assemble_report, needed_styles


async def report_trial(
    live: Capture,
    shown: Snapshot,
    patch: Patch,
    options: CriticOptions,
    rules: tuple[Rule, ...],
    asked: Callable[[Need], bool] = lambda _: True,
    incremental_run: IncrementalRun | None = None,
    thread: Executor | None = None,
) -> tuple[Capture, Report]:
    """What rules say of the views of a snapshot (``map_snapshot``) while its page has the style of ``patch``, which it still has;
    the capture answers more questions about them. ``asked`` chooses what the browser is asked; ``thread`` is that in which
    the ``incremental_run`` has begun. Raises ``RelookError``."""
    loop, capture, incremental_run = (
        asyncio.get_running_loop(),
        Capture(shown, live.sessions),
        incremental_run or IncrementalRun(options),
    )
    judgement = await loop.run_in_executor(thread, judge_snapshot, shown, options, rules, incremental_run)
    needs = [need for need in judgement.needs if not isinstance(need, NeedView) and asked(need)]
    if needs and await capture.answer_needs(needs) is not shown:
        judgement = await loop.run_in_executor(
            thread, judge_snapshot, capture.snapshot, options, rules, incremental_run
        )
    snapshot = map_declaration_owners(await capture.collect_styles(needed_styles(judgement)), patch)
    return capture, await loop.run_in_executor(thread, assemble_report, snapshot, judgement)


def map_snapshot(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The snapshot of a restyled page under the names and texts that a fresh load would give. Pure."""
    sources = {
        url: replace(source, text=patch.apply(source.path, source.text)) if source.path in patch.paths else source
        for url, source in snapshot.sources.items()
    }
    views = tuple(map_view(view, patch, snapshot.page) for view in snapshot.views)
    return replace(snapshot, views=views, sources=sources)


def map_view(view: View, patch: Patch, entry: str) -> View:
    """A view of a restyled page under the names that a fresh load would give its nodes. Pure."""
    if entry not in patch.paths:
        return view
    images = tuple(replace(image, key=patch.map_key(image.key, entry) or image.key) for image in view.images)
    return replace(view, layout=_map_layout(view.layout, patch, entry), images=images)


def map_findings(findings: Iterable[Finding], patch: Patch, after: Snapshot) -> tuple[Finding, ...]:
    """Findings under the names that their nodes have after the patch, at the places that their causes have then. Pure."""
    indexes = {one.path: LineIndex(one.text) for one in after.sources.values() if one.path in patch.paths}

    def shifted(place: Location) -> Location:
        if place.path not in indexes:
            return place
        start, end = (patch.map_end_offset(place.path, offset) for offset in place.span)
        span = Span(start, max(start, end))
        return place._replace(span=span, range=indexes[place.path].range(span))

    def one(finding: Finding) -> Finding:
        related = tuple(each._replace(location=shifted(each.location)) for each in finding.related)
        key = patch.map_key(finding.key, after.page) or finding.key
        return replace(finding, key=key, cause=shifted(finding.cause), related=related)

    return tuple(map(one, findings))


def map_declaration_owners(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The browser names the tags that own declarations as it read them: before the patch. Pure."""

    def after(one: Declaration) -> Declaration:
        return one if one.owner is None else replace(one, owner=patch.map_offset(snapshot.page, one.owner))

    styles = {key: tuple(map(after, found)) for key, found in snapshot.evidence.styles.items()}
    return replace(snapshot, evidence=replace(snapshot.evidence, styles=styles))


def _map_layout(layout: Layout, patch: Patch, entry: str) -> Layout:
    """The layout with the stamps that the new text would have got."""
    strings = [*cast("list[str]", layout.raw["strings"])]
    document: Mapping[str, Any] = layout.raw["documents"][0]
    places: dict[str, int] = {}
    attributes: list[list[int]] = []
    for flat in cast("list[list[int]]", document["nodes"]["attributes"]):
        new = [*flat]
        for at in range(0, len(flat) - 1, 2):
            old = strings[flat[at + 1]]
            if strings[flat[at]] == STAMP and old.isdecimal():
                if old not in places:
                    places[old] = len(strings)
                    strings.append(str(patch.map_offset(entry, int(old))))
                new[at + 1] = places[old]
        attributes.append(new)
    nodes = {**document["nodes"], "attributes": attributes}
    return Layout({"documents": [{**document, "nodes": nodes}], "strings": strings}, layout.properties)
