"""The server with all its methods."""

from __future__ import annotations

from relook_lsp.lsp.methods import (
    code_action,
    code_lens,
    did_change,
    did_change_configuration,
    did_change_files,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_open,
    did_save,
    doctor,
    element_at,
    hover,
    initialize,
    initialized,
    pages,
    preview,
    refine_command,
    refine_request,
    report_command,
    review_request,
    shutdown,
    suppress,
    trusted,
    why_command,
    why_request,
)
from relook_lsp.lsp.server import RelookServer

METHODS = (
    initialize, initialized, shutdown, trusted,
    did_change_configuration, did_change_workspace_folders, did_change_watched_files, did_change_files,
    did_open, did_change, did_save, did_close,
    hover, code_action, code_lens,
    refine_command, why_command, report_command,
    review_request, refine_request, preview, why_request, element_at, pages, suppress, doctor,
)  # fmt: skip


def create_server() -> RelookServer:
    server = RelookServer()
    for method in METHODS:
        method.register(server)
    return server
