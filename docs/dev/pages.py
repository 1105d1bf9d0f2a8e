"""The table of docs/dev/pages.md: ``relook review ... --timings --output one.json`` of many pages, then ``python docs/dev/pages.py *.json``."""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any


def main(files: list[str]) -> None:
    pages: list[dict[str, Any]] = [
        page for file in files for page in json.loads(Path(file).read_text("utf-8"))["pages"]
    ]
    times = [page["milliseconds"] for page in pages if page["score"] is not None]
    problems = Counter(problem["kind"] for page in pages for problem in page["problems"])
    named = ", ".join(f"{number} {kind}" for kind, number in problems.most_common()) or "none"
    hangs = sum(any(finding["rule"] == "script-hang" for finding in page["findings"]) for page in pages)
    print(f"{len(pages)} pages, {len(times)} reviewed, {hangs} with a script that hangs. Problems: {named}.\n")
    print("| milliseconds | p50 | p95 | largest |\n|---|---|---|---|")
    for name in ("total", "capture", "critics"):
        values = sorted(one[name] for one in times)
        cuts = statistics.quantiles(values, n=20)
        print(f"| {name} | {statistics.median(values):.0f} | {cuts[18]:.0f} | {values[-1]:.0f} |")
    print("\n| rule | findings | error | warning | information | pages | not decided |\n|---|---|---|---|---|---|---|")
    severities: dict[str, Counter[str]] = defaultdict(Counter)
    on: dict[str, set[int]] = defaultdict(set)
    undecided: Counter[str] = Counter()
    for number, page in enumerate(pages):
        for finding in page["findings"]:
            # What axe-core says is one line.
            rule = finding["rule"] if finding["source"] == "measured" else finding["source"]
            severities[rule][finding["severity"]] += 1
            on[rule].add(number)
        undecided.update(one["rule"] for one in page["incomplete"])
    for rule in sorted({*severities, *undecided}):
        found = severities[rule]
        row = (
            sum(found.values()),
            found["error"],
            found["warning"],
            found["information"],
            len(on[rule]),
            undecided[rule],
        )
        print(f"| {rule} | {' | '.join(map(str, row))} |")
    reasons = Counter(one["reason"] for page in pages for one in page["incomplete"])
    print("\n| why not decided | times |\n|---|---|")
    for reason, number in reasons.most_common():
        print(f"| {reason} | {number} |")


if __name__ == "__main__":
    main(sys.argv[1:])
