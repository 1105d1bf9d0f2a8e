"""The policy that ships: read without torch, offline, the same answers twice; and edits of it that the verifier accepts."""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.cli import main
from relook_lsp.models.chat import ModelError
from relook_lsp.models.edit_enumeration import enumerate_edits
from relook_lsp.models.edit_language import parse_answer
from relook_lsp.models.shipped_policy import ANSWERS, WEIGHTS, LocalPolicy, truncate_prompt
from tests.model.test_rewards import SEEN

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kiosk</title>
<link rel="stylesheet" href="a.css">
<h1>Kiosk</h1>
<div class="card"><p class="hours">Open from six to ten, and on Sundays until noon.</p></div>
</html>
"""
CSS = "body { margin: 16px; font: 16px/1.5 sans-serif }\n.card { padding: 12px; background: #fff }\n.hours { color: #c4c4c4 }\n"


@pytest.fixture(scope="module")
def local() -> LocalPolicy:
    return LocalPolicy()


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 15_000_000


def test_the_same_observation_gets_the_same_answers(local: LocalPolicy) -> None:
    answers = local.sample_answers(SEEN)
    assert answers == LocalPolicy().sample_answers(SEEN)
    assert 1 <= len(answers) == len(set(answers)) <= ANSWERS


def test_every_named_edit_is_one_and_stands_once() -> None:
    answers = enumerate_edits(SEEN, 2)
    assert len({parse_answer(answer, SEEN) for answer in answers}) == len(answers) == 7
    assert {"del e0 color", "set e0 color s1", "set e1 color s0", "del e1 padding"} <= set(answers)
    assert not any(answer.startswith(("del e1", "set e1")) for answer in enumerate_edits(SEEN, 1))


def test_what_the_observation_names_is_answered_whatever_is_drawn(local: LocalPolicy) -> None:
    assert set(local.sample_answers(SEEN)) >= set(enumerate_edits(SEEN, 2))


@pytest.mark.parametrize("rule", ["low-contrast", "text-clipped", "page-scrolls-sideways", "text-too-small"])
def test_what_is_not_there_is_not_answered(rule: str, local: LocalPolicy) -> None:
    """For an element without a declaration the weights would remove one."""
    bare = replace(SEEN, rule=rule, declarations=())
    assert all(parse_answer(answer, bare) for answer in local.sample_answers(bare))


def test_it_needs_neither_torch_nor_a_network(local: LocalPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert local.sample_answers(SEEN)
    assert "torch" not in sys.modules


def test_a_folder_without_weights_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        LocalPolicy(tmp_path)


def test_what_is_cut_from_a_long_prompt_is_the_middle() -> None:
    assert truncate_prompt(list(range(300)), 400) == list(range(300))
    short = truncate_prompt(list(range(1000)), 200)
    assert len(short) == 200 and short[0] == 0 and short[-1] == 999


@pytest.mark.browser
def test_its_edit_is_verified_and_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "relook.toml").write_text('viewports = ["375x812", "1280x800"]\nmoments = [0]\nsweep = [320, 1400]\n')
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    (tmp_path / "a.css").write_text(CSS, "utf-8")
    assert main(["refine", str(tmp_path / "a.html"), "--policy", "local", "--format", "json"]) == 0
    (page,) = json.loads(capsys.readouterr().out)["pages"]
    assert [one["rule"] for one in page["fixed"]] == ["low-contrast"] and page["remaining"] == []
    accepted = [one for one in page["trajectory"] if one["accepted"]]
    assert [one["proposer"] for one in accepted] == ["local"]
