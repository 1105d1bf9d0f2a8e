"""A small text model over the OpenAI protocol, where vLLM is not installed: one request at a time, several answers each.

python -m model_server.serve.transformers_server FOLDER --name NAME --host HOST --port PORT [--adapter FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_server.serve.presets import PLAIN_TEMPLATE

MAX_SAMPLES = 64


class RequestRefused(Exception):
    """The request cannot be answered; becomes a 400 with this sentence."""


@dataclass(frozen=True)
class GeneratedAnswers:
    texts: list[str]
    cut: list[bool]
    prompt: int
    """Tokens of the prompt, and of all answers."""
    written: int


class CausalModel:
    """A causal language model in memory."""

    def __init__(self, folder: str, adapter: Path | None = None) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._words: Any = AutoTokenizer.from_pretrained(folder)
        if self._words.chat_template is None:
            self._words.chat_template = PLAIN_TEMPLATE.read_text("utf-8")
        self._model: Any = AutoModelForCausalLM.from_pretrained(folder)
        if adapter is not None:
            self._model.load_adapter(str(adapter))
        self._model.eval()
        self.context: int = self._model.config.max_position_embeddings

    def answer(self, messages: list[dict[str, Any]], samples: int, tokens: int, temperature: float) -> GeneratedAnswers:
        """Raises ``Refused`` where prompt and answer do not fit into the context."""
        import torch

        prompt = self._words.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        length: int = prompt["input_ids"].shape[1]
        if length + tokens > self.context:
            raise RequestRefused(
                f"This model's maximum context length is {self.context} tokens; "
                f"the prompt has {length} and {tokens} were asked for."
            )
        how: dict[str, Any] = {"do_sample": False}
        if temperature > 0:
            how = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
        end = self._words.eos_token_id
        # Without sampling all answers are the same one.
        count = samples if temperature > 0 else 1
        with torch.inference_mode():
            output = self._model.generate(
                **prompt, max_new_tokens=tokens, num_return_sequences=count, pad_token_id=end, eos_token_id=end, **how
            )
        rows = [self._until(row[length:].tolist(), end) for row in output] * (samples // count)
        texts = [self._words.decode(row, skip_special_tokens=True) for row in rows]
        return GeneratedAnswers(texts, [len(row) >= tokens for row in rows], length, sum(map(len, rows)))

    @staticmethod
    def _until(row: list[int], end: int) -> list[int]:
        return row[: row.index(end)] if end in row else row


def create_application(model: CausalModel, name: str, key: str = "") -> Any:
    """The web application. With ``key``, requests need it."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    turn = asyncio.Lock()

    def refused(status: int, message: str) -> Response:
        return JSONResponse({"error": {"message": message, "code": status}}, status)

    def denied(request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return bool(key) and not hmac.compare_digest(given.encode(), key.encode())

    async def health(_: Request) -> Response:
        return Response()

    async def models(request: Request) -> Response:
        if denied(request):
            return refused(401, "The API key is missing or wrong.")
        return JSONResponse({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "relook"}]})

    async def chat(request: Request) -> Response:
        if denied(request):
            return refused(401, "The API key is missing or wrong.")
        try:
            body: dict[str, Any] = await request.json()
            messages, samples, tokens, temperature = _parse_request(body, name)
            async with turn:
                found = await asyncio.to_thread(model.answer, messages, samples, tokens, temperature)
        except RequestRefused as error:
            return refused(400, str(error))
        except (ValueError, TypeError, KeyError) as error:
            return refused(400, f"The request is not of the OpenAI protocol ({error}).")
        return JSONResponse(_format_completion(found, name))

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/v1/models", models),
            Route("/v1/chat/completions", chat, methods=["POST"]),
        ]
    )


def _parse_request(body: dict[str, Any], name: str) -> tuple[list[dict[str, Any]], int, int, float]:
    """Raises ``Refused`` and what wrong types raise."""
    if body.get("model") not in (None, "", name):
        raise RequestRefused(f"There is no model {body['model']!r} here, only {name!r}.")
    for unknown in ("response_format", "stream", "tools", "logprobs"):
        if body.get(unknown):
            raise RequestRefused(f"{unknown!r} needs vLLM; this server does not know it.")
    messages = body["messages"]
    if not messages or not all(isinstance(one["content"], str) for one in messages):
        raise RequestRefused("This model reads text only.")
    samples, tokens = int(body.get("n") or 1), int(body.get("max_tokens") or 128)
    temperature = float(body.get("temperature", 1.0))
    if not (1 <= samples <= MAX_SAMPLES and tokens >= 1 and 0 <= temperature <= 2):
        raise RequestRefused(f"n is 1 to {MAX_SAMPLES}, max_tokens at least 1, temperature 0 to 2.")
    return [{"role": str(one["role"]), "content": one["content"]} for one in messages], samples, tokens, temperature


def _format_completion(found: GeneratedAnswers, name: str) -> dict[str, Any]:
    choices = [
        {
            "index": index,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "length" if cut else "stop",
        }
        for index, (text, cut) in enumerate(zip(found.texts, found.cut, strict=True))
    ]
    usage = {
        "prompt_tokens": found.prompt,
        "completion_tokens": found.written,
        "total_tokens": found.prompt + found.written,
    }
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": name,
        "choices": choices,
        "usage": usage,
    }


def main() -> None:
    import uvicorn

    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    app = create_application(
        CausalModel(options.model, options.adapter), options.name, os.environ.get("RELOOK_API_KEY", "")
    )
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
