"""Answers of a vLLM server that is given every new adapter: training samples there, and learns here.

The server is started with ``python -m model_server serve --role policy --model BASE --adapter FOLDER --learning``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from model_server.training.rollout import Refused
from relook_lsp.models.chat import ModelError, Question
from relook_lsp.models.endpoint import Endpoint, HttpChat
from relook_lsp.models.language import Observation
from relook_lsp.models.prompt import messages

NAME = "relook-policy"
"""Under which the adapter is served."""

SECONDS = 600.0


class Served:
    """``url`` as the server prints it; ``folder`` is where the newest adapter lies, and must be one that the server can
    read."""

    def __init__(self, url: str, folder: Path, temperature: float) -> None:
        self._chat = HttpChat(Endpoint(url, NAME, timeout=SECONDS))
        self._root = url.rstrip("/").removesuffix("/v1")
        self._folder = folder
        self._temperature = temperature

    async def sample(self, observation: Observation, refused: Refused, count: int) -> list[str]:
        """Raises ``ModelError``."""
        question = Question(messages(observation, refused), count, temperature=self._temperature)
        return await self._chat.answer(question)

    async def renew(self) -> None:
        """The server takes the weights that lie in the folder now. Raises ``ModelError``."""
        asked = {
            "lora_name": NAME,
            "lora_path": str(await asyncio.to_thread(self._folder.resolve)),
            "load_inplace": True,
        }
        try:
            async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
                reply = await client.post(f"{self._root}/v1/load_lora_adapter", json=asked)
        except httpx.HTTPError as error:
            raise ModelError(f"{self._root} cannot be reached ({type(error).__name__}).") from None
        if reply.status_code == 404 and "lora" not in reply.text.lower():
            raise ModelError(f"{self._root} does not take new adapters; start it with --learning.")
        if reply.status_code >= 400:
            raise ModelError(f"{self._root} does not take the new adapter: {reply.text[:300]}")
