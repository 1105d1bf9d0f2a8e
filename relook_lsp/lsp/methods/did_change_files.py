"""``workspace/didDeleteFiles`` and ``workspace/didRenameFiles``: the user deleted or renamed files or folders in the editor.

A folder is one event here, and no event of a watcher that names file types."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import review_all_again
from relook_lsp.lsp.methods.did_change_watched_files import PAUSE
from relook_lsp.lsp.server import RelookServer

EVERYTHING = lsp.FileOperationRegistrationOptions(
    [lsp.FileOperationFilter(lsp.FileOperationPattern("**/*"), scheme="file")]
)


def register(server: RelookServer) -> None:
    @server.feature(lsp.WORKSPACE_DID_DELETE_FILES, EVERYTHING)
    def did_delete_files(ls: RelookServer, _params: lsp.DeleteFilesParams) -> None:
        _changed(ls)

    @server.feature(lsp.WORKSPACE_DID_RENAME_FILES, EVERYTHING)
    def did_rename_files(ls: RelookServer, _params: lsp.RenameFilesParams) -> None:
        _changed(ls)


def _changed(ls: RelookServer) -> None:
    ls.session.on_files_changed()
    review_all_again(ls, PAUSE)
