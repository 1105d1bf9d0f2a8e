"""``workspace/didChangeConfiguration``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import SECTION, request_settings, review_all_again, take_settings
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: RelookServer, params: lsp.DidChangeConfigurationParams) -> None:
        sent: Any = params.settings
        section: Any = cast("Mapping[str, Any]", sent).get(SECTION) if isinstance(sent, Mapping) else None
        if isinstance(section, Mapping):
            take_settings(ls, cast("Mapping[str, object]", section))
        else:
            await request_settings(ls)
        review_all_again(ls)
