"""The one way in which an edit reaches the editor: for exactly the texts it was verified on, versioned, in one step."""

from __future__ import annotations

import asyncio

from lsprotocol import types as lsp

from relook_lsp.core.patch import Patch
from relook_lsp.lsp import convert
from relook_lsp.lsp.protocol import Applied
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fixes import Fix
from relook_lsp.session.subject import Subject

CHANGED = "The files were changed meanwhile; nothing was applied."
REFUSED = "The editor refused the edit because a file was changed meanwhile."


async def apply_fix(ls: RelookServer, fix: Fix) -> Applied:
    """Refused where a file of the page is not the one that was verified, in the editor or on the disk."""
    root = fix.subject.root
    if not await asyncio.to_thread(ls.session.unchanged, root, fix.before.texts):
        return Applied(False, CHANGED)
    more = f" Not verified on {', '.join(fix.unseen[:5])}, which use the same files." if fix.unseen else ""
    message = f"{fix.patch.title}: score {fix.before.report.scored} to {fix.after.report.scored}.{more}"
    return await apply(ls, fix.subject, fix.patch, fix.before.texts, f"ReLook refine: {fix.patch.title}", message)


async def apply(
    ls: RelookServer, subject: Subject, patch: Patch, texts: convert.Texts, label: str, message: str
) -> Applied:
    """Hand the patch to the client; ``message`` is said where it was taken."""
    edit = convert.workspace_edit(patch, subject, texts, ls.session.documents, ls.caps, ls.encoding)
    # A cancelled wait for the client's answer would become an error toast.
    answer = await asyncio.shield(ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label=label)))
    return Applied(True, message) if answer.applied else Applied(False, REFUSED)
