"""Settings that are asked for while newer ones come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from relook_lsp.lsp.configuration import request_settings, take_settings
from relook_lsp.session.session_settings import SessionSettings


@pytest.mark.parametrize(
    ("pushed", "answer", "delay"),
    [(None, {"editor": {"delay": 500}}, 500), (700, {"editor": {"delay": 500}}, 700), (None, {}, 300)],
)
async def test_the_newest_settings_hold(pushed: int | None, answer: dict[str, Any], delay: int, tmp_path: Any) -> None:
    """An answer that was on its way when the editor told newer settings is not taken, nor is an empty one."""

    async def answered(_params: object) -> list[object]:
        if pushed is not None:
            take_settings(server, {"editor": {"delay": pushed}})
        return [answer]

    preferences = SessionSettings(pytest.fail)
    server: Any = SimpleNamespace(
        caps=SimpleNamespace(configuration=True),
        session=SimpleNamespace(preferences=preferences),
        workspace_configuration_async=answered,
    )
    await request_settings(server)
    assert preferences.config_for(tmp_path).editor.delay == delay
