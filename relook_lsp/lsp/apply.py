"""The one way in which an edit reaches the editor: for exactly the texts it was verified on, versioned, in one step."""

from __future__ import annotations

import asyncio

from lsprotocol import types as lsp

from relook_lsp.core.patch import Patch
from relook_lsp.lsp import convert
from relook_lsp.lsp.protocol import ApplyResult
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fix_store import VerifiedFix
from relook_lsp.session.reviewed_page import PageId

CHANGED = "The files were changed meanwhile; nothing was applied."
REFUSED = "The editor refused the edit because a file was changed meanwhile."


async def apply_fix(ls: RelookServer, fix: VerifiedFix) -> ApplyResult:
    """Refused where a file of the page is not the one that was verified, in the editor or on the disk."""
    root = fix.page_id.root
    if not await asyncio.to_thread(ls.session.are_files_unchanged, root, fix.before.texts):
        return ApplyResult(False, CHANGED)
    more = f" Not verified on {', '.join(fix.unseen[:5])}, which use the same files." if fix.unseen else ""
    message = f"{fix.patch.title}: score {fix.before.report.scored} to {fix.after.report.scored}.{more}"
    return await apply_patch(ls, fix.page_id, fix.patch, fix.before.texts, f"ReLook refine: {fix.patch.title}", message)


async def apply_patch(
    ls: RelookServer, page_id: PageId, patch: Patch, texts: convert.Texts, label: str, message: str
) -> ApplyResult:
    """Hand the patch to the client; ``message`` is said where it was taken."""
    edit = convert.build_workspace_edit(patch, page_id, texts, ls.session.documents, ls.caps, ls.encoding)
    # A cancelled wait for the client's answer would become an error toast.
    answer = await asyncio.shield(ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label=label)))
    return ApplyResult(True, message) if answer.applied else ApplyResult(False, REFUSED)
