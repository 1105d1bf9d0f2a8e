"""Capture the pages of the cases and store their snapshots: ``python -m tests.rules.regenerate [--check] [RULE ...]``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import OUT_OF_TIME, Report
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.review.parallel import run_parallel
from relook_lsp.review.pipeline import replay_review, review_page
from tests.rules import stored_snapshot
from tests.rules.case import HERE, Case, all_cases, described
from tests.rules.difference import first_difference
from tests.rules.stored_snapshot import StoredSnapshot

_JOBS = 2
_TRIES = 3


async def capture(driver: Driver, case: Case) -> tuple[Report, Snapshot]:
    """The page in the browser, reviewed. Raises ``RuntimeError`` where that fails or times out several times."""
    why = ""
    for _ in range(_TRIES):
        result = await review_page(driver, case.page, case.settings)
        report, snapshot = result.report, result.snapshot
        if snapshot is None:
            why = "; ".join(problem.message for problem in report.problems)
        elif snapshot.unswept or any(one.reason == OUT_OF_TIME for one in report.incomplete):
            why = "the capture took too long"
        else:
            return report, snapshot
    raise RuntimeError(f"{case} could not be captured: {why}")


async def capture_to_store(driver: Driver, case: Case) -> tuple[Case, StoredSnapshot]:
    """Raises ``RuntimeError`` also where the stored snapshot would be judged otherwise than the live page."""
    report, snapshot = await capture(driver, case)
    again = replay_review(snapshot, case.options)
    if comparable(report, snapshot) != comparable(again, snapshot):
        raise RuntimeError(f"{case}: the rules say something else of the snapshot than of the page")
    return case, stored_snapshot.to_store(snapshot, case.options)


async def difference(driver: Driver, case: Case) -> str:
    """Where the stored snapshot is not what the browser gives now; empty where it is. Raises ``Unusable``."""
    stored_report, stored = stored_snapshot.replayed(case)
    report, live = await capture(driver, case)
    found = first_difference(stored, live)
    if not found and comparable(stored_report, stored) != comparable(report, live):
        found = f"the report was {comparable(stored_report, stored)} and is now {comparable(report, live)}"
    return f"{case}: {found}" if found else ""


def comparable(report: Report, snapshot: Snapshot) -> object:
    """What a report says of the page, without what changes from run to run."""
    incomplete = sorted((one.rule, one.reason, one.key, one.view) for one in report.incomplete)
    return described(report, snapshot), incomplete, sorted(report.passed)


def _run(rules: Sequence[str], *, check: bool) -> int:
    if check:
        cases = [case for rule in rules for case in all_cases(rule)]
        work = run_parallel(cases, difference, browser="", jobs=_JOBS, quiet=False, name=str)
        found = [text for text in asyncio.run(work) if text]
        print(*found, sep="\n")
        return 1 if found else 0
    return asyncio.run(_store(rules))


async def _store(rules: Sequence[str]) -> int:
    """Each rule is written as soon as its cases are captured; one that fails leaves its archive as it was."""
    failed = 0
    for rule in rules:
        try:
            captured = await run_parallel(
                all_cases(rule), capture_to_store, browser="", jobs=_JOBS, quiet=False, name=str
            )
        except RuntimeError as error:
            failed += 1
            print(error, file=sys.stderr)
        else:
            stored_snapshot.write(HERE / rule, dict(captured))
    return 1 if failed else 0


def main() -> int:
    known = sorted({case.rule for case in all_cases()})
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say which snapshots the browser no longer gives"
    )
    parser.add_argument("rules", nargs="*", metavar="RULE", help="folders of tests/rules; all of them by default")
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.rules) - set(known))
    if unknown:
        parser.error(f"no cases of {', '.join(unknown)}; there are {', '.join(known)}")
    # Text must measure as it does in the tests.
    os.environ["FONTCONFIG_FILE"] = str(HERE.parent / "fonts.conf")
    return _run(chosen.rules or known, check=chosen.check)


if __name__ == "__main__":
    sys.exit(main())
