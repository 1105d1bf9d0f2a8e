"""Generates the training data: ``python -m model_server.training.generate_examples`` (``make data``).

For every page: review it, inject defects, review it again, and keep the defects that the critics find under their own
name, with the observation and the edit that undoes each. Writes one line of JSON for every example and one for every
finished page, so a run resumes where it stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from model_server.training.defects.confirm import confirm_defects
from model_server.training.defects.inject import (
    Defect,
    draw_candidates,
    group_defects,
    invert_patch,
    join_patches,
    needed_styles,
    widest_view,
    write_defects,
)
from model_server.training.defects.kinds import HELD_OUT, KINDS, DefectKind
from model_server.training.jsonl import read_records
from model_server.training.label import derive_label
from model_server.training.live_trial import GEOMETRY_RULES, may_add_findings, review_in_live_page
from model_server.training.screening import MAX_COST, MAX_HEIGHT, MAX_NODES, SCREENING
from model_server.training.sources import SPLITS, PageSample, collect_pages, select_pages, training_folder
from relook_lsp.browser.capture import Capture
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.style_trial import TrialNotPossible
from relook_lsp.core.errors import RelookError
from relook_lsp.models.edit_language import format_answer
from relook_lsp.refine.proposers.observation import observe_group, operations_to_patch
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState, texts_of
from relook_lsp.review.parallel import run_parallel
from relook_lsp.review.pipeline import Review, ReviewSettings, review_and_keep_open

CONFIRMED_SHARE = 0.05

PAGE_SECONDS = 15.0
"""Of one pass over a page, once it is open: one that is slow to paint would cost more than it teaches."""


@dataclass(frozen=True)
class Recipe:
    """Of a pass over a page: at most so many ``defects``; ``confirm`` (0 to 1) of its groups are looked at once more by a
    clean load; with ``source`` examples hold the focused source, for large policies."""

    defects: int
    confirm: float
    source: bool


@dataclass
class Tally:
    """What became of defects and pages; written at the end and after every page."""

    counts: Counter[str] = field(default_factory=Counter[str])
    started: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        made, kept = self.counts["defects"], self.counts["examples"]
        rate = kept / max(1e-9, time.monotonic() - self.started)
        return f"{self.counts['pages']} pages, {self.counts['renders']} renders, {self.counts['trials']} trials, {kept} examples of {made} defects, {rate:.2f}/s"


def select_kinds(split: str, *, unseen: bool = False) -> Sequence[DefectKind]:
    """Training never sees the held-out kinds; held-out pages show them twice as often, and nothing else where only the
    ``unseen`` are asked for. What shows only between two widths cannot be screened."""
    kinds = [kind for kind in KINDS if "range" not in kind.places]
    if unseen:
        return [kind for kind in kinds if kind.name in HELD_OUT]
    if split != "held-out":
        return [kind for kind in kinds if kind.name not in HELD_OUT]
    return [*kinds, *(kind for kind in kinds if kind.name in HELD_OUT)]


async def generate_examples(
    driver: Driver, sample: PageSample, turn: int, kinds: Sequence[DefectKind], recipe: Recipe, tally: Tally
) -> list[dict[str, Any]]:
    """All examples of one pass over one page. Raises ``RelookError``."""
    random = Random(f"{sample.hash}:{turn}")
    live, first = await review_and_keep_open(driver, sample.page, SCREENING)
    try:
        snapshot = first.snapshot
        if snapshot is None or not snapshot.settled_views:
            tally.counts["left out"] += 1
            return []
        layout = widest_view(snapshot).layout
        tally.counts["renders"] += 1
        if len(layout) > MAX_NODES or layout.content_size[1] > MAX_HEIGHT or first.report.cost > MAX_COST:
            tally.counts["left out"] += 1
            return []
        if not first.report.valid or any(
            one.reason in ("remote-blocked", "outside-root") for one in first.report.incomplete
        ):
            tally.counts["left out"] += 1
            return []
        chosen = draw_candidates(snapshot, random, recipe.defects, kinds)
        snapshot = await live.collect_styles(needed_styles(snapshot, chosen))
        base = PageState(sample.page, Review(first.report, snapshot))
        found = list(write_defects(base, chosen, random))
        tally.counts["defects"] += len(found)
        records: list[dict[str, Any]] = []
        # What boxes tell goes together: most of it breaks nothing, and that is seen without a picture.
        plain = [defect for defect in found if defect.rules <= GEOMETRY_RULES]
        painted = [defect for defect in found if not defect.rules <= GEOMETRY_RULES]
        started = time.monotonic()
        groups = [*group_defects(plain, layout, random), *group_defects(painted, layout, random)]
        random.shuffle(groups)
        for group in groups:
            if time.monotonic() - started > PAGE_SECONDS:
                tally.counts["cut short"] += 1
                break
            try:
                records += await _screen_group(driver, live, sample, base, group, random, recipe, tally)
            except RelookError as error:
                tally.counts[f"failed: {error.kind}"] += 1
                break
        return records
    finally:
        await live.close()


async def _screen_group(
    driver: Driver,
    live: Capture,
    sample: PageSample,
    base: PageState,
    group: Sequence[Defect],
    random: Random,
    recipe: Recipe,
    tally: Tally,
) -> list[dict[str, Any]]:
    joint = join_patches(group)
    assert joint is not None and base.review.snapshot is not None
    texts = texts_of(base)
    page = base.page.with_texts({path: joint.apply(path, texts[path]) for path in joint.paths})
    views = [random.choice(base.review.snapshot.settled_views)]
    rules = frozenset[str]().union(*(defect.rules for defect in group))
    try:
        if rules <= GEOMETRY_RULES:
            tally.counts["measured"] += 1
            if not await may_add_findings(live, base.review.snapshot, joint, SCREENING.options, views, rules):
                tally.counts["not suspected"] += len(group)
                return []
        review = await review_in_live_page(live, base.review.snapshot, joint, SCREENING.options, views, rules)
    except TrialNotPossible:
        review = None
    if review is None:
        tally.counts["not style alone"] += len(group)
        return []
    broken = PageState(page, review)
    tally.counts["trials"] += 1
    shown = confirm_defects(base, broken, joint, group)
    tally.counts["not found"] += len(group) - len(shown)
    tally.counts.update(f"not found: {d.kind} {d.place}" for d in group if d not in [one.defect for one in shown])
    told: set[tuple[str, str]] | None = None
    if shown and random.random() < recipe.confirm:
        editor = await clean_renderer(driver, ReviewSettings())(page)
        told = {(finding.rule, finding.key) for finding in editor.report.findings}
        tally.counts["renders"] += 1
    records: list[dict[str, Any]] = []
    for one in shown:
        observed = observe_group(broken, one.findings, source=recipe.source)
        if observed is None:
            tally.counts["no element"] += 1
            continue
        rule = one.findings[0].rule
        operations = derive_label(observed, broken, one.defect, invert_patch(joint, one.defect.patch), joint)
        if operations is not None and len(one.defect.values) > 1:
            # Only what breaks the page is taken back: whether that is enough, the page says.
            mended = joint.compose(operations_to_patch(observed, operations), texts_of(base))
            after = await review_in_live_page(live, base.review.snapshot, mended, SCREENING.options, views, [rule])
            tally.counts["trials"] += 1
            if after is None or _count_findings(after, rule) >= _count_findings(review, rule):
                tally.counts["label not enough"] += 1
                operations = None
        if operations is None:
            tally.counts["no label"] += 1
            tally.counts[f"no label: {one.defect.kind} {one.defect.place} {rule}"] += 1
            continue
        full = None if told is None else (rule, one.findings[0].key) in told
        tally.counts["examples"] += 1
        if full is not None:
            tally.counts["confirmed" if full else f"not confirmed: {rule}"] += 1
        tally.counts[f"kind {one.defect.kind}"] += 1
        records.append(
            {
                **sample.record,
                "kind": one.defect.kind,
                "place": one.defect.place,
                "held_out_kind": one.defect.kind in HELD_OUT,
                "together": len(group),
                "rule": rule,
                "key": one.findings[0].key,
                "edits": [[e.path, e.span.start, e.span.end, e.old, e.new] for e in joint.replacements],
                "observation": {**asdict(observed.observation), "picture": None},
                "answer": format_answer(operations, observed.observation),
                "full": full,
            }
        )
    return records


def _count_findings(review: Review, rule: str) -> int:
    return sum(finding.rule == rule for finding in review.report.findings)


def remaining_passes(
    found: Sequence[PageSample], passes: Sequence[int], done: set[str]
) -> Iterator[tuple[PageSample, int]]:
    """(page, pass) that are still to do, shuffled within a pass, so that a part of the data is like the whole."""
    for turn in passes:
        order = sorted(found, key=lambda sample: sample.hash)
        Random(turn).shuffle(order)
        for sample in order:
            if f"{sample.hash}:{turn}" not in done:
                yield sample, turn


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.generate_examples", description=__doc__)
    parser.add_argument("--out", type=Path, default=training_folder() / "examples.jsonl")
    parser.add_argument("--jobs", type=int, default=2, help="pages side by side")
    parser.add_argument("--passes", type=int, default=3, help="how often every page is used, with other defects")
    parser.add_argument("--first", type=int, default=0, help="number of the first pass: other defects, other order")
    parser.add_argument("--defects", type=int, default=40, help="defects tried on a page in one pass")
    parser.add_argument(
        "--confirm", type=float, default=CONFIRMED_SHARE, help="share of groups confirmed by a clean load"
    )
    parser.add_argument("--source", action="store_true", help="keep the focused source, for large policies")
    parser.add_argument("--pages", type=int, default=0, help="at most so many (0: all)")
    parser.add_argument("--split", choices=SPLITS, help="only its pages")
    parser.add_argument("--only", nargs="+", metavar="SOURCE", help="only pages of these")
    parser.add_argument("--unseen", action="store_true", help="only held-out kinds, on pages that do not train")
    parser.add_argument("--no-packages", action="store_true", help="only the pages of RELOOK_DATA")
    options = parser.parse_args(argv)
    found = collect_pages(packages=not options.no_packages, data=os.environ.get("RELOOK_DATA"))
    found = select_pages(found, options.split, options.only)
    found = [sample for sample in found if not (options.unseen and sample.split == "train")]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    done = {record["done"] for record in read_records(options.out) if "done" in record}
    todo = list(remaining_passes(found, range(options.first, options.first + options.passes), done))[
        : options.pages or None
    ]
    print(f"{len(found)} pages, {len(done)} passes done, {len(todo)} to do -> {options.out}", flush=True)
    tally, recipe = Tally(), Recipe(options.defects, options.confirm, options.source)
    with options.out.open("a", encoding="utf-8") as out:

        async def one(driver: Driver, unit: tuple[PageSample, int]) -> None:
            sample, turn = unit
            try:
                kinds = select_kinds(sample.split, unseen=options.unseen)
                records = await generate_examples(driver, sample, turn, kinds, recipe, tally)
            except RelookError as error:
                tally.counts[f"failed: {error.kind}"] += 1
                records = []
            tally.counts["pages"] += 1
            for record in (*records, {"done": f"{sample.hash}:{turn}", "examples": len(records)}):
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
            out.flush()
            print(tally.line(), sample.source, sample.page.entry, len(records), flush=True)

        asyncio.run(
            run_parallel(todo, one, browser="", jobs=options.jobs, quiet=False, name=lambda unit: unit[0].page.entry)
        )
    print(json.dumps(dict(tally.counts.most_common()), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
