"""``initialize``: what the client can do, and what it wants of ReLook's own protocol."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from lsprotocol import types as lsp
from pygls import uris

from relook_lsp.lsp.client_capabilities import ClientCapabilities
from relook_lsp.lsp.editor_model import EditorChatModel
from relook_lsp.lsp.protocol import ClientOptions
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(ls: RelookServer, params: lsp.InitializeParams) -> None:
        ls.caps = ClientCapabilities.from_capabilities(params.capabilities)
        folders = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        paths = [uris.to_fs_path(uri) for uri in folders if uri]
        ls.session.preferences.folders = tuple(Path(path).resolve() for path in paths if path)
        options: Any = params.initialization_options
        if isinstance(options, Mapping):
            _initialization_options(ls, dict(cast("Mapping[str, Any]", options)))


def _initialization_options(ls: RelookServer, options: dict[str, Any]) -> None:
    preferences = ls.session.preferences
    trusted = options.pop("trusted", None)
    # What is not a plain yes or no says nothing.
    preferences.trusted = trusted if isinstance(trusted, bool) else None
    ls.client = client_options(options.pop("client", None))
    ls.session.keep_frames = ls.client.reviewed
    if ls.client.model:
        ls.session.model = partial(EditorChatModel, ls)
    values = {key: value for key, value in options.items() if value is not None}
    if values:
        preferences.initialize(values)


def client_options(raw: object) -> ClientOptions:
    """Whatever was sent; what is not understood is off."""
    if not isinstance(raw, Mapping):
        return ClientOptions()
    values = cast("Mapping[str, Any]", raw)
    commands: Any = values.get("commands")
    return ClientOptions(
        reviewed=values.get("reviewed") is True,
        images=values.get("images") is True,
        model=values.get("model") is True,
        commands=tuple(str(one) for one in cast("list[object]", commands)) if isinstance(commands, list) else (),
    )
