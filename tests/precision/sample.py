"""Findings drawn at random for a person to judge, as sheets of captioned pictures.

``relook review PAGES --save-snapshots DIR`` for each set of pages, then
``python -m tests.precision.sample SET=DIR ... --half fresh --output SHEETS``. The rules of the day judge the stored
snapshots, so that a mended rule is looked at again without a browser.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from relook_lsp.core.finding import Finding, Severity
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.report.finding_crops import crop_finding
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.review.snapshot_store import load_review, snapshot_paths
from tests.precision.table import judged

A_PAGE = 3
"""Findings of one rule that one page gives at most, so that no page speaks for a rule."""

CELL = (460, 300)
CAPTION = 88
"""Pixels, of which the caption takes the upper part."""

COLUMNS, ROWS = 3, 4


class Drawn(NamedTuple):
    page: str
    """``set/entry``, as ``judged.jsonl`` names it."""
    finding: Finding
    places: int
    """How many findings share its rule and cause."""
    picture: bytes | None


def half(entry: str) -> str:
    """``development`` or ``fresh``, by a hash of the page's path in its set."""
    return "fresh" if hashlib.sha256(entry.encode()).digest()[-1] % 2 else "development"


def shown(snapshot: Snapshot, finding: Finding) -> bytes | None:
    """The place with what is around it."""
    return crop_finding(snapshot, finding, margin=90)


def findings(name: str, file: Path, wanted: str, rules: Sequence[str], source: str) -> Iterator[Drawn]:
    """One finding a cause of severity warning or error, of pages of the half that is asked for."""
    stored = load_review(file)
    if half(stored.page) != wanted or stored.snapshot is None:
        return
    report = stored.review().report
    for group in group_by_cause(f for f in report.findings if f.source == source):
        one = group[0]
        if one.severity is not Severity.INFORMATION and (not rules or one.rule in rules):
            yield Drawn(f"{name}/{stored.page}", one, len(group), shown(stored.snapshot, one))


def draw(found: Sequence[Drawn], count: int, seed: int) -> list[Drawn]:
    """At most ``count`` of a rule, those of the first sets (in the order given) before any other; never one that was
    judged before."""
    known = {(one.page, one.rule, one.key) for one in judged()}
    order = {name: index for index, name in enumerate(dict.fromkeys(one.page.split("/")[0] for one in found))}
    by_rule: dict[str, list[Drawn]] = defaultdict(list)
    for one in found:
        if (one.page, one.finding.rule, one.finding.key) not in known:
            by_rule[one.finding.rule].append(one)
    chosen: list[Drawn] = []
    for rule in sorted(by_rule):
        mixed = random.Random(f"{seed} {rule}").sample(by_rule[rule], len(by_rule[rule]))
        taken: dict[str, int] = defaultdict(int)
        for one in sorted(mixed, key=lambda one: order[one.page.split("/")[0]]):
            if sum(taken.values()) < count and taken[one.page] < A_PAGE:
                taken[one.page] += 1
                chosen.append(one)
    return chosen


def sheet(number: int, part: Sequence[tuple[int, Drawn]]) -> Image.Image:
    """Up to twelve findings; the caption begins with the number in the list."""
    width, height = CELL
    image = Image.new("RGB", (width * COLUMNS, height * ROWS), "#777")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(13)
    for index, (at, one) in enumerate(part):
        left, top = index % COLUMNS * width, index // COLUMNS * height
        finding = one.finding
        text = f"{at}. {finding.rule} [{finding.view}] x{one.places} {finding.message} | {finding.selector[-60:]} | {one.page[-50:]}"
        pen.rectangle((left, top, left + width - 4, top + CAPTION), fill="white")
        pen.text((left + 3, top), "\n".join(textwrap.wrap(text, 66)[:5]), fill="black", font=font)
        if one.picture is not None:
            with Image.open(io.BytesIO(one.picture)) as picture:
                picture.thumbnail((width - 4, height - CAPTION - 4))
                image.paste(picture, (left, top + CAPTION))
    return image


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="SET=DIR")
    parser.add_argument("--half", choices=("development", "fresh"), required=True)
    parser.add_argument("--rule", action="append", default=[])
    parser.add_argument("--source", choices=("measured", "axe"), default="measured")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    found: list[Drawn] = []
    for word in options.sets:
        name, _, folder = word.partition("=")
        for file in snapshot_paths(Path(folder)):
            found += findings(name, file, options.half, options.rule, options.source)
    chosen = list(enumerate(draw(found, options.count, options.seed)))
    options.output.mkdir(parents=True, exist_ok=True)
    size = COLUMNS * ROWS
    for start in range(0, len(chosen), size):
        sheet(start // size, chosen[start : start + size]).save(options.output / f"{start // size:02}.png")
    lines = [
        json.dumps(
            {
                "sample": options.half,
                "page": one.page,
                "rule": one.finding.rule,
                "key": one.finding.key,
                "message": one.finding.message,
            }
        )
        for _, one in chosen
    ]
    (options.output / "drawn.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
