"""Critic and remote policy against a real vLLM with a tiny vision model of random weights. What it says means nothing;
that it follows the schema, and what happens where it cannot answer, is what is tested. The last test ends the server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Frame, Snapshot
from relook_lsp.models.answer_cache import AnswerCache
from relook_lsp.models.chat import ChatMessage, ChatModel, ChatRequest, ModelError
from relook_lsp.models.critic import MultimodalCritic, parse_critic_answer, widest_viewport
from relook_lsp.models.critic_prompt import DIMENSIONS, comparing_messages, comparison_schema
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from relook_lsp.models.numbered_marks import choose_marks
from relook_lsp.refine.proposers.policy import MAX_ASKED, PolicyProposer, remote_policy
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState, open_findings
from relook_lsp.review import config
from relook_lsp.review.critic_opinion import add_critic_opinion
from relook_lsp.review.pipeline import Review, ReviewSettings
from tests.model.real import Served, gone
from tests.model.test_endpoint import png

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    one = Served("critic")
    yield one
    if one.process.returncode is None:
        one.stop()


SLOW = 600.0
"""Seconds that an answer may take where other work runs beside the test."""


@pytest.fixture
def chat(served: Served) -> HttpChatModel:
    return HttpChatModel(Endpoint(served.url, timeout=SLOW))


async def test_it_says_what_to_paste(served: Served, chat: HttpChatModel) -> None:
    assert served.said[1].strip() == f'critic = {{ endpoint = "{served.url}", model = "relook-critic" }}'
    assert await chat.model() == "relook-critic"


async def test_critiques_by_schema(chat: HttpChatModel, seen: Review, snapshot: Snapshot, memory: AnswerCache) -> None:
    critic = MultimodalCritic(chat, memory)
    opinion, found = await critic.judge(snapshot, "sell apples")
    assert set(opinion.rubric) == set(DIMENSIONS) and 0 <= opinion.score <= 100
    keys = {mark.key for mark in choose_marks(snapshot.views_over_time(widest_viewport(snapshot))[-1])} | {"page"}
    assert all(one.key in keys and one.cause.path == "index.html" for one in found)
    result = await add_critic_opinion(Review(seen.report, snapshot), critic, config.resolve_config({}))
    assert result.report.opinion is not None and result.report.problems == seen.report.problems
    assert result.report.cost == seen.report.cost and chat.spent > 0


class Talkative(ChatModel):
    """A model of random weights mostly has nothing to say: the same schema, but with two critiques at least."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat

    async def model(self) -> str:
        return "talkative"

    async def answer(self, question: ChatRequest) -> list[str]:
        assert question.schema is not None
        schema = json.loads(json.dumps(question.schema))
        schema["properties"]["critiques"]["minItems"] = 2
        return await self._chat.answer(replace(question, schema=schema, temperature=1.0, tokens=4000))


async def test_critiques_lead_to_elements(chat: HttpChatModel, snapshot: Snapshot, memory: AnswerCache) -> None:
    _, found = await MultimodalCritic(Talkative(chat), memory).judge(snapshot)
    assert found
    source = snapshot.sources[snapshot.url].text
    for one in found:
        assert one.rule.removeprefix("critic-") in DIMENSIONS and one.source == "critic" and one.cost == 0
        assert source[one.cause.span.start] == "<" and one.message.isprintable()


@pytest.mark.parametrize("count", [1, 2, 3, 6])
async def test_several_pictures(chat: HttpChatModel, count: int) -> None:
    question = ChatRequest((ChatMessage("user", "Look.", (png(),) * count),), tokens=8)
    assert len(await chat.answer(question)) == 1
    spent = chat.spent
    assert spent > count


async def test_more_pictures_than_it_takes(chat: HttpChatModel) -> None:
    with pytest.raises(ModelError, match="answered 400"):
        await chat.answer(ChatRequest((ChatMessage("user", "Look.", (png(),) * 7),), tokens=8))


async def test_several_answers(chat: HttpChatModel) -> None:
    texts = await chat.answer(
        ChatRequest((ChatMessage("user", "Say something."),), samples=4, temperature=1.0, tokens=16)
    )
    assert len(texts) == 4 and len(set(texts)) > 1


