"""What renders said of answers: kept, merged, and asked of a real page once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model_server.evaluation.ranking_bench import Outcome, outcomes, table
from model_server.training.examples import NATURAL, Task
from model_server.training.verdicts import Said, Shown, ask, line, load
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.models.local import Local
from relook_lsp.refine.trajectory import Reason
from tests.model.test_rewards import SEEN

SHOWN = Shown("a", "development", "x", "pale", False, "low-contrast", SEEN, {"del d1": Said(0.0, False, "not-better")})


def test_what_is_kept_comes_back_and_adds_up(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    more = replace(SHOWN, said={"set e0 color s0": Said(1.0, True, "accepted")})
    path.write_text(line(SHOWN) + line(more) + line(replace(SHOWN, task="b", observation=None)) + line(SHOWN)[:50])
    known = load(path)
    assert known["a"] == replace(SHOWN, said={**SHOWN.said, **more.said})
    assert known["b"].observation is None


def test_what_was_said_of_another_observation_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    later = replace(SHOWN, observation=replace(SEEN, viewport="1280x800"), said={})
    path.write_text(line(SHOWN) + line(later))
    assert load(path) == {"a": later}


GOOD = {"del d1": Said(0.0, False, "not-better"), "set e0 color s0": Said(1.0, True, "accepted")}


def test_policies_are_compared_where_all_first_answers_are_known() -> None:
    shown = replace(SHOWN, said=GOOD)
    right, wrong = ["set e0 color s0", "del d1"], ["del d1", "del d0", "set e0 color s0"]
    assert outcomes(shown, {"a": right, "b": wrong}) == {"a": Outcome(True, True), "b": Outcome(False, True)}
    assert outcomes(shown, {"a": right, "b": ["del d0"]}) is None
    assert outcomes(shown, {"a": right, "b": []}) is None


def test_what_the_browser_drops_is_no_first_answer() -> None:
    shown = replace(SHOWN, said={**GOOD, "set d0 = nonsense": Said(0.0, False, Reason.DROPPED.value)})
    ranked = {"a": ["set d0 = nonsense", "set e0 color s0"], "b": ["set d0 = nonsense", "del d1"]}
    assert outcomes(shown, ranked) == {"a": Outcome(True, True), "b": Outcome(False, False)}
    assert outcomes(shown, {"a": ["set d0 = nonsense"]}) is None


def test_the_table_counts_what_is_gained_and_lost() -> None:
    better = {"old": Outcome(False, True), "new": Outcome(True, True)}
    worse = {"old": Outcome(True, True), "new": Outcome(False, False)}
    lines = table([("development pages", better)] * 6 + [("held-out pages", worse)]).splitlines()
    assert "| development pages | new | 100 % (61-100, n = 6) | 100 % (61-100, n = 6) | 6 | 0 | p = 0.031 |" in lines
    assert "| all | new | 86 % (49-97, n = 7) | 86 % (49-97, n = 7) | 6 | 1 | p = 0.12 |" in lines


@pytest.mark.browser
async def test_a_real_page_is_asked_once(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>a</title><style>body{background:#fff}"
        "p{color:#bbb;margin:2rem}</style><p>Fresh bread from half past six</p>"
    )
    key = "html[1]/body[1]/p[1]"
    driver, model = Driver(""), Local()
    try:
        nowhere = Task("train", "x", NATURAL, False, "low-contrast", key, Page(tmp_path, "a.html"), Patch(()), 0)
        gone = await ask(driver, nowhere, [model], 4, None)
        assert gone.observation is None and gone.said == {}
        task = replace(nowhere, key=await _key(driver, nowhere.page))
        first = await ask(driver, task, [model], 4, None)
        assert len(first.said) == 4 and any(said.accepted and said.worth > 0.9 for said in first.said.values())
        made_up = {answer: Said(0.5, False, "kept") for answer in first.said}
        again = await ask(driver, task, [model], 4, replace(first, said=made_up))
        assert again.said == made_up
    finally:
        await driver.close()


async def _key(driver: Driver, page: Page) -> str:
    from model_server.training.screen import SCREEN
    from relook_lsp.refine.refine import looker

    review = await looker(driver, SCREEN)(page)
    (finding,) = (one for one in review.report.findings if one.rule == "low-contrast")
    return finding.key
