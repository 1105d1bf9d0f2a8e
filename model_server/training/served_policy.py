"""Samples answers from a vLLM server, and loads each new adapter into it while this process trains.

Start the server with ``python -m model_server serve --role policy --model BASE --adapter FOLDER --learning``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from model_server.serve.presets import ServeRequest
from model_server.training.rollout import RefusedAnswers
from relook_lsp.models.chat import ChatRequest, ModelError
from relook_lsp.models.edit_language import Observation
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from relook_lsp.models.policy_prompt import policy_messages

NAME = ServeRequest("policy", "").name
"""Under which the adapter is served."""

SECONDS = 600.0


class ServedPolicy:
    """``url`` as the server prints it; ``folder`` is where the newest adapter lies, and must be one that the server can
    read."""

    def __init__(self, url: str, folder: Path, temperature: float) -> None:
        self._url = url
        self._chat = HttpChatModel(Endpoint(url, NAME, timeout=SECONDS))
        self._folder = folder
        self._temperature = temperature

    async def sample(self, observation: Observation, refused: RefusedAnswers, count: int) -> list[str]:
        """Raises ``ModelError``."""
        question = ChatRequest(policy_messages(observation, refused), count, temperature=self._temperature)
        return await self._chat.answer(question)

    async def load_adapter(self) -> None:
        """Makes the server load the weights in the folder. Raises ``ModelError``."""
        path = str(await asyncio.to_thread(self._folder.resolve))
        try:
            await self._chat.send(
                "POST", "/load_lora_adapter", {"lora_name": NAME, "lora_path": path, "load_inplace": True}
            )
        except ModelError as error:
            if "answered 404" in str(error) and "lora" not in str(error).lower():
                raise ModelError(f"{self._url} does not take new adapters; start it with --learning.") from None
            raise ModelError(f"{self._url} does not take the new adapter: {error}") from None
