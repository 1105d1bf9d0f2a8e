"""The trained policy that ships with the package: no network, no GPU, loaded when it is first asked."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from relook_lsp.models.bpe_tokenizer import BpeTokenizer
from relook_lsp.models.chat import ModelError
from relook_lsp.models.edit_enumeration import enumerate_edits
from relook_lsp.models.edit_language import LanguageError, Observation, parse_answer
from relook_lsp.models.llama_inference import Llama
from relook_lsp.models.policy_prompt import TOLD, compact_prompt

WEIGHTS = Path(__file__).parent / "weights"
"""``config.json``, ``model.safetensors``, ``tokenizer.json`` and the model card, as Hugging Face lays them out."""

SAMPLES = 8
ANSWERS = 16
TEMPERATURE = 0.8
LONGEST_ANSWER = 48
"""Tokens."""


class LocalPolicy:
    """Answers from the weights in a folder. The same observation gets the same answers."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        try:
            self._model = Llama(folder)
            self._tokens = BpeTokenizer(folder / "tokenizer.json")
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"The trained policy in {folder} cannot be read ({error}); install ReLook again."
            ) from error

    def sample_answers(self, observation: Observation, rejected: int = 0, samples: int = SAMPLES) -> list[str]:
        """Different answers in the edit language, the likeliest first: what is drawn, and every edit that the observation
        names. A model of this size often draws what cannot be parsed, while it ranks what can be."""
        prompt = truncate_prompt(
            self._tokens.encode(compact_prompt(observation, rejected)), self._model.longest - LONGEST_ANSWER
        )
        read = self._model.read_prompt(prompt)
        drawn = self._model.sample(
            read,
            samples,
            end=self._tokens.end,
            longest=LONGEST_ANSWER,
            temperature=TEMPERATURE,
            seed=zlib.crc32(repr(prompt).encode()),
        )
        written = ((self._tokens.decode(ids), score) for ids, score in drawn)
        scores = {answer: score for answer, score in written if _is_valid_answer(answer, observation)}
        others = [answer for answer in enumerate_edits(observation, TOLD) if answer not in scores]
        ids = [[*self._tokens.encode(answer)[: LONGEST_ANSWER - 1], self._tokens.end] for answer in others]
        scores.update(zip(others, self._model.likelihoods(read, ids), strict=True))
        return sorted(scores, key=lambda answer: -scores[answer])[:ANSWERS]


def _is_valid_answer(answer: str, observation: Observation) -> bool:
    try:
        return bool(parse_answer(answer, observation))
    except LanguageError:
        return False


KEPT_END = 64
"""Tokens of the end of a prompt (slots, and where the answer begins) that are never cut."""


def truncate_prompt(prompt: list[int], room: int) -> list[int]:
    """A prompt that is too long loses what stands before its end: the elements farthest from the defect."""
    return prompt if len(prompt) <= room else [*prompt[: room - KEPT_END], *prompt[-KEPT_END:]]


@lru_cache(maxsize=1)
def load_shipped_policy() -> LocalPolicy:
    return LocalPolicy()


def is_policy_shipped() -> bool:
    """Whether the package holds weights."""
    return (WEIGHTS / "model.safetensors").is_file()


async def ask_shipped_policy(observation: Observation, rejected: Sequence[tuple[str, str]]) -> list[str]:
    """The shipped policy's answers; it runs beside the event loop. Raises ``ModelError``."""
    return await asyncio.to_thread(lambda: load_shipped_policy().sample_answers(observation, len(rejected)))
