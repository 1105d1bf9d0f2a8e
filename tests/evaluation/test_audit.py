"""Accepted edits on sheets of pictures, for a person to look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from model_server.evaluation.audit import (
    HIGH,
    PLACE,
    TITLE,
    WINDOW,
    AuditedEdit,
    compose_sheet,
    draw_accepted,
    render_before_after,
)
from model_server.training.examples import NATURAL, Task
from model_server.training.screening import SCREENING
from model_server.training.verdicts import JudgedAnswer, JudgedTask
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.refine.search import clean_renderer

PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>a</title><style>body{background:#fff}
p{color:#bbb;margin:2rem;font:16px sans-serif}</style><p>Fresh bread from half past six</p>"""


def task(root: Path, key: str) -> Task:
    return Task("train", "x", NATURAL, False, "low-contrast", key, Page(root, "a.html"), Patch(()), 0)


def test_one_accepted_answer_of_a_task_is_drawn(tmp_path: Path) -> None:
    tasks = [task(tmp_path, str(n)) for n in range(5)]
    said = {
        "del d0": JudgedAnswer(0, False, "not better"),
        "del d1": JudgedAnswer(1, True, "accepted"),
        "del d2": JudgedAnswer(1, True, "accepted"),
    }
    known = {
        one.identity: JudgedTask(one.identity, "train", "x", NATURAL, False, "low-contrast", None, said)
        for one in tasks[:3]
    }
    known[tasks[0].identity].judged = {"del d0": said["del d0"]}
    found = draw_accepted(tasks, known, 10, Random(1))
    assert {one.task.key for one in found} == {"1", "2"} and {one.answer for one in found} <= {"del d1", "del d2"}
    assert found == draw_accepted(tasks, known, 10, Random(1)) and len(draw_accepted(tasks, known, 1, Random(1))) == 1


def test_rows_lie_below_one_another_as_high_as_they_are() -> None:
    low, high = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (PLACE, HIGH), "blue")
    paper = compose_sheet([("one", (low, low, low, low)), ("two", (low, low, low, high))], 1)
    assert paper.size == (2 * (WINDOW + PLACE), 30 + HIGH + 2 * TITLE)
    assert paper.getpixel((5, TITLE + 5)) == (255, 0, 0)
    assert paper.getpixel((2 * WINDOW + PLACE + 5, 30 + 2 * TITLE + 5)) == (0, 0, 255)


@pytest.mark.browser
async def test_before_and_after_are_pictures_of_the_page(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    review = await clean_renderer(driver, SCREENING)(Page(tmp_path, "a.html"))
    (finding,) = (one for one in review.report.findings if one.rule == "low-contrast")
    one = AuditedEdit(task(tmp_path, finding.key), "set cause = #222")
    row = await render_before_after(driver, one)
    assert not isinstance(row, str)
    title, (_, before, _, after) = row
    assert title.endswith("color: #222")
    darkest = [min(low for low, _ in cell.getextrema()) for cell in (before, after)]  # type: ignore[misc]
    assert darkest[0] > 100 > darkest[1]
    assert await render_before_after(driver, replace(one, answer="set cause = #bbc")) == "refused this time: not better"
    gone = await render_before_after(driver, replace(one, task=replace(one.task, rule="text-too-small")))
    assert gone == "the finding is not there any more"
