"""``initialized``: now the client can be asked."""

from __future__ import annotations

import asyncio
import logging
import uuid

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import SECTION, request_settings
from relook_lsp.lsp.server import RelookServer

log = logging.getLogger(__name__)

WATCHED = "**/*.{html,htm,xhtml,css,js,mjs,svg,png,jpg,jpeg,webp,avif,gif,woff,woff2,toml}"


def register(server: RelookServer) -> None:
    @server.feature(lsp.INITIALIZED)
    async def initialized(ls: RelookServer, _params: lsp.InitializedParams) -> None:
        ls.watch_editor()
        await _watch_files(ls)
        await request_settings(ls)


async def _watch_files(ls: RelookServer) -> None:
    wanted: list[lsp.Registration] = []
    if ls.caps.register_configuration:
        options = lsp.DidChangeConfigurationRegistrationOptions(section=SECTION)
        wanted.append(lsp.Registration(str(uuid.uuid4()), lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if ls.caps.register_watchers:
        watchers = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(WATCHED)])
        wanted.append(lsp.Registration(str(uuid.uuid4()), lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, watchers))
    if wanted:
        try:
            await asyncio.shield(ls.client_register_capability_async(lsp.RegistrationParams(wanted)))
        except Exception:
            log.exception("the client refused a registration")
