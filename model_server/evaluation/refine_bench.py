"""Seeded defects: what refine makes of pages that were clean before they were broken in known ways.

Reads from top to bottom. For every clean page of the material: defects one at a time and two to four together; each
broken page is refined by the solved repairs alone, and the result is judged by the critics and against the original.
The same cases run again without Forced Optimization, without the content guard and without pixel confirmation.

    python -m model_server.evaluation.refine_bench --pages 60 --output build/refine-bench.md
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from model_server.evaluation.geometry_only import review_geometry_only
from model_server.evaluation.page_similarity import has_same_structure, pixel_similarity
from model_server.evaluation.refine_rows import (
    FULL,
    GEOMETRY_ONLY,
    UNFORCED,
    UNGUARDED,
    VARIANTS,
    CaseRow,
    RowCache,
    code_digest,
    format_tables,
)
from model_server.training.defects.confirm import confirm_defects
from model_server.training.defects.inject import (
    Defect,
    draw_candidates,
    group_defects,
    join_patches,
    needed_styles,
    widest_view,
    write_defects,
    write_markup_defects,
)
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.atomic import write_atomically
from relook_lsp.core.errors import BrowserFailed, RelookError
from relook_lsp.core.page import Page, hash_texts
from relook_lsp.core.patch import Patch
from relook_lsp.refine.acceptance.conditions import EPSILON
from relook_lsp.refine.acceptance.content import first_lost_content
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.proposers.solved import solved_candidates as proposed
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.search import refine_page
from relook_lsp.refine.trajectory import (
    AcceptanceResult,
    Attempt,
    PageState,
    Reason,
    Trajectory,
    open_findings,
    texts_of,
)
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import Review, ReviewSettings, review_and_keep_open

SINGLES, TOGETHER = 3, 1
"""Cases of one page with one defect, and with two to four."""
CANDIDATES = 40
SETTINGS = ReviewSettings(CapturePlan(timeout=90))
"""As a user has them, but for the patience with a busy machine."""


# -- the material


def select_pages(data: Path, part: str) -> list[Page]:
    """Pages of one part, in an order that depends on nothing but their text."""
    found: dict[str, Page] = {}
    for collection in sorted((data / "pages").iterdir()):
        for file in sorted(collection.rglob("*.html")):
            digest = hash_texts(file.read_bytes())
            if assign_part(digest) == part:
                found.setdefault(digest, Page(collection, file.relative_to(collection).as_posix()))
    return [found[digest] for digest in sorted(found)]


def assign_part(digest: str) -> str:
    """A quarter of the pages is for development, by the hash of their bytes; the rest is held out."""
    return "development" if int(digest[0], 16) < 4 else "held-out"


# -- cases


async def seed_cases(driver: Driver, page: Page) -> tuple[PageState, list[tuple[Defect, ...]]] | None:
    """The clean page and its cases; None where it is not clean, or hangs on the network."""
    live, result = await review_and_keep_open(driver, page, SETTINGS)
    try:
        if result.snapshot is None or not result.report.reviewed or result.report.cost > 0:
            return None
        if any(request.outcome == "remote" for request in result.snapshot.requests):
            return None
        random = Random(page.entry)
        chosen = draw_candidates(result.snapshot, random, CANDIDATES)
        snapshot = await live.collect_styles(needed_styles(result.snapshot, chosen))
    finally:
        await live.close()
    base = PageState(page, Review(result.report, snapshot))
    made = [*write_defects(base, chosen, random), *write_markup_defects(snapshot)]
    random.shuffle(made)
    one_each = list({defect.kind: defect for defect in made}.values())
    groups = [g for g in group_defects(one_each, widest_view(snapshot).layout, random) if len(g) > 1]
    return base, [*((one,) for one in one_each[: 2 * SINGLES]), *groups[: 2 * TOGETHER]]


async def break_page(
    stage: CandidateRenderer, base: PageState, group: Sequence[Defect]
) -> tuple[PageState, Patch] | None:
    """The page with the defects; None where the critics do not see every one of them."""
    patch = join_patches(group)
    if patch is None:
        return None
    texts = texts_of(base)
    page = base.page.with_texts({path: patch.apply(path, texts[path]) for path in patch.paths})
    broken = PageState(page, await stage.render(page))
    if broken.review.snapshot is None:
        raise BrowserFailed("the browser failed on a broken page; the case is not counted")
    if len(confirm_defects(base, broken, patch, group)) < len(group):
        return None
    return broken, patch


# -- one run


async def run_case(driver: Driver, variant: str, base: PageState, group: Sequence[Defect], case: str) -> CaseRow:
    row = CaseRow(base.page.entry, case, variant, tuple(sorted(defect.kind for defect in group)), shown=False)
    async with CandidateRenderer(driver, SETTINGS, guard=variant != UNGUARDED) as stage:
        start = await break_page(stage, base, group)
        if start is None:
            return row
        broken, patch = start
        started = time.perf_counter()
        if variant == UNFORCED:
            result = await refine_unforced(stage, broken)
        elif variant == GEOMETRY_ONLY:
            sight = review_geometry_only(driver, SETTINGS)
            result = await refine_page(PageState(broken.page, await sight(broken.page)), Verifier(sight))
        else:
            verify = Verifier(stage.render, screen=stage.screen_candidate, guard=variant != UNGUARDED)
            result = await refine_page(broken, verify)
        seconds = time.perf_counter() - started
        if result.stopped == "infrastructure":
            raise BrowserFailed("the browser failed during a refinement; the case is not counted")
        final = (
            result.best
            if variant != GEOMETRY_ONLY
            else PageState(result.best.page, await stage.render(result.best.page))
        )
    return measure_result(row, base, broken, patch, replace(result, start=broken, best=final), seconds)


async def refine_unforced(stage: CandidateRenderer, broken: PageState) -> Trajectory:
    """Three rounds in which the next candidate for every defect is taken as it comes: the last state is the result."""
    state, attempts, tried = broken, list[Attempt](), set[Patch]()
    for number in range(1, 4):
        for target in group_findings(open_findings(state)):
            patch = next((p for p in proposed(state, target) if p not in tried), None)
            if patch is None or target[0].identity not in {f.identity for f in open_findings(state)}:
                continue
            tried.add(patch)
            texts = texts_of(state)
            page = state.page.with_texts({path: patch.apply(path, texts[path]) for path in patch.paths})
            after = PageState(page, await stage.render(page))
            if not after.review.report.reviewed:
                return Trajectory(broken, state, tuple(attempts), "infrastructure")
            attempts.append(Attempt(number, 1, "solved", patch, AcceptanceResult(Reason.ACCEPTED, "", after, 1)))
            state = after
    return Trajectory(broken, state, tuple(attempts), "rounds")


def measure_result(
    row: CaseRow, base: PageState, broken: PageState, patch: Patch, result: Trajectory, seconds: float
) -> CaseRow:
    """What the critics say of the result, and how it compares with the page before it was broken."""
    original, injured, final = (state.review.snapshot for state in (base, broken, result.best))
    if original is None or injured is None or final is None:
        return row
    known = {(f.rule, result.combined_patch.map_key(f.key, base.page.entry)) for f in broken.review.report.all_findings}
    left = open_findings(result.best)
    return replace(
        row,
        shown=True,
        fixed=not left,
        better=result.best.cost < broken.cost - EPSILON,
        regressions=sum(finding.identity not in known for finding in left),
        structure=has_same_structure(injured, final),
        lost=first_lost_content(
            original, final, patch.compose(result.combined_patch, texts_of(base)) if result.accepted_attempts else patch
        ),
        similarity=pixel_similarity(original, final),
        broken_similarity=pixel_similarity(original, injured),
        edit=result.combined_patch.character_count,
        broken_edit=patch.character_count,
        seconds=seconds,
        accepted=len(result.accepted_attempts),
        renders=sum(attempt.verdict.renders for attempt in result.attempts),
        screens=sum(attempt.verdict.screens for attempt in result.attempts),
        left=tuple(sorted(finding.rule for finding in left)),
        refused=tuple(a.verdict.reason.value for a in result.attempts if not a.verdict.is_accepted),
        load=round(os.getloadavg()[0], 1),
    )


async def run_page(driver: Driver, page: Page, cache: RowCache, ablations: bool) -> bool:
    """All cases of one page, into the cache; whether the page was clean and a defect was seen in it."""
    name = f"{page.root.name}/{page.entry}"
    made = await seed_cases(driver, page)
    base, cases = made if made is not None else (None, [])
    shown: Counter[bool] = Counter()
    for number, group in enumerate(cases):
        many = len(group) > 1
        if base is None or shown[many] >= (TOGETHER if many else SINGLES):
            continue
        for variant in VARIANTS if ablations else (FULL,):
            row = cache.get(name, str(number), variant)
            try:
                if row is None:
                    row = cache.keep(replace(await run_case(driver, variant, base, group, str(number)), page=name))
            except RelookError as error:
                print(f"{name} {number}: {error}", file=sys.stderr)
                break
            if not row.shown:
                break
            state = "fixed" if row.fixed else f"left {', '.join(row.left)}"
            print(f"{name} {'+'.join(row.kinds)} [{variant}] {state}, {row.seconds:.1f} s", file=sys.stderr)
            shown[many] += variant == FULL
    cache.keep(CaseRow(name, "", "", (), shown=shown.total() > 0))
    return shown.total() > 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60, help="clean pages")
    parser.add_argument("--ablated", type=int, default=20, help="of these, pages on which the ablations run too")
    parser.add_argument("--part", choices=("development", "held-out"), default="held-out")
    parser.add_argument(
        "--shard", default="1/1", metavar="I/N", help="only every Nth page, from the Ith; for several runs"
    )
    parser.add_argument("--report", action="store_true", help="only the tables of what was kept")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "relook", help="folder of kept results")
    parser.add_argument("--output", type=Path, help="write the tables there too")
    options = parser.parse_args()
    options.data = Path(os.environ.get("RELOOK_DATA", ""))
    if not (options.data / "pages").is_dir():
        parser.error("set RELOOK_DATA to the folder of the test material")
    return options


async def main(options: argparse.Namespace) -> None:
    cache, driver, clean = RowCache(options.cache, options.part), Driver(), 0
    first, every = (int(number) for number in options.shard.split("/"))
    for page in () if options.report else select_pages(options.data, options.part)[first - 1 :: every]:
        known = cache.get(f"{page.root.name}/{page.entry}", "", "")
        try:
            clean += known.shown if known else await run_page(driver, page, cache, clean * every < options.ablated)
        except RelookError as error:
            print(f"{page.entry}: {error}", file=sys.stderr)
        if clean * every >= options.pages:
            break
    await driver.close()
    kept = cache.rows
    count = len({row.page for row in kept if row.shown})
    body = "\n".join((f"{count} pages, {options.part}, code {code_digest()}", "", *format_tables(kept)))
    print(body)
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(options.output, f"{body}\n".encode())


if __name__ == "__main__":
    asyncio.run(main(parse_arguments()))
