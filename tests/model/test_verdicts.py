"""What renders said of answers: kept, merged, and asked of a real page once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model_server.training.examples import NATURAL, Task
from model_server.training.verdicts import Said, Shown, ask, line, load, score
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.models.local import Local
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


def test_a_score_leaves_out_what_is_not_known() -> None:
    good = {"del d1": Said(0.0, False, "not-better"), "set e0 color s0": Said(1.0, True, "accepted")}
    shown = [replace(SHOWN, task=name, said=good) for name in "abc"]
    ranked = {"a": ["set e0 color s0", "del d1"], "b": ["del d1", "del d0", "set e0 color s0"], "c": ["del d0"]}
    assert score(shown, ranked) == {"tasks": 2, "first": 1, "fixed": 2, "unknown": 1}


@pytest.mark.browser
async def test_a_real_page_is_asked_once(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>a</title><style>body{background:#fff}"
        "p{color:#bbb;margin:2rem}</style><p>Fresh bread from half past six</p>"
    )
    key = "html[1]/body[1]/p[1]"
    driver, model = Driver(""), Local()
    try:
        nowhere = Task("train", "x", NATURAL, False, "low-contrast", key, Page(tmp_path, "a.html"), Patch(()))
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
    from model_server.training.tasks import SCREEN
    from relook_lsp.refine.refine import looker

    review = await looker(driver, SCREEN)(page)
    (finding,) = (one for one in review.report.findings if one.rule == "low-contrast")
    return finding.key
