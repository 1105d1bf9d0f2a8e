"""A language model that the editor has, asked through the client. Nothing is sent unless client and settings say so."""

from __future__ import annotations

import asyncio
from typing import cast

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.models.chat import ChatMessage, ChatModel, ChatRequest, ModelError

SECONDS = 120.0
"""Until an answer is given up; the user may have to agree first."""


class EditorChatModel(ChatModel):
    """The model of this name; for an empty one the client chooses, and does not say which."""

    def __init__(self, ls: RelookServer, name: str = "") -> None:
        self._ls = ls
        self._name = name

    async def model(self) -> str:
        return self._name or "the editor's model"

    async def answer(self, question: ChatRequest) -> list[str]:
        params = protocol.CompleteParams(
            purpose=question.purpose,
            messages=[self._message_payload(message) for message in question.messages],
            model=self._name,
            samples=question.samples,
            tokens=question.tokens,
            schema=question.schema,
        )
        try:
            async with asyncio.timeout(SECONDS):
                # A cancelled wait for the client's answer would become an error toast.
                answer = await asyncio.shield(self._ls.protocol.send_request_async(protocol.COMPLETE, params))
        except TimeoutError:
            raise ModelError(f"The editor's language model did not answer within {SECONDS:g} s.") from None
        except JsonRpcException as error:
            # The client of ReLook says the whole reason; any other error is of the wire.
            known = error.code == lsp.LSPErrorCodes.RequestFailed
            said = error.message if known else f"The editor's language model could not be asked: {error.message}"
            raise ModelError(said) from error
        texts = [str(text) for text in cast("protocol.CompleteResult", answer).texts]
        if not texts:
            raise ModelError("The editor's language model gave no answer.")
        return texts

    def _message_payload(self, message: ChatMessage) -> protocol.ChatMessagePayload:
        pictures = [str(self._ls.session.pictures.write_image(png)) for png in message.pictures]
        return protocol.ChatMessagePayload(message.role, message.text, pictures)
