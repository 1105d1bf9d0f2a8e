"""Progress that the user sees and can cancel, where the client shows it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from lsprotocol import types as lsp

from relook_lsp.lsp.server import RelookServer

Say = Callable[[str], None]


@asynccontextmanager
async def report_progress(ls: RelookServer, title: str, cancel: Callable[[], object]) -> AsyncGenerator[Say]:
    """``cancel`` is called when the user cancels."""
    if not ls.caps.progress:
        yield lambda _message: None
        return
    shown: Any = ls.work_done_progress
    token = str(uuid.uuid4())
    await asyncio.shield(shown.create_async(token))
    shown.begin(token, lsp.WorkDoneProgressBegin(title, cancellable=True))
    shown.tokens[token].add_done_callback(lambda future: cancel() if future.cancelled() else None)  # pyright: ignore
    try:
        yield lambda message: shown.report(token, lsp.WorkDoneProgressReport(message=message))
    finally:
        shown.end(token, lsp.WorkDoneProgressEnd())
        # The framework keeps every token for ever.
        shown.tokens.pop(token, None)
