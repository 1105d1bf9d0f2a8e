"""``workspace/didChangeWatchedFiles``: files that were changed outside the editor."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import review_all_again
from relook_lsp.lsp.documents import is_settings_file
from relook_lsp.lsp.server import RelookServer

PAUSE = 0.3
"""Seconds of quiet: a build writes many files."""


def register(server: RelookServer) -> None:
    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(ls: RelookServer, params: lsp.DidChangeWatchedFilesParams) -> None:
        ls.session.on_files_changed()
        # What is open was told by its own notifications; saving it must not make a second review.
        others = [change for change in params.changes if ls.session.documents.get(change.uri) is None]
        if others or any(is_settings_file(change.uri) for change in params.changes):
            review_all_again(ls, PAUSE)