async def test_a_comparison_in_both_orders(chat: HttpChatModel, snapshot: Snapshot, memory: AnswerCache) -> None:
    other = tuple(replace(v, frame=Frame(png())) if v.frame is not None else v for v in snapshot.views)
    lost = await MultimodalCritic(chat, memory).object_to(
        snapshot, replace(snapshot, views=other), widest_viewport(snapshot)
    )
    # Whatever it prefers at random: the same pair asked again gives the same verdict, from memory.
    spent = chat.spent
    assert (
        await MultimodalCritic(chat, memory).object_to(
            snapshot, replace(snapshot, views=other), widest_viewport(snapshot)
        )
        == lost
    )
    assert chat.spent == spent > 0
    for pair in (((png(),), (png(), png())), ((png(), png()), (png(),))):
        question = ChatRequest(comparing_messages("", *pair), tokens=600, schema=comparison_schema())
        assert parse_critic_answer((await chat.answer(question))[0], comparison_schema())["better"] in (
            "first",
            "second",
            "same",
        )


async def test_a_broken_picture(chat: HttpChatModel) -> None:
    with pytest.raises(ModelError, match="answered 400"):
        await chat.answer(ChatRequest((ChatMessage("user", "Look.", (b"no picture",)),), tokens=8))


async def test_a_schema_that_is_none(chat: HttpChatModel) -> None:
    with pytest.raises(ModelError, match="answered 400"):
        await chat.answer(ChatRequest((ChatMessage("user", "Answer."),), schema={"type": "no such type"}))
    assert await chat.answer(ChatRequest((ChatMessage("user", "Still there?"),), tokens=4))


async def test_more_text_than_fits(chat: HttpChatModel) -> None:
    with pytest.raises(ModelError, match=r"answered 400.*(context|longer|tokens)"):
        await chat.answer(ChatRequest((ChatMessage("user", "apples and pears " * 20_000),), tokens=8))


async def test_an_answer_that_does_not_fit(chat: HttpChatModel, snapshot: Snapshot) -> None:
    question = ChatRequest((ChatMessage("user", "Answer."),), tokens=4, schema=comparison_schema())
    with pytest.raises(ModelError, match="cut off after 4 tokens"):
        await chat.answer(question)


LONG = ChatRequest((ChatMessage("user", "Tell a long story."),), temperature=1.0, tokens=6000)


async def test_a_server_that_is_too_slow(served: Served, chat: HttpChatModel) -> None:
    with pytest.raises(ModelError, match=r"did not answer within 0\.3 s"):
        await HttpChatModel(Endpoint(served.url, "relook-critic", timeout=0.3)).answer(LONG)
    assert await chat.answer(ChatRequest((ChatMessage("user", "Still there?"),), tokens=4))


class Recorder(ChatModel):
    """Keeps what was asked."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.asked: list[ChatRequest] = []

    async def model(self) -> str:
        return await self._chat.model()

    async def answer(self, question: ChatRequest) -> list[str]:
        self.asked.append(question)
        return await self._chat.answer(question)


async def test_a_policy_that_talks_nonsense_proposes_nothing(
    chat: HttpChatModel, driver: Driver, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>t</title>"
        "<p style='color: #bbb'>Pale words on white</p>", "utf-8",
    )  # fmt: skip
    page = Page(tmp_path, "index.html")
    state = PageState(page, await clean_renderer(driver, ReviewSettings())(page))
    heard = Recorder(chat)
    policy = PolicyProposer("remote", remote_policy(heard), open_findings(state)[:1], large=True)
    assert await policy.propose(state, ()) is None
    assert policy.problem == "" and len(heard.asked) == MAX_ASKED
    first, last = heard.asked[0].messages[-1].text, heard.asked[-1].messages[-1].text
    assert "because:" not in first
    assert "because: not an edit" in last or "because: the answer holds no edit" in last


async def test_a_server_that_dies_in_the_middle(served: Served) -> None:
    """The last one: nothing answers after it."""
    pid = served.server()
    asked = asyncio.create_task(HttpChatModel(Endpoint(served.url, "relook-critic")).answer(LONG))
    await asyncio.sleep(1)
    assert not asked.done()
    os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    with pytest.raises(ModelError, match="cannot be reached"):
        await asked
    assert time.monotonic() - started < 60
    served.process.wait(60)
    code, errors = served.stop()
    assert code == 2 and "ended with code -9" in errors
    assert gone(pid)
