"""The trained policy that ships with the package: no network, no GPU, loaded when it is first asked."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from relook_lsp.models.chat import ModelError
from relook_lsp.models.language import Observation
from relook_lsp.models.llama import Llama
from relook_lsp.models.prompt import compact
from relook_lsp.models.tokens import Tokens

WEIGHTS = Path(__file__).parent / "weights"
"""``config.json``, ``model.safetensors``, ``tokenizer.json`` and the model card, as Hugging Face lays them out."""

SAMPLES = 8
TEMPERATURE = 0.8
LONGEST_ANSWER = 48
"""Tokens."""


class Local:
    """Answers from the weights in a folder. The same observation gets the same answers."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        try:
            self._model = Llama(folder)
            self._tokens = Tokens(folder / "tokenizer.json")
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"The trained policy in {folder} cannot be read ({error}); install ReLook again."
            ) from error

    def answers(self, observation: Observation, rejected: int = 0, samples: int = SAMPLES) -> list[str]:
        """Different answers, the likeliest first (the greedy one leads)."""
        prompt = cut(self._tokens.encode(compact(observation, rejected)), self._model.longest - LONGEST_ANSWER)
        drawn = self._model.sample(
            prompt,
            samples,
            end=self._tokens.end,
            longest=LONGEST_ANSWER,
            temperature=TEMPERATURE,
            seed=zlib.crc32(repr(prompt).encode()),
        )
        ranked = [drawn[0], *sorted(drawn[1:], key=lambda one: -one[1])]
        return list(dict.fromkeys(self._tokens.decode(ids) for ids, _ in ranked))


KEPT_END = 64
"""Tokens of the end of a prompt (slots, and where the answer begins) that are never cut."""


def cut(prompt: list[int], room: int) -> list[int]:
    """A prompt that is too long loses what stands before its end: the elements farthest from the defect."""
    return prompt if len(prompt) <= room else [*prompt[: room - KEPT_END], *prompt[-KEPT_END:]]


@lru_cache(maxsize=1)
def shipped() -> Local:
    return Local()


def available() -> bool:
    """Whether the package holds weights."""
    return (WEIGHTS / "model.safetensors").is_file()


async def ask(observation: Observation, rejected: Sequence[tuple[str, str]]) -> list[str]:
    """The shipped policy's answers; it runs beside the event loop. Raises ``ModelError``."""
    return await asyncio.to_thread(lambda: shipped().answers(observation, len(rejected)))
