"""``workspace/didChangeWorkspaceFolders``."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from relook_lsp.lsp.configuration import review_all_again
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(ls: RelookServer, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        removed = {path for folder in params.event.removed if (path := uris.to_fs_path(folder.uri))}
        added = [path for folder in params.event.added if (path := uris.to_fs_path(folder.uri))]
        preferences = ls.session.preferences
        kept = [folder for folder in preferences.folders if folder not in {Path(path).resolve() for path in removed}]
        preferences.folders = tuple(dict.fromkeys((*kept, *(Path(path).resolve() for path in added))))
        ls.session.on_files_changed()
        review_all_again(ls)
