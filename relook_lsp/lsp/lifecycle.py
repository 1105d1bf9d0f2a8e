"""Initialize, settings, shutdown."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from lsprotocol import types as lsp
from pygls import uris

from relook_lsp.lsp.caps import ClientCaps
from relook_lsp.lsp.server import RelookServer

log = logging.getLogger(__name__)

SECTION = "relook"


def register(server: RelookServer) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(ls: RelookServer, params: lsp.InitializeParams) -> None:
        ls.caps = ClientCaps.of(params.capabilities)
        folders = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        paths = [uris.to_fs_path(uri) for uri in folders if uri]
        ls.session.folders = tuple(Path(path).resolve() for path in paths if path)
        options: Any = params.initialization_options
        if isinstance(options, Mapping):
            _configure(ls, cast("Mapping[str, object]", options))

    @server.feature(lsp.INITIALIZED)
    async def initialized(ls: RelookServer, _params: lsp.InitializedParams) -> None:
        await _register_changes(ls)
        await _ask(ls)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: RelookServer, params: lsp.DidChangeConfigurationParams) -> None:
        sent: Any = params.settings
        section: Any = cast("Mapping[str, Any]", sent).get(SECTION) if isinstance(sent, Mapping) else None
        if isinstance(section, Mapping):
            _configure(ls, cast("Mapping[str, object]", section))
        else:
            await _ask(ls)
        for document in ls.session.documents:
            ls.schedule(document.uri, 0)

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(ls: RelookServer, _params: None) -> None:
        await ls.stop()


def _configure(ls: RelookServer, values: Mapping[str, object]) -> None:
    """Take settings; what is wrong is said once, and the defaults hold."""
    clean = {key: value for key, value in values.items() if value is not None}
    wrong = ls.session.configure(clean)
    if wrong and wrong not in ls.session.warned:
        ls.session.warned.add(wrong)
        ls.window_show_message(
            lsp.ShowMessageParams(lsp.MessageType.Warning, f"ReLook: {wrong} The defaults are used.")
        )


async def _ask(ls: RelookServer) -> None:
    if not ls.caps.configuration:
        return
    params = lsp.ConfigurationParams([lsp.ConfigurationItem(section=SECTION)])
    try:
        # A cancelled wait for the client's answer would become an error toast.
        answer = await asyncio.shield(ls.workspace_configuration_async(params))
    except Exception:
        log.exception("the client did not tell its settings")
        return
    if answer and isinstance(answer[0], Mapping) and answer[0]:
        _configure(ls, cast("Mapping[str, object]", answer[0]))


async def _register_changes(ls: RelookServer) -> None:
    registrations: list[lsp.Registration] = []
    if ls.caps.register_configuration:
        options = lsp.DidChangeConfigurationRegistrationOptions(section=SECTION)
        registrations.append(lsp.Registration(str(uuid.uuid4()), lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if ls.caps.register_watchers:
        pattern = "**/*.{html,htm,css,js,mjs,svg,png,jpg,jpeg,webp,gif,woff2,toml}"
        watchers = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(pattern)])
        registrations.append(lsp.Registration(str(uuid.uuid4()), lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, watchers))
    if registrations:
        try:
            await asyncio.shield(ls.client_register_capability_async(lsp.RegistrationParams(registrations)))
        except Exception:
            log.exception("the client refused a registration")
