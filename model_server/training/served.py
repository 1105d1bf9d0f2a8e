"""Answers of a vLLM server that is given every new adapter: training samples there, and learns here.

The server is started with ``python -m model_server serve --role policy --model BASE --adapter FOLDER --learning``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from model_server.serve.presets import Wanted
from model_server.training.rollout import Refused
from relook_lsp.models.chat import ModelError, Question
from relook_lsp.models.endpoint import Endpoint, HttpChat
from relook_lsp.models.language import Observation
from relook_lsp.models.prompt import messages

NAME = Wanted("policy", "").name
"""Under which the adapter is served."""

SECONDS = 600.0


class Served:
    """``url`` as the server prints it; ``folder`` is where the newest adapter lies, and must be one that the server can
    read."""

    def __init__(self, url: str, folder: Path, temperature: float) -> None:
        self._url = url
        self._chat = HttpChat(Endpoint(url, NAME, timeout=SECONDS))
        self._folder = folder
        self._temperature = temperature

    async def sample(self, observation: Observation, refused: Refused, count: int) -> list[str]:
        """Raises ``ModelError``."""
        question = Question(messages(observation, refused), count, temperature=self._temperature)
        return await self._chat.answer(question)

    async def renew(self) -> None:
        """The server takes the weights that lie in the folder now. Raises ``ModelError``."""
        path = str(await asyncio.to_thread(self._folder.resolve))
        try:
            await self._chat.send(
                "POST", "/load_lora_adapter", {"lora_name": NAME, "lora_path": path, "load_inplace": True}
            )
        except ModelError as error:
            if "answered 404" in str(error) and "lora" not in str(error).lower():
                raise ModelError(f"{self._url} does not take new adapters; start it with --learning.") from None
            raise ModelError(f"{self._url} does not take the new adapter: {error}") from None
