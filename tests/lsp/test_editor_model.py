"""The editor's own model as critic: asked through the client, pictures as files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInternalError

from relook_lsp.lsp import protocol
from relook_lsp.lsp.editor_model import EditorChatModel
from relook_lsp.models.chat import ChatMessage, ChatRequest, ModelError
from relook_lsp.session.image_files import ImageFiles
from tests.model.test_endpoint import png


def server(answer: Any) -> tuple[Any, list[protocol.CompleteParams]]:
    """As much of the language server as a question needs; ``answer`` is returned, or raised."""
    asked: list[protocol.CompleteParams] = []

    async def send(method: str, params: protocol.CompleteParams) -> Any:
        assert method == protocol.COMPLETE
        asked.append(params)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(
        protocol=SimpleNamespace(send_request_async=send), session=SimpleNamespace(pictures=ImageFiles())
    ), asked


QUESTION = ChatRequest(
    (ChatMessage("system", "s"), ChatMessage("user", "u", (png(), png()))),
    2,
    tokens=99,
    schema={"type": "object"},
    purpose="critic",
)


async def test_what_the_client_is_asked() -> None:
    ls, asked = server(protocol.CompleteResult(["a", "b"]))
    assert await EditorChatModel(ls, "vision").answer(QUESTION) == ["a", "b"]
    (one,) = asked
    assert (one.purpose, one.model, one.samples, one.tokens, one.schema) == (
        "critic",
        "vision",
        2,
        99,
        {"type": "object"},
    )
    assert [(m.role, m.text, len(m.pictures)) for m in one.messages] == [("system", "s", 0), ("user", "u", 2)]
    ls.session.pictures.close()


async def test_opinions_of_models_are_kept_apart() -> None:
    ls, _ = server(protocol.CompleteResult(["a"]))
    names = [await EditorChatModel(ls, name).model() for name in ("", "vision", "other")]
    assert len({QUESTION.cache_key(name) for name in names}) == 3
    ls.session.pictures.close()


async def test_the_reason_of_the_editor_is_said_alone() -> None:
    ls, _ = server(JsonRpcException("ReLook may not use it.", lsp.LSPErrorCodes.RequestFailed.value))
    with pytest.raises(ModelError, match=r"^ReLook may not use it\.$"):
        await EditorChatModel(ls).answer(QUESTION)
    ls.session.pictures.close()


@pytest.mark.parametrize("answer", [JsonRpcInternalError("no leave"), protocol.CompleteResult([])])
async def test_a_client_that_does_not_answer(answer: Any) -> None:
    ls, _ = server(answer)
    with pytest.raises(ModelError, match="editor's language model"):
        await EditorChatModel(ls).answer(QUESTION)
    ls.session.pictures.close()
