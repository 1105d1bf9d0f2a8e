"""A language model that the editor has, asked through the client. Nothing is sent unless client and settings say so."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from pygls.exceptions import JsonRpcException

from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.models.endpoint import Message, ModelError

SECONDS = 120.0
"""Until an answer is given up; the user may have to agree first."""

_DATA = "data:image/png;base64,"


def chat(ls: RelookServer) -> Callable[[str, Sequence[Message], int], Awaitable[list[str]]]:
    """(purpose, messages as of the OpenAI protocol, how many answers) -> answers. Raises ``ModelError``."""

    async def ask(purpose: str, messages: Sequence[Message], samples: int) -> list[str]:
        params = protocol.Complete(
            purpose="critic" if purpose == "critic" else "policy",
            messages=[_chat(ls, message) for message in messages],
            samples=samples,
        )
        try:
            async with asyncio.timeout(SECONDS):
                # A cancelled wait for the client's answer would become an error toast.
                answer = await asyncio.shield(ls.protocol.send_request_async(protocol.COMPLETE, params))
        except TimeoutError:
            raise ModelError(f"The editor's language model did not answer within {SECONDS:g} s.") from None
        except JsonRpcException as error:
            raise ModelError(f"The editor's language model could not be asked: {error.message}") from error
        return [str(text) for text in cast("protocol.Completed", answer).texts]

    return ask


def _chat(ls: RelookServer, message: Message) -> protocol.Chat:
    content: Any = message["content"]
    if isinstance(content, str):
        return protocol.Chat(str(message["role"]), content)
    parts = cast("Sequence[Mapping[str, Any]]", content)
    texts = [str(part["text"]) for part in parts if part["type"] == "text"]
    urls = [str(part["image_url"]["url"]) for part in parts if part["type"] == "image_url"]
    pictures = [ls.session.pictures.write(base64.b64decode(url.removeprefix(_DATA))) for url in urls]
    return protocol.Chat(str(message["role"]), "\n".join(texts), [str(path) for path in pictures])
