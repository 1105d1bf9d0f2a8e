"""A policy with LoRA weights behind a real vLLM: the role's name is the adapted model, the bare one has its own, and
training may replace the weights where the server was told so."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_server.training.served_policy import ServedPolicy as Learning
from relook_lsp.models.chat import ChatMessage, ChatRequest, ModelError
from relook_lsp.models.edit_language import ElementLine, Observation
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from tests.model.real import FOLDER, Served

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]

ASKED = ChatRequest((ChatMessage("user", "rule low-contrast warning"),), tokens=16)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    one = Served("policy", "--adapter", str(FOLDER / "tiny-adapter"), "--learning")
    yield one
    one.stop()


async def test_both_answer_and_not_alike(served: Served) -> None:
    answers = {
        name: (await HttpChatModel(Endpoint(served.url, name, timeout=600)).answer(ASKED))[0]
        for name in ("relook-policy", "relook-policy-base")
    }
    assert answers["relook-policy"] != answers["relook-policy-base"]


def _doubled(source: Path, target: Path) -> Path:
    """The same adapter with every weight twice as large: another model."""
    shutil.copytree(source, target)
    file = target / "adapter_model.safetensors"
    raw = file.read_bytes()
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    assert {one["dtype"] for name, one in json.loads(raw[8:start]).items() if name != "__metadata__"} == {"F32"}
    count = (len(raw) - start) // 4
    numbers = (2 * one for one in struct.unpack(f"<{count}f", raw[start:]))
    file.write_bytes(raw[:start] + struct.pack(f"<{count}f", *numbers))
    return target


async def test_training_gives_the_server_new_weights(served: Served, tmp_path: Path) -> None:
    box = ElementLine("p", "cause", (0, 0, 10, 10), "a")
    seen = Observation("low-contrast", "error", "m", 1, {}, {}, "375x812", 0, None, (box,), (), ())
    chat = HttpChatModel(Endpoint(served.url, "relook-policy", timeout=600))
    before = await chat.answer(ASKED)
    learning = Learning(served.url, _doubled(FOLDER / "tiny-adapter", tmp_path / "next"), 1.0)
    await learning.load_adapter()
    assert await chat.answer(ASKED) != before
    assert len(await learning.sample(seen, (("del d0", "not better"),), 4)) == 4
    with pytest.raises(ModelError, match="does not take the new adapter"):
        await Learning(served.url, tmp_path / "nowhere", 1.0).load_adapter()
    with pytest.raises(ModelError, match="start it with --learning"):
        await Learning(served.url.removesuffix("/v1") + "/elsewhere", tmp_path / "next", 1.0).load_adapter()
