"""The client of chat endpoints against everything a server can do wrong."""

from __future__ import annotations

import asyncio
import io
import socket
import time

import pytest
from PIL import Image

from relook_lsp.models import endpoint
from relook_lsp.models.chat import ChatMessage, ChatRequest, ModelError
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from tests.model.fake import Reply, refused, said, scripted, serving

ASKED = ChatRequest((ChatMessage("user", "hello"),))


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (200, 10, 10)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "RETRY_AFTER", 0.0)


async def test_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELOOK_API_KEY", "secret")
    schema = {"type": "object"}
    question = ChatRequest((ChatMessage("system", "s"), ChatMessage("user", "u", (png(), png()))), 3, 0.7, 99, schema)
    async with serving(scripted([said("a", "b", "c")])) as server:
        assert await HttpChatModel(Endpoint(server.url, "m")).answer(question) == ["a", "b", "c"]
    (body,) = server.asked
    assert (body["model"], body["n"], body["temperature"], body["max_tokens"]) == ("m", 3, 0.7, 99)
    assert "seed" not in body
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["messages"][0] == {"role": "system", "content": "s"}
    assert server.pictures() and all(url.startswith("data:image/png;base64,") for url in server.pictures())
    assert len(server.pictures()) == 2
    assert server.keys == ["Bearer secret"]


async def test_the_key_is_only_sent_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELOOK_API_KEY", raising=False)
    async with serving(scripted([said("a")])) as server:
        await HttpChatModel(Endpoint(server.url, "m")).answer(ASKED)
    assert server.keys == [""]


async def test_without_a_model_the_first_of_the_server_answers() -> None:
    async with serving(scripted([said("a")]), model="served") as server:
        chat = HttpChatModel(Endpoint(server.url.removesuffix("/v1")))
        assert await chat.model() == "served"
        await chat.answer(ASKED)
    assert server.asked[0]["model"] == "served"


@pytest.mark.parametrize(
    "first", [refused(500, "boom"), refused(503, "busy"), refused(429, "slow down"), Reply("", drop=True)]
)
async def test_one_retry_where_the_server_failed(first: Reply) -> None:
    async with serving(scripted([first, said("a")])) as server:
        assert await HttpChatModel(Endpoint(server.url, "m")).answer(ASKED) == ["a"]
    assert len(server.asked) == 2


async def test_no_second_retry() -> None:
    async with serving(scripted([refused(500, "boom")])) as server:
        with pytest.raises(ModelError, match="answered 500: boom"):
            await HttpChatModel(Endpoint(server.url, "m")).answer(ASKED)
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_no_retry_where_the_question_was_wrong(status: int) -> None:
    async with serving(scripted([refused(status, "no such\n thing")])) as server:
        with pytest.raises(ModelError, match=f"answered {status}: no such thing"):
            await HttpChatModel(Endpoint(server.url, "m")).answer(ASKED)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "{}",
        '{"choices": []}',
        '{"choices": [{}]}',
        '{"choices": 3}',
        '{"choices": [{"message": 1}]}',
    ],
)
async def test_not_the_protocol(body: str) -> None:
    async with serving(scripted([Reply(body)])) as server:
        with pytest.raises(ModelError, match=r"did not answer in the OpenAI format|without a choice"):
            await HttpChatModel(Endpoint(server.url, "m")).answer(ASKED)


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelError, match="cannot be reached"):
        await HttpChatModel(Endpoint(url, "m")).answer(ASKED)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/v1", "http://[", ""])
async def test_not_an_address(url: str) -> None:
    with pytest.raises(ModelError, match=r"address|reached"):
        await HttpChatModel(Endpoint(url, "m")).answer(ASKED)


async def test_a_slow_server_is_given_up() -> None:
    async with serving(scripted([Reply("", delay=60)])) as server:
        started = time.monotonic()
        with pytest.raises(ModelError, match=r"did not answer within 0\.5 s"):
            await HttpChatModel(Endpoint(server.url, "m", timeout=0.5)).answer(ASKED)
        assert time.monotonic() - started < 30
        assert len(server.asked) == 1


async def test_who_cancels_hangs_up() -> None:
    async with serving(scripted([Reply("", delay=60)])) as server:
        task = asyncio.create_task(HttpChatModel(Endpoint(server.url, "m")).answer(ASKED))
        async with asyncio.timeout(30):
            await server.came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(30):
            await server.left.wait()


async def test_the_budget_ends() -> None:
    async with serving(scripted([said("a", tokens=60)])) as server:
        chat = HttpChatModel(Endpoint(server.url, "m", budget=100))
        await chat.answer(ASKED)
        await chat.answer(ASKED)
        assert chat.spent == 120
        with pytest.raises(ModelError, match="budget of 100 tokens"):
            await chat.answer(ASKED)
    assert len(server.asked) == 2


async def test_a_structured_answer_that_was_cut_off() -> None:
    async with serving(scripted([said('{"a": ', finish="length")])) as server:
        with pytest.raises(ModelError, match="cut off after 512 tokens"):
            await HttpChatModel(Endpoint(server.url, "m")).answer(
                ChatRequest(ASKED.messages, schema={"type": "object"})
            )


def test_a_question_is_known_by_all_it_holds() -> None:
    questions = [
        ASKED,
        ChatRequest((ChatMessage("user", "hello", (png(),)),)),
        ChatRequest((ChatMessage("system", "hello"),)),
        ChatRequest((ChatMessage("user", "hell"), ChatMessage("user", "o"))),
        ChatRequest(ASKED.messages, tokens=7),
        ChatRequest(ASKED.messages, schema={"type": "object"}),
    ]
    keys = {question.cache_key(model) for question in questions for model in ("a", "b")}
    assert len(keys) == 2 * len(questions)
    assert ASKED.cache_key("a") == ChatRequest((ChatMessage("user", "hello"),)).cache_key("a")
