"""The load test itself, against a server that answers at once."""

from __future__ import annotations

import json

import pytest

from model_server.serve.load_test import make_prompt, measure_load, percentile
from tests.model.fake import Reply, scripted, serving


def completion() -> Reply:
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return Reply(json.dumps({"choices": [{"message": {"content": "x"}}], "usage": usage}))


async def test_every_request_is_made_once_and_no_two_are_alike() -> None:
    async with serving(scripted([completion()])) as server:
        row = await measure_load(server.url, 4, 10, 64, 2)
    assert len(server.asked) == len(row.latencies) == 10
    assert (row.prompt_tokens, row.answer_tokens) == (1000, 200)
    assert len({json.dumps(body["messages"]) for body in server.asked}) == 10
    assert all(body["n"] == 2 and body["max_tokens"] == 64 and "seed" not in body for body in server.asked)


@pytest.mark.parametrize(("part", "value"), [(0.5, 2.0), (0.75, 3.0), (0.95, 4.0), (1.0, 4.0), (0.01, 1.0)])
def test_percentile(part: float, value: float) -> None:
    assert percentile((4.0, 1.0, 3.0, 2.0), part) == value


def test_prompts_differ() -> None:
    assert len({make_prompt(number) for number in range(100)}) == 100
