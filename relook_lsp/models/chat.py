"""What a model is asked, and who answers: an endpoint over HTTP, or the model that the editor has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from relook_lsp.core.errors import RelookError
from relook_lsp.core.page import hash_texts


class ModelError(RelookError):
    """The model could not be asked, or did not answer as asked. Never a defect of the page."""

    kind = "model"


@dataclass(frozen=True)
class ChatMessage:
    """``role`` is ``system``, ``user`` or ``assistant``; ``pictures`` are PNG, shown after the text."""

    role: str
    text: str
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ChatRequest:
    """``tokens`` bounds each answer; ``schema`` is a JSON schema that the answer has to follow. ``purpose`` is for people
    who are asked whether a model of theirs may answer."""

    messages: tuple[ChatMessage, ...]
    samples: int = 1
    temperature: float = 0.0
    tokens: int = 512
    schema: Mapping[str, Any] | None = None
    purpose: Literal["policy", "critic"] = "policy"

    def cache_key(self, model: str) -> str:
        """Hash of everything an answer depends on: the model, the texts, the pictures, the schema."""
        said = [part for one in self.messages for part in (one.role, one.text, *one.pictures, b"")]
        how = json.dumps([self.samples, self.temperature, self.tokens, self.schema], sort_keys=True)
        return hash_texts(model, how, *said)


class ChatModel(Protocol):
    """Whoever answers. Both methods raise ``ModelError``."""

    async def model(self) -> str:
        """Name of the model that answers."""
        ...

    async def answer(self, question: ChatRequest) -> list[str]:
        """At most ``samples`` texts, at least one."""
        ...


Editor = Callable[[str], ChatModel]
"""The editor's model of a name; for an empty one the editor chooses."""
