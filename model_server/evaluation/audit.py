"""Contact sheets of accepted edits for a person to check: ``python -m model_server.evaluation.audit``.

Draws accepted answers from stored verdicts at random, one a task, renders each task again, verifies the edit again, and
lays pictures from before and after side by side: the whole window, and the place. An edit that made something worse
passed a condition that should have refused it.
"""

from __future__ import annotations

import argparse
import asyncio
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from model_server.training.examples import Task, read_tasks
from model_server.training.screening import SCREENING
from model_server.training.sources import training_folder
from model_server.training.task_state import find_task_state, judge_answer
from model_server.training.verdicts import JudgedTask, read_judged_tasks
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import View
from relook_lsp.models.edit_language import describe_edit, parse_answer
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.proposers.observation import observe_group
from relook_lsp.refine.verifier import Verifier
from relook_lsp.report.finding_crops import OUTLINE, view_of_finding
from relook_lsp.review.parallel import run_parallel

ROWS = 8
WINDOW, PLACE, HIGH, TITLE = 240, 520, 300, 18
"""Pixels of a sheet: widths of the two kinds of pictures, greatest height of a row, height of its title."""
AROUND = 120
"""CSS pixels shown around the place."""

Cell = Image.Image
SheetRow = tuple[str, tuple[Cell, ...]]
"""A title, and what stands below it from left to right."""


@dataclass(frozen=True)
class AuditedEdit:
    task: Task
    answer: str


def draw_accepted(tasks: Iterable[Task], shown: dict[str, JudgedTask], count: int, random: Random) -> list[AuditedEdit]:
    """One accepted answer of as many tasks, in random order. Pure but for ``random``."""
    found: list[AuditedEdit] = []
    for task in tasks:
        known = shown.get(task.identity)
        accepted = [answer for answer, said in known.judged.items() if said.accepted] if known is not None else []
        if accepted:
            found.append(AuditedEdit(task, random.choice(accepted)))
    random.shuffle(found)
    return found[:count]


async def render_before_after(driver: Driver, one: AuditedEdit) -> SheetRow | str:
    """Pictures before and after; a sentence where there are none. Raises ``RelookError``."""
    async with CandidateRenderer(driver, SCREENING) as stage:
        found = await find_task_state(one.task, stage.render)
        observed = observe_group(*found) if found is not None else None
        if found is None or observed is None:
            return "the finding is not there any more"
        state, aim = found
        verdict = await judge_answer(
            state, observed, one.answer, Verifier(stage.render, screen=stage.screen_candidate).aimed_at(aim)
        )
        if not verdict.is_accepted or verdict.state is None or verdict.state.review.snapshot is None:
            return f"refused this time: {verdict.reason.value}"
        said = describe_edit(parse_answer(one.answer, observed.observation), observed.observation)
        worst = max(aim, key=lambda finding: finding.cost)
        assert state.review.snapshot is not None
        before = view_of_finding(state.review.snapshot, worst)
        after = view_of_finding(verdict.state.review.snapshot, worst)
        if before is None or after is None:
            return "there is no picture"
        title = f"{one.task.kind} · {one.task.rule} · {one.task.source}/{one.task.page.entry} · {said}"
        return title, (*_crop_cells(before, worst.box), *_crop_cells(after, worst.box))


def _crop_cells(view: View, box: Rect) -> Iterator[Cell]:
    """The window, with the place outlined, and the place."""
    assert view.frame is not None
    with Image.open(io.BytesIO(view.frame.png)) as opened:
        image = opened.convert("RGB")
    place = (
        max(0, round(box.x) - AROUND),
        max(0, round(box.y) - AROUND),
        min(image.width, round(box.right) + AROUND, round(box.x) + 2 * PLACE),
        min(image.height, round(box.bottom) + AROUND, round(box.y) + 2 * HIGH),
    )
    part = image.crop(place) if place[0] < place[2] and place[1] < place[3] else image
    whole = image.copy()
    ImageDraw.Draw(whole).rectangle((box.x, box.y, box.right, box.bottom), outline=OUTLINE, width=3)
    yield _fit_width(whole, WINDOW)
    yield _fit_width(part, PLACE)


def _fit_width(image: Image.Image, width: int) -> Cell:
    """At most as large as its cell; of a high page the upper part."""
    scale = min(1.0, width / image.width)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS).crop((0, 0, size[0], min(size[1], HIGH)))


def compose_sheet(rows: Sequence[SheetRow], first: int) -> Image.Image:
    """The rows below one another, numbered from ``first``. Pure."""
    heights = [TITLE + max(cell.height for cell in cells) for _, cells in rows]
    paper = Image.new("RGB", (2 * (WINDOW + PLACE), sum(heights)), "white")
    draw = ImageDraw.Draw(paper)
    top = 0
    for index, ((title, cells), height) in enumerate(zip(rows, heights, strict=True)):
        draw.rectangle((0, top, paper.width, top + TITLE - 2), fill=(30, 41, 59))
        draw.text((6, top + 3), f"{first + index} · {title}"[:240], fill="white")
        left = 0
        for cell, width in zip(cells, (WINDOW, PLACE) * 2, strict=True):
            paper.paste(cell, (left, top + TITLE))
            left += width
        draw.line((left // 2, top, left // 2, top + height), fill=(30, 41, 59), width=2)
        top += height
    return paper


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.evaluation.audit", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[training_folder() / "examples.jsonl", training_folder() / "natural.jsonl"],
    )
    parser.add_argument("--verdicts", type=Path, default=training_folder() / "verdicts.jsonl")
    parser.add_argument("--out", type=Path, default=training_folder() / "audit", help="folder for the sheets")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="pages side by side")
    options = parser.parse_args(argv)
    tasks = {task.identity: task for path in options.data for task in read_tasks(path)}
    todo = draw_accepted(tasks.values(), read_judged_tasks(options.verdicts), options.count, Random(options.seed))
    if not todo:
        raise SystemExit(f"No accepted answer in {options.verdicts} is to a task of {options.data}.")
    rows: list[SheetRow] = []
    missed: list[str] = []

    async def one(driver: Driver, unit: AuditedEdit) -> None:
        try:
            seen = await render_before_after(driver, unit)
        except RelookError as error:
            seen = str(error)
        if isinstance(seen, str):
            missed.append(seen)
        else:
            rows.append(seen)

    asyncio.run(
        run_parallel(todo, one, browser="", jobs=options.jobs, quiet=False, name=lambda unit: unit.task.page.entry)
    )
    options.out.mkdir(parents=True, exist_ok=True)
    for at in range(0, len(rows), ROWS):
        compose_sheet(rows[at : at + ROWS], at + 1).save(options.out / f"{at // ROWS + 1:03}.png")
    print(f"{len(rows)} of {len(todo)} accepted edits on sheets in {options.out}")
    for reason in sorted(set(missed)):
        print(f"{missed.count(reason)} left out: {reason}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
