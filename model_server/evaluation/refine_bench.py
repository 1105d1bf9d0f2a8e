"""Seeded defects: what refine makes of pages that were clean before they were broken in known ways.

Reads from top to bottom. For every clean page of the material: defects one at a time and two to four together; each
broken page is refined by the solved repairs alone, and the result is judged by the critics and against the original.
The same cases run again without Forced Optimization, without the content guard and without pixel confirmation.

    python -m model_server.evaluation.refine_bench --pages 60 --output build/refine-bench.md
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from model_server.evaluation.against_original import same_structure, similarity
from model_server.evaluation.blind import blind_look
from model_server.evaluation.intervals import share
from model_server.training.defects.confirm import confirmed
from model_server.training.defects.inject import (
    Defect,
    candidates,
    defects,
    in_markup,
    joined,
    together,
    wanted,
    widest,
)
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page, text_hash
from relook_lsp.core.patch import Patch
from relook_lsp.refine.content import lost
from relook_lsp.refine.forced import Limits
from relook_lsp.refine.refine import refine
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.trajectory import State, Trajectory, Verdict, open_findings, texts_of
from relook_lsp.refine.verify import Verifier
from relook_lsp.review.review import Review, Settings, look

FULL, UNFORCED, UNGUARDED, BLIND = "refine", "without Forced Optimization", "without content guard", "without pixels"
VARIANTS = (FULL, UNFORCED, UNGUARDED, BLIND)
SINGLES, TOGETHER = 3, 1
"""Cases of one page with one defect, and with two to four."""
CANDIDATES = 40
SETTINGS = Settings()


@dataclass(frozen=True)
class Row:
    """One case under one variant, as it is kept in the cache. Shares are 0-1, edit sizes characters."""

    page: str
    case: str
    variant: str
    kinds: tuple[str, ...]
    shown: bool
    """Whether the critics see every one of the defects; the rest is only counted."""
    fixed: bool = False
    better: bool = False
    regressions: int = 0
    structure: bool = True
    lost: str = ""
    similarity: float = 0.0
    broken_similarity: float = 0.0
    edit: int = 0
    broken_edit: int = 0
    seconds: float = 0.0
    accepted: int = 0
    renders: int = 0
    screens: int = 0
    left: tuple[str, ...] = ()


# -- the material


def pages(data: Path, part: str) -> list[Page]:
    """Pages of one part, in an order that depends on nothing but their text."""
    found: dict[str, Page] = {}
    for collection in sorted((data / "pages").iterdir()):
        for file in sorted(collection.rglob("*.html")):
            digest = text_hash(file.read_bytes())
            if part_of(digest) == part:
                found.setdefault(digest, Page(collection, file.relative_to(collection).as_posix()))
    return [found[digest] for digest in sorted(found)]


def part_of(digest: str) -> str:
    """A quarter of the pages is for development, by the hash of their bytes; the rest is held out."""
    return "development" if int(digest[0], 16) < 4 else "held-out"


# -- cases


async def seeded(driver: Driver, page: Page) -> tuple[State, list[tuple[Defect, ...]]] | None:
    """The clean page and its cases; None where it is not clean, or hangs on the network."""
    live, result = await look(driver, page, SETTINGS)
    try:
        if result.snapshot is None or not result.report.reviewed or result.report.cost > 0:
            return None
        if any(request.outcome == "remote" for request in result.snapshot.requests):
            return None
        random = Random(page.entry)
        chosen = candidates(result.snapshot, random, CANDIDATES)
        snapshot = await live.styles(wanted(result.snapshot, chosen))
    finally:
        await live.close()
    base = State(page, Review(result.report, snapshot))
    made = [*defects(base, chosen, random), *in_markup(snapshot)]
    random.shuffle(made)
    one_each = list({defect.kind: defect for defect in made}.values())
    groups = [g for g in together(one_each, widest(snapshot).layout, random) if len(g) > 1]
    return base, [*((one,) for one in one_each[: 2 * SINGLES]), *groups[: 2 * TOGETHER]]


async def broken_by(stage: Stage, base: State, group: Sequence[Defect]) -> tuple[State, Patch] | None:
    """The page with the defects; None where the critics do not see every one of them."""
    patch = joined(group)
    if patch is None:
        return None
    texts = texts_of(base)
    page = base.page.with_texts({path: patch.apply(path, texts[path]) for path in patch.paths})
    broken = State(page, await stage.look(page))
    if broken.review.snapshot is None or len(confirmed(base, broken, patch, group)) < len(group):
        return None
    return broken, patch


# -- one run


async def run(driver: Driver, variant: str, base: State, group: Sequence[Defect], case: str) -> Row:
    kinds = tuple(sorted(defect.kind for defect in group))
    stage = Stage(driver, SETTINGS)
    try:
        start = await broken_by(stage, base, group)
        if start is None:
            return Row(base.page.entry, case, variant, kinds, shown=False)
        broken, patch = start
        started = time.perf_counter()
        result = await refined(driver, stage, variant, broken)
        seconds = time.perf_counter() - started
        final = result.best
        if variant != FULL:
            final = State(final.page, await stage.look(final.page))
    finally:
        await stage.close()
    return measured(Row(base.page.entry, case, variant, kinds, shown=True), base, broken, patch, result, final, seconds)


async def refined(driver: Driver, stage: Stage, variant: str, broken: State) -> Trajectory:
    if variant == UNFORCED:

        async def believe(state: State, patch: Patch) -> Verdict:
            """The candidate is taken as it comes, as a policy without a critic would."""
            return await taken(stage, state, patch)

        return await refine(broken, Believer(believe), limits=Limits(rounds=1, attempts=1))
    if variant == BLIND:
        sight = blind_look(driver, SETTINGS)
        return await refine(State(broken.page, await sight(broken.page)), Verifier(sight))
    return await refine(broken, Verifier(stage.look, screen=stage.screen, guard=variant != UNGUARDED))
