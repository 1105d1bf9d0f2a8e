"""A chat endpoint that speaks the OpenAI protocol: vLLM first, others as far as they agree with it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx

from relook_lsp.core.errors import RelookError


class ModelError(RelookError):
    """The endpoint could not be asked, or did not answer as asked. Never a defect of the page."""

    kind = "model"


@dataclass(frozen=True)
class Endpoint:
    """``url`` ends in ``/v1``; the key comes from the environment variable ``key``, never from a file."""

    url: str
    model: str
    key: str = "RELOOK_API_KEY"
    timeout: float = 120.0
    max_tokens: int = 512


Message = Mapping[str, Any]


async def chat(
    endpoint: Endpoint,
    messages: Sequence[Message],
    *,
    samples: int = 1,
    temperature: float = 0.0,
    schema: Mapping[str, Any] | None = None,
) -> list[str]:
    """The answers, as texts. One retry where the connection or the server failed. Raises ``ModelError``.

    No ``seed`` is sent: some servers die of it. ``schema`` asks for structured output.
    """
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": list(messages),
        "max_tokens": endpoint.max_tokens,
        "n": samples,
        "temperature": temperature,
    }
    if schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}}
    key = os.environ.get(endpoint.key, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    where = endpoint.url.rstrip("/") + "/chat/completions"
    last = ""
    async with httpx.AsyncClient(timeout=endpoint.timeout, trust_env=False) as client:
        for attempt in (1, 2):
            try:
                reply = await client.post(where, json=body, headers=headers)
            except httpx.TimeoutException:
                raise ModelError(f"{endpoint.url} did not answer within {endpoint.timeout:g} s.") from None
            except httpx.HTTPError as error:
                last = f"{endpoint.url} cannot be reached ({type(error).__name__}); is the model server running?"
            else:
                if reply.status_code < 400:
                    return _texts(endpoint, reply)
                last = f"{endpoint.url} answered {reply.status_code}: {_reason(reply)}"
                if reply.status_code < 500 and reply.status_code != 429:
                    break
            if attempt == 1:
                await asyncio.sleep(0.5)
    raise ModelError(last)


def _texts(endpoint: Endpoint, reply: httpx.Response) -> list[str]:
    try:
        choices = cast("list[dict[str, Any]]", reply.json()["choices"])
        texts = [str(choice["message"]["content"] or "") for choice in choices]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{endpoint.url} did not answer in the OpenAI format.") from error
    if not texts:
        raise ModelError(f"{endpoint.url} answered without a choice.")
    return texts


def _reason(reply: httpx.Response) -> str:
    try:
        data = cast("dict[str, Any]", reply.json())
        message = data.get("message") or cast("dict[str, Any]", data.get("error") or {}).get("message") or ""
        return str(message)[:300]
    except (ValueError, AttributeError):
        return reply.text[:300]
