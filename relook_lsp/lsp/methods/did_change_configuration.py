"""``workspace/didChangeConfiguration``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import SECTION, ask, look_again, take
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: RelookServer, params: lsp.DidChangeConfigurationParams) -> None:
        sent: Any = params.settings
        section: Any = cast("Mapping[str, Any]", sent).get(SECTION) if isinstance(sent, Mapping) else None
        if isinstance(section, Mapping):
            take(ls, cast("Mapping[str, object]", section))
        else:
            await ask(ls)
        look_again(ls)
