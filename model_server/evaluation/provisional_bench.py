"""Compares provisional reviews with full ones: do they agree, and how much earlier is the provisional one?
``python -m model_server.evaluation.provisional_bench``

The edits are seeded defects that change style alone, in clean pages that are not held out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from model_server.evaluation.intervals import format_share
from model_server.training.defects.inject import draw_candidates, needed_styles, write_defects
from model_server.training.generate_examples import select_kinds
from model_server.training.screening import MAX_NODES
from model_server.training.sources import PageSample, collect_pages
from relook_lsp.browser.capture import Capture
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding, Report
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Evidence
from relook_lsp.core.thread_switching import shorten_thread_switch_interval
from relook_lsp.refine.trajectory import PageState, texts_of
from relook_lsp.review.pipeline import Review, ReviewSettings, review_and_keep_open, review_page
from relook_lsp.review.provisional.drift import find_drifted_views
from relook_lsp.review.provisional.provisional_review import ProvisionalReport, review_provisionally
from relook_lsp.review.provisional.trial_report import map_findings, map_snapshot

CANDIDATES = 12
"""Defects of a page among which so many are drawn as are asked for."""


@dataclass
class Agreement:
    """Counts of findings that an edit adds or fixes, and seconds of each review."""

    counts: Counter[str] = field(default_factory=Counter[str])
    early: list[float] = field(default_factory=list[float])
    late: list[float] = field(default_factory=list[float])

    def add(self, known: set[tuple[str, str]], told: Report, said: Report) -> None:
        """``known``: identities of the findings before the edit, under the names that their nodes have after it."""
        early, late = _by_identity(told), _by_identity(said)
        new, gone = early.keys() - known, known - early.keys() - {one.identity for one in told.suppressed}
        true = new & late.keys()
        self.counts.update(
            edits=1,
            made=len(new), made_true=len(true), made_late=len(late.keys() - known),
            mended=len(gone), mended_true=len(gone - late.keys()), mended_late=len(known - late.keys()),
            placed=sum(early[one].cause == late[one].cause for one in true),
            worded=sum(early[one].message == late[one].message for one in true),
        )  # fmt: skip

    def table(self) -> str:
        count = self.counts
        p95 = sorted(self.early)[round(0.95 * (len(self.early) - 1))] if self.early else 0.0
        return "\n".join(
            (
                f"{count['pages']} pages, {count['edits']} edits, {count['failed']} could not be looked at early, {count['drifted']} pages with windows that do not tell",
                "| findings | told early, and true | of those that the review tells |",
                "|---|---|---|",
                *(
                    f"| {name} | {format_share(count[f'{name}_true'], count[name])} | {format_share(count[f'{name}_true'], count[f'{name}_late'])} |"
                    for name in ("made", "mended")
                ),
                f"Of those made {count['placed']} stand at the same place in both, {count['worded']} have the same words.",
                f"Seconds, p50: {statistics.median(self.early or [0.0]):.2f} early (p95 {p95:.2f}), {statistics.median(self.late or [0.0]):.2f} a review",
            )
        )


def _by_identity(report: Report) -> dict[tuple[str, str], Finding]:
    return {one.identity: one for one in report.findings}


async def _measure_page(driver: Driver, sample: PageSample, edits: int, found: Agreement) -> None:
    """Raises ``RelookError``."""
    live, first = await review_and_keep_open(driver, sample.page, ReviewSettings())
    try:
        snapshot = first.snapshot
        if snapshot is None or not snapshot.settled_views or len(snapshot.settled_views[-1].layout) > MAX_NODES:
            return
        random = Random(sample.hash)
        chosen = draw_candidates(snapshot, random, CANDIDATES, select_kinds("train"))
        base = PageState(sample.page, Review(first.report, await live.collect_styles(needed_styles(snapshot, chosen))))
        patches = [defect.patch for defect in write_defects(base, chosen, random)]
        random.shuffle(patches)
        live.snapshot = replace(live.snapshot, views=live.snapshot.settled_views, evidence=Evidence())
        found.counts["pages"] += 1
        drift = asyncio.create_task(find_drifted_views(live, live.snapshot.settled_views))
        found.counts["drifted"] += bool(await drift)
        left = edits
        for patch in patches:
            started = time.perf_counter()
            told = await review_provisionally(live, first.report, patch, ReviewSettings().options, lambda: drift)
            if told is None:
                continue
            found.early.append(time.perf_counter() - started)
            await _compare_reports(driver, live, base, patch, told, found)
            left -= 1
            if not left:
                return
    finally:
        await live.close()


async def _compare_reports(
    driver: Driver, live: Capture, base: PageState, patch: Patch, told: ProvisionalReport, found: Agreement
) -> None:
    texts = texts_of(base)
    page = base.page.with_texts({path: patch.apply(path, texts[path]) for path in patch.paths})
    started = time.perf_counter()
    said = await review_page(driver, page, ReviewSettings())
    found.late.append(time.perf_counter() - started)
    before = map_findings(base.review.report.all_findings, patch, map_snapshot(live.snapshot, patch))
    found.add({one.identity for one in before}, told.report, said.report)


async def measure_agreement(pages: int, edits: int, seed: int, data: str | None) -> Agreement:
    shorten_thread_switch_interval()
    chosen = [one for one in collect_pages(packages=data is None, data=data) if one.split != "held-out"]
    Random(seed).shuffle(chosen)
    driver, found = Driver(), Agreement()
    try:
        for sample in chosen:
            if found.counts["pages"] == pages:
                break
            try:
                await _measure_page(driver, sample, edits, found)
            except RelookError as error:  # the page that is open is of no use any more
                found.counts["failed"] += 1
                print(f"{sample.page.entry}: {error}", flush=True)
    finally:
        await driver.close()
    return found


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.evaluation.provisional_bench", description=__doc__)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--edits", type=int, default=4, help="of each page")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args(argv)
    print(
        asyncio.run(
            measure_agreement(options.pages, options.edits, options.seed, os.environ.get("RELOOK_DATA"))
        ).table()
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
