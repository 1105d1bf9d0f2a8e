"""The command ``relook.refine``: progress that can be cancelled, and at the end a versioned edit or the reason why not."""

from __future__ import annotations

import asyncio

from lsprotocol import types as lsp

from relook_lsp.lsp import refine
from relook_lsp.lsp.apply import apply_fix
from relook_lsp.lsp.progress import report_progress
from relook_lsp.lsp.protocol import PROGRESS, ProgressParams
from relook_lsp.lsp.server import RelookServer

COMMAND = "relook.refine"


def register(server: RelookServer) -> None:
    @server.command(COMMAND)
    async def run(ls: RelookServer, uri: str, rule: str, key: str) -> bool:
        """Whether an edit was applied."""
        title = "ReLook: looking for a verified fix" if rule else "ReLook: refining the page"
        # Cancelling a command answers the client, and the coroutine runs on: the work is a task of its own.
        said: list[ProgressParams] = []
        task = asyncio.ensure_future(refine.refine_on_request(ls, uri, f"{rule}@{key}" if rule else "", said.append))
        async with report_progress(ls, title, task.cancel) as say:
            told = 0
            while not task.done():
                await asyncio.wait([task], timeout=0.25)
                for one in said[told:]:
                    ls.protocol.notify(PROGRESS, one)
                if len(said) > told:
                    told = len(said)
                    say(outcome_sentence(said[-1]))
        if task.cancelled():
            return False
        outcome = task.result()
        if outcome.fix is None:
            ls.show_message(outcome.message)
            return False
        applied = await apply_fix(ls, outcome.fix)
        ls.show_message(applied.message, lsp.MessageType.Info if applied.applied else lsp.MessageType.Warning)
        return applied.applied


def outcome_sentence(one: ProgressParams) -> str:
    """``round 1, attempt 2: max-width: 100%: accepted, score 93``."""
    score = f", score {one.best}" if one.accepted and one.best is not None else ""
    return f"round {one.round}, attempt {one.attempt}: {one.title}: {one.outcome}{score}"
