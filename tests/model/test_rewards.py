"""What edits are worth, and examples told otherwise: pure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest

from model_server.training.augment import augment, augment_answers
from model_server.training.examples import NATURAL, Task, read_examples, read_tasks
from model_server.training.observation_ablation import ABLATIONS
from model_server.training.reward import LONGEST, compute_advantages, compute_reward, compute_worth
from model_server.training.task_weights import PRIORITY, compute_task_weights
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.models.edit_enumeration import enumerate_edits
from relook_lsp.models.edit_language import (
    DeclarationLine,
    ElementLine,
    LanguageError,
    Observation,
    SetDeclaration,
    SetProperty,
    SolvedValue,
    describe_edit,
    format_answer,
    parse_answer,
)
from relook_lsp.models.policy_prompt import compact_prompt
from relook_lsp.refine.trajectory import AcceptanceResult, PageState, Reason
from relook_lsp.review.pipeline import Review
from tests.refine.test_forced import state

SEEN = Observation(
    "low-contrast", "error", "m", 1, {"ratio": 1.3}, {"ratio": 4.5}, "375x812", 0, None,
    (ElementLine("p", "cause", (0, 0, 10, 10), "a"), ElementLine("div", "above", (0, 0, 20, 20), "")),
    (
        DeclarationLine(0, "margin", "0", "p"),
        DeclarationLine(0, "color", "#eee", "p"),
        DeclarationLine(1, "padding", "4px", "div"),
    ),
    (SolvedValue("color", "#666"), SolvedValue("color", "#000")),
)  # fmt: skip


def verdict(reason: Reason, cost: float | None = None) -> AcceptanceResult:
    return AcceptanceResult(reason, "", None if cost is None else state(cost), 1)


def earned(base: PageState, verdict: AcceptanceResult, length: int) -> float | None:
    return compute_reward(compute_worth(base, verdict), length)


def test_the_share_of_the_cost_that_goes() -> None:
    base = state(1.0)
    assert earned(base, verdict(Reason.ACCEPTED, 0.0), 0) == 1
    assert earned(base, verdict(Reason.ACCEPTED, 0.5), 0) == pytest.approx(0.5)
    assert earned(base, verdict(Reason.ACCEPTED, 0.0), LONGEST) == pytest.approx(0.8)
    assert earned(base, verdict(Reason.NOT_BETTER, 1.5), 0) == 0
    refused = earned(base, verdict(Reason.NEW_FINDING, 0.5), 0)
    assert refused is not None and 0 < refused < 0.5


@pytest.mark.parametrize("reason", [Reason.CONTENT_LOST, Reason.INVALID_RENDER, Reason.NOT_ALLOWED])
def test_hiding_is_worth_nothing_however_cheap(reason: Reason) -> None:
    assert earned(state(1.0), verdict(reason, 0.0), 0) == 0


def test_a_failure_of_the_environment_is_no_score() -> None:
    assert earned(state(1.0), verdict(Reason.INFRASTRUCTURE), 0) is None
    assert earned(PageState(Page(Path(), "a"), Review(state(0.0).review.report, None)), verdict(Reason.EMPTY), 0) == 0


def test_advantages_are_relative_and_skip_what_is_not_scored() -> None:
    found = compute_advantages([1.0, None, 0.0, 0.5])
    assert found is not None and found[1] == 0 and found[0] > 0 > found[2]
    assert sum(found) == pytest.approx(0)
    assert compute_advantages([None, 0.4]) is None
    assert compute_advantages([0.3, 0.3]) == [0.0, 0.0]


def test_told_otherwise_it_is_the_same_edit() -> None:
    seen = replace(SEEN, cause=2)
    for answer in ("set d1 s0", "set e1 color = red", "del d2", "del d1"):
        operations = parse_answer(answer, seen)
        for seed in range(40):
            told, same = augment(seen, operations, Random(seed))
            assert describe_edit(same, told) == describe_edit(operations, seen)
            assert parse_answer(format_answer(same, told), told) == same
            assert told.cause is not None and told.declarations[told.cause] == SEEN.declarations[2]


def test_all_answers_to_a_task_are_told_otherwise_together() -> None:
    answers = ["set d1 s0", "del d2", "set e1 color = red", "set d1 s0\ndel d2", "set d1"]
    for seed in range(40):
        told, reads = augment_answers(SEEN, answers, Random(seed))
        assert reads.pop("set d1") == "set d1"
        assert {a: describe_edit(parse_answer(r, told), told) for a, r in reads.items()} == {
            a: describe_edit(parse_answer(a, SEEN), SEEN) for a in answers[:-1]
        }


def test_what_solved_repairs_miss_is_drawn_more_often() -> None:
    def measured(kind: str, first: bool, part: str = "development pages") -> dict[str, object]:
        return {"policy": "solved", "part": part, "kind": kind, "first": first}

    records = [measured("a", True), measured("b", False), measured("b", True), measured("a", False, "held-out pages")]
    tasks = [SimpleNamespace(kind=kind) for kind in ("a", "b", "c", NATURAL)]
    assert compute_task_weights(cast("list[Task]", tasks), records) == [1, 1 + PRIORITY / 2, 1, 1 + PRIORITY]
    left = [*records, measured(NATURAL, True)]
    assert compute_task_weights(cast("list[Task]", tasks), left)[-1] == 1


def test_a_declaration_has_a_number_and_a_name() -> None:
    assert parse_answer("del d1", SEEN) == parse_answer("del e0 color", SEEN)
    assert parse_answer("set e0 color s0", SEEN) == parse_answer("set d1 s0", SEEN)
    assert parse_answer("set e0 width = 0", SEEN) == (SetProperty(0, "width", "0"),)
    for wrong in ("del e0 width", "del e2 color", "set e0 --ink s0", "set e0 color s9", "set e0 margin s0"):
        with pytest.raises(LanguageError):
            parse_answer(wrong, SEEN)


def test_the_cause_has_a_name_of_its_own() -> None:
    seen = replace(SEEN, cause=1)
    assert "\ncause e0 color: #eee\n" in compact_prompt(seen) and "cause e" not in compact_prompt(SEEN)
    assert parse_answer("del cause", seen) == parse_answer("del d1", seen)
    assert parse_answer("set cause s1", seen) == parse_answer("set e0 color s1", seen) == (SetDeclaration(1, "#000"),)
    assert format_answer(parse_answer("del e0 color\nset d1 = red", seen), seen) == "del cause\nset cause = red"
    assert enumerate_edits(seen, 0) == ["del cause", "set cause s0", "set cause s1"]
    for wrong in ("del cause", "set cause s0"):
        with pytest.raises(LanguageError):
            parse_answer(wrong, SEEN)


def test_a_slot_is_named_where_a_value_is_one() -> None:
    assert format_answer((SetDeclaration(1, "#000"),), SEEN) == "set e0 color s1"
    assert format_answer((SetProperty(0, "opacity", "1"),), SEEN) == "set e0 opacity = 1"


def test_tasks_without_an_answer_are_tasks_and_no_examples(tmp_path: Path) -> None:
    asked = {
        "split": "train", "source": "site", "kind": NATURAL, "held_out_kind": False, "rule": "small-target", "key": "1",
        "root": str(tmp_path), "entry": "index.html", "edits": [], "together": 0,
    }  # fmt: skip
    file = tmp_path / "natural.jsonl"
    file.write_text(f"{json.dumps(asked)}\n{json.dumps({'done': 'hash', 'tasks': 1})}\n", "utf-8")
    (task,) = read_tasks(file)
    assert (task.kind, task.rule, task.joint) == (NATURAL, "small-target", Patch(()))
    assert list(read_examples(file)) == []


def test_who_has_not_looked_is_told_nothing_measured() -> None:
    seen = replace(SEEN, measured={"ratio": 1.31}, required={"ratio": 4.5}, widths=(320, 480), places=3, cause=1)
    full, slots, source = (compact_prompt(ABLATIONS[name](seen)) for name in ("all", "slots", "source"))
    assert "1.31" in full and "320-480" in full and "10x10" in full and "s0 color: #666" in full
    for text in (slots, source):
        assert not [part for part in ("1.31", "4.5", "320", "375", "10x10", "x3", "cause e") if part in text]
        assert "rule low-contrast" in text and "d1 color: #eee" in text
    assert "s0 color: #666" in slots and "s0" not in source
