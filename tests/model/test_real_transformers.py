"""The small server without vLLM, with a real tiny model: the same protocol, the same client."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from relook_lsp.models.chat import ChatMessage, ChatRequest, ModelError
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from tests.model.real import Served, gone
from tests.model.test_endpoint import png

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]

KEY = "for this test"
ASKED = ChatRequest((ChatMessage("system", "You repair pages."), ChatMessage("user", "rule low-contrast")), tokens=12)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    one = Served("policy", "--engine", "transformers", key=KEY)
    pid = one.server()
    yield one
    assert one.stop() == (0, "")
    assert gone(pid)


@pytest.fixture
def chat(served: Served, monkeypatch: pytest.MonkeyPatch) -> HttpChatModel:
    monkeypatch.setenv("RELOOK_API_KEY", KEY)
    return HttpChatModel(Endpoint(served.url))


async def test_the_greedy_answer_is_always_the_same(chat: HttpChatModel) -> None:
    assert await chat.model() == "relook-policy"
    first = await chat.answer(ASKED)
    assert first == await chat.answer(ASKED) and len(first) == 1
    assert chat.spent > 24


async def test_samples_differ(chat: HttpChatModel) -> None:
    texts = await chat.answer(ChatRequest(ASKED.messages, samples=8, temperature=1.0, tokens=12))
    assert len(texts) == 8 and len(set(texts)) > 1


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_the_key_is_asked_for(served: Served, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("RELOOK_API_KEY", key)
    with pytest.raises(ModelError, match="answered 401"):
        await HttpChatModel(Endpoint(served.url, "relook-policy")).answer(ASKED)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (ChatRequest((ChatMessage("user", "apples " * 9000),)), "maximum context length is 8192"),
        (ChatRequest(ASKED.messages, schema={"type": "object"}), "'response_format' needs vLLM"),
        (ChatRequest((ChatMessage("user", "Look.", (png(),)),)), "reads text only"),
        (ChatRequest(ASKED.messages, samples=1000), "n is 1 to 64"),
        (ChatRequest(()), "reads text only"),
    ],
)
async def test_what_it_cannot_do_is_said(chat: HttpChatModel, question: ChatRequest, said: str) -> None:
    with pytest.raises(ModelError, match=f"answered 400: .*{said}"):
        await chat.answer(question)


async def test_another_model(served: Served, chat: HttpChatModel) -> None:
    with pytest.raises(ModelError, match="There is no model 'gpt'"):
        await HttpChatModel(Endpoint(served.url, "gpt")).answer(ASKED)


def test_it_ends_with_its_launcher_killed_politely() -> None:
    one = Served("policy", "--engine", "transformers")
    pid = one.server()
    assert one.stop(signal.SIGINT) == (0, "")
    assert gone(pid)
