"""A chat endpoint that speaks the OpenAI protocol: vLLM first, others as far as they agree with it."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from relook_lsp.models.chat import ChatMessage, ChatModel, ChatRequest, ModelError

KEY = "RELOOK_API_KEY"
"""Environment variable with the user's key."""

RETRY_AFTER = 0.5
"""Seconds before the one retry."""


@dataclass(frozen=True)
class Endpoint:
    """``url`` ends in ``/v1``, which is added where the address has no path. Without ``model`` the first one that the
    server names answers. The key comes from the environment variable ``key``, never from a file; with an empty ``key``
    none is sent. ``budget`` is the number of tokens, prompts included, after which nothing more is asked; 0 for no
    bound."""

    url: str
    model: str = ""
    key: str = KEY
    timeout: float = 120.0
    budget: int = 0


class HttpChatModel(ChatModel):
    """One retry where the connection or the server failed. No ``seed`` is sent: some servers die of it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._base = _base_url(endpoint.url)
        self._model = endpoint.model
        self.spent = 0
        """Tokens so far, as the server counts them."""

    async def model(self) -> str:
        if not self._model:
            data = await self._call_json("GET", "/models")
            try:
                self._model = str(data["data"][0]["id"])
            except (KeyError, IndexError, TypeError) as error:
                raise ModelError(f"{self._endpoint.url} names no model; name one in the settings.") from error
        return self._model

    async def answer(self, question: ChatRequest) -> list[str]:
        if 0 < self._endpoint.budget <= self.spent:
            raise ModelError(f"The budget of {self._endpoint.budget} tokens for {self._endpoint.url} is used up.")
        body: dict[str, Any] = {
            "model": await self.model(),
            "messages": [_message_object(one) for one in question.messages],
            "max_tokens": question.tokens,
            "n": question.samples,
            "temperature": question.temperature,
        }
        if question.schema is not None:
            wanted = {"name": "answer", "schema": dict(question.schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return self._answer_texts(question, await self._call_json("POST", "/chat/completions", body))

    async def _call_json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return _reply_object(self._endpoint.url, await self.send(method, path, body))

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """What the server answers below its ``/v1``. Raises ``ModelError`` where that is an error."""
        url, seconds = self._endpoint.url, self._endpoint.timeout
        key = os.environ.get(self._endpoint.key, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        problem = ""
        async with httpx.AsyncClient(timeout=seconds, trust_env=False) as client:
            for attempt in (1, 2):
                try:
                    # The client's own timeout is for silence between two bytes; this one is for the whole answer.
                    async with asyncio.timeout(seconds):
                        reply = await client.request(method, self._base + path, json=body, headers=headers)
                except (httpx.TimeoutException, TimeoutError):
                    raise ModelError(f"{url} did not answer within {seconds:g} s.") from None
                except (httpx.InvalidURL, httpx.UnsupportedProtocol):
                    raise ModelError(f"{url} is not the address of a model server (http://HOST:PORT/v1).") from None
                except httpx.HTTPError as error:
                    problem = f"{url} cannot be reached ({type(error).__name__}); is the model server running?"
                else:
                    if reply.status_code < 400:
                        return reply
                    problem = f"{url} answered {reply.status_code}: {_error_reason(reply)}"
                    if reply.status_code < 500 and reply.status_code != 429:
                        break
                if attempt == 1:
                    await asyncio.sleep(RETRY_AFTER)
        raise ModelError(problem)

    def _answer_texts(self, question: ChatRequest, data: Mapping[str, Any]) -> list[str]:
        url = self._endpoint.url
        try:
            choices = cast("list[dict[str, Any]]", data["choices"])
            texts = [str(choice["message"]["content"] or "") for choice in choices]
            cut = [choice.get("finish_reason") == "length" for choice in choices]
            usage = cast("dict[str, Any]", data.get("usage") or {})
            self.spent += int(usage.get("total_tokens") or 0)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{url} did not answer in the OpenAI format.") from error
        if not texts:
            raise ModelError(f"{url} answered without a choice.")
        if question.schema is not None and all(cut):
            raise ModelError(f"The answer of {url} was cut off after {question.tokens} tokens.")
        return texts


def _base_url(url: str) -> str:
    try:
        bare = not urlsplit(url).path.strip("/")
    except ValueError:
        return url  # Said when it is used.
    return url.rstrip("/") + ("/v1" if bare else "")


def _message_object(message: ChatMessage) -> dict[str, Any]:
    if not message.pictures:
        return {"role": message.role, "content": message.text}
    pictures = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(png).decode("ascii")}}
        for png in message.pictures
    ]
    return {"role": message.role, "content": [{"type": "text", "text": message.text}, *pictures]}


def _reply_object(url: str, reply: httpx.Response) -> dict[str, Any]:
    try:
        data: object = reply.json()
    except ValueError as error:
        raise ModelError(f"{url} did not answer in the OpenAI format.") from error
    if not isinstance(data, dict):
        raise ModelError(f"{url} did not answer in the OpenAI format.")
    return cast("dict[str, Any]", data)


def _error_reason(reply: httpx.Response) -> str:
    """The server's own words, on one line."""
    try:
        data = cast("dict[str, Any]", reply.json())
        text = str(data.get("message") or cast("dict[str, Any]", data.get("error") or {}).get("message") or "")
    except (ValueError, AttributeError):
        text = reply.text
    return " ".join(text.split())[:300]
