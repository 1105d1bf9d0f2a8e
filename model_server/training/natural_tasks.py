"""Collects tasks without a known answer: ``python -m model_server.training.natural_tasks``, defects that authors left.

Writes one line of JSON for every group of findings of a page, and one for every finished page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from random import Random
from typing import Any

from model_server.training.examples import NATURAL
from model_server.training.jsonl import read_records
from model_server.training.screening import MAX_HEIGHT, MAX_NODES, SCREENING
from model_server.training.sources import SPLITS, PageSample, collect_pages, select_pages, training_folder
from relook_lsp.browser.driver import Driver
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState, open_findings
from relook_lsp.review.parallel import run_parallel

MAX_GROUPS = 4
"""Groups of one page, the costliest first: one page with forty small links is not forty pages."""


async def find_natural_tasks(driver: Driver, sample: PageSample, rules: Collection[str]) -> list[dict[str, Any]]:
    """The tasks of one page by some ``rules`` (none: by any); none of one that is too large, or cannot be looked at. Raises
    ``RelookError``."""
    review = await clean_renderer(driver, SCREENING)(sample.page)
    if review.snapshot is None or not review.report.valid or not review.snapshot.settled_views:
        return []
    layout = review.snapshot.settled_views[-1].layout
    if len(layout) > MAX_NODES or layout.content_size[1] > MAX_HEIGHT:
        return []
    left = group_findings(open_findings(PageState(sample.page, review)))
    return [
        {
            **sample.record,
            "kind": NATURAL,
            "held_out_kind": False,
            "rule": group[0].rule,
            "key": group[0].key,
            "edits": [],
            "together": 0,
        }
        for group in [one for one in left if not rules or one[0].rule in rules][:MAX_GROUPS]
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.natural_tasks", description=__doc__)
    parser.add_argument("--out", type=Path, default=training_folder() / "natural.jsonl")
    parser.add_argument("--jobs", type=int, default=2, help="pages side by side")
    parser.add_argument("--pages", type=int, default=0, help="at most so many (0: all)")
    parser.add_argument("--split", choices=SPLITS, help="only its pages")
    parser.add_argument("--only", nargs="+", metavar="SOURCE", help="only pages of these")
    parser.add_argument("--rule", nargs="+", default=[], metavar="ID", help="only by these; others may be costlier")
    parser.add_argument("--no-packages", action="store_true", help="only the pages of RELOOK_DATA")
    options = parser.parse_args(argv)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    done = {record["done"] for record in read_records(options.out) if "done" in record}
    pages = collect_pages(packages=not options.no_packages, data=os.environ.get("RELOOK_DATA"))
    pages = select_pages(pages, options.split, options.only)
    todo = [sample for sample in sorted(pages, key=lambda one: one.hash) if sample.hash not in done]
    Random(0).shuffle(todo)
    with options.out.open("a", encoding="utf-8") as out:

        async def one(driver: Driver, sample: PageSample) -> None:
            records = await find_natural_tasks(driver, sample, options.rule)
            for record in (*records, {"done": sample.hash, "tasks": len(records)}):
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
            out.flush()

        todo = todo[: options.pages or None]
        asyncio.run(
            run_parallel(todo, one, browser="", jobs=options.jobs, quiet=False, name=lambda one: one.page.entry)
        )
    print(f"{sum('rule' in record for record in read_records(options.out))} tasks in {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
