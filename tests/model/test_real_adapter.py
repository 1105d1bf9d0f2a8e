"""A policy with LoRA weights behind a real vLLM: the role's name is the adapted model, the bare one has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from relook_lsp.models.chat import Message, Question
from relook_lsp.models.endpoint import Endpoint, HttpChat
from tests.model.real import FOLDER, Served

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]

ASKED = Question((Message("user", "rule low-contrast warning"),), tokens=16)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    one = Served("policy", "--adapter", str(FOLDER / "tiny-adapter"))
    yield one
    one.stop()


async def test_both_answer_and_not_alike(served: Served) -> None:
    answers = {
        name: (await HttpChat(Endpoint(served.url, name, timeout=600)).answer(ASKED))[0]
        for name in ("relook-policy", "relook-policy-base")
    }
    assert answers["relook-policy"] != answers["relook-policy-base"]
