"""What renders said of answers: kept, merged, and asked of a real page once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model_server.evaluation.ranking_bench import PolicyOutcome, compare_policies, format_table
from model_server.training.examples import NATURAL, Task
from model_server.training.verdicts import JudgedAnswer, JudgedTask, encode_line, judge_task, read_judged_tasks
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.models.shipped_policy import LocalPolicy
from relook_lsp.refine.trajectory import Reason
from tests.model.test_rewards import SEEN

SHOWN = JudgedTask(
    "a", "development", "x", "pale", False, "low-contrast", SEEN, {"del d1": JudgedAnswer(0.0, False, "not-better")}
)


def test_what_is_kept_comes_back_and_adds_up(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    more = replace(SHOWN, judged={"set e0 color s0": JudgedAnswer(1.0, True, "accepted")})
    path.write_text(
        encode_line(SHOWN)
        + encode_line(more)
        + encode_line(replace(SHOWN, task="b", observation=None))
        + encode_line(SHOWN)[:50]
    )
    known = read_judged_tasks(path)
    assert known["a"] == replace(SHOWN, judged={**SHOWN.judged, **more.judged})
    assert known["b"].observation is None


def test_what_was_said_of_another_observation_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    later = replace(SHOWN, observation=replace(SEEN, viewport="1280x800"), judged={})
    path.write_text(encode_line(SHOWN) + encode_line(later))
    assert read_judged_tasks(path) == {"a": later}


GOOD = {"del d1": JudgedAnswer(0.0, False, "not-better"), "set e0 color s0": JudgedAnswer(1.0, True, "accepted")}


def test_policies_are_compared_where_all_first_answers_are_known() -> None:
    shown = replace(SHOWN, judged=GOOD)
    right, wrong = ["set e0 color s0", "del d1"], ["del d1", "del d0", "set e0 color s0"]
    assert compare_policies(shown, {"a": right, "b": wrong}) == {
        "a": PolicyOutcome(True, True),
        "b": PolicyOutcome(False, True),
    }
    assert compare_policies(shown, {"a": right, "b": ["del d0"]}) is None
    assert compare_policies(shown, {"a": right, "b": []}) is None


def test_what_the_browser_drops_is_no_first_answer() -> None:
    shown = replace(SHOWN, judged={**GOOD, "set d0 = nonsense": JudgedAnswer(0.0, False, Reason.DROPPED.value)})
    ranked = {"a": ["set d0 = nonsense", "set e0 color s0"], "b": ["set d0 = nonsense", "del d1"]}
    assert compare_policies(shown, ranked) == {"a": PolicyOutcome(True, True), "b": PolicyOutcome(False, False)}
    assert compare_policies(shown, {"a": ["set d0 = nonsense"]}) is None


def test_the_table_counts_what_is_gained_and_lost() -> None:
    better = {"old": PolicyOutcome(False, True), "new": PolicyOutcome(True, True)}
    worse = {"old": PolicyOutcome(True, True), "new": PolicyOutcome(False, False)}
    lines = format_table([("development pages", better)] * 6 + [("held-out pages", worse)]).splitlines()
    assert "| development pages | new | 100 % (61-100, n = 6) | 100 % (61-100, n = 6) | 6 | 0 | p = 0.031 |" in lines
    assert "| all | new | 86 % (49-97, n = 7) | 86 % (49-97, n = 7) | 6 | 1 | p = 0.12 |" in lines


@pytest.mark.browser
async def test_a_real_page_is_asked_once(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>a</title><style>body{background:#fff}"
        "p{color:#bbb;margin:2rem}</style><p>Fresh bread from half past six</p>"
    )
    key = "html[1]/body[1]/p[1]"
    driver, model = Driver(""), LocalPolicy()
    try:
        nowhere = Task("train", "x", NATURAL, False, "low-contrast", key, Page(tmp_path, "a.html"), Patch(()), 0)
        gone = await judge_task(driver, nowhere, [model], 4, None)
        assert gone.observation is None and gone.judged == {}
        task = replace(nowhere, key=await _key(driver, nowhere.page))
        first = await judge_task(driver, task, [model], 4, None)
        assert len(first.judged) == 4 and any(said.accepted and said.worth > 0.9 for said in first.judged.values())
        made_up = {answer: JudgedAnswer(0.5, False, "kept") for answer in first.judged}
        again = await judge_task(driver, task, [model], 4, replace(first, judged=made_up))
        assert again.judged == made_up
    finally:
        await driver.close()


async def _key(driver: Driver, page: Page) -> str:
    from model_server.training.screening import SCREENING
    from relook_lsp.refine.search import clean_renderer

    review = await clean_renderer(driver, SCREENING)(page)
    (finding,) = (one for one in review.report.findings if one.rule == "low-contrast")
    return finding.key
