"""The language server as a process: memory while idle, and from an edit to its diagnostics."""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

MENDED = ".note { color: #a9b8bd; }", ".note { color: #50626a; }"
"""A finding of the sample page's style sheet, and the sheet without it."""


def resident(pid: int) -> float:
    """Megabytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


async def measure(folder: Path, edits: int) -> None:
    """Open the sample page, then change one colour again and again; the pause before a review is part of the time. Then
    mend one finding and bring it back, as often."""
    logging.getLogger("pygls").setLevel(logging.ERROR)  # ReLook's own notifications are not handled here
    client = LanguageClient("bench", "1")
    published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _(params: lsp.PublishDiagnosticsParams) -> None:
        published.put_nowait(params)

    await client.start_io(sys.executable, "-m", "relook_lsp")
    process: Any = client._server
    capabilities = lsp.ClientCapabilities(
        text_document=lsp.TextDocumentClientCapabilities(
            publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(version_support=True)
        )
    )
    await client.initialize_async(lsp.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri()))
    client.initialized(lsp.InitializedParams())
    await asyncio.sleep(3)
    idle = resident(process.pid)
    page, style = folder / "index.html", folder / "style.css"
    text = style.read_text("utf-8")
    for path, language in ((page, "html"), (style, "css")):
        item = lsp.TextDocumentItem(path.as_uri(), language, 1, path.read_text("utf-8"))
        client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    await _version(published, style.as_uri(), 1)

    async def edit(version: int, text: str) -> float:
        """Seconds from a change to its diagnostics."""
        await asyncio.sleep(1.5)  # fixes of the last review are prepared meanwhile
        started = time.perf_counter()
        identity = lsp.VersionedTextDocumentIdentifier(version, style.as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(identity, [change]))
        await _version(published, style.as_uri(), version)
        return time.perf_counter() - started

    spent = [await edit(version, f"{text}\n.bench {{ color: #{version:03d} }}\n") for version in range(2, edits + 2)]
    after = resident(process.pid)
    mended: list[float] = []
    for version in range(edits + 2, 3 * edits + 2, 2):
        await edit(version, text)
        await asyncio.sleep(3)  # the finding is there again, and the review that says so is done
        mended.append(await edit(version + 1, text.replace(*MENDED)))
        await asyncio.sleep(3)
    await client.shutdown_async(None)
    client.exit(None)
    print(f"\nLanguage server, load {os.getloadavg()[0]:.1f}:\n\n| | |\n|---|---|")
    print(f"| idle, before the first review (MB resident) | {idle:.0f} |")
    print(f"| after {edits} reviews (MB resident) | {after:.0f} |")
    for what, times in (("edit to diagnostics, 300 ms of quiet included", spent), ("mended finding gone", mended)):
        print(f"| {what}, p50 (s) | {statistics.median(times):.3f} |")
        print(f"| the same, most (s) | {max(times):.3f} |")


async def _version(published: asyncio.Queue[lsp.PublishDiagnosticsParams], uri: str, version: int) -> None:
    async with asyncio.timeout(60):
        while True:
            params = await published.get()
            if params.uri == uri and params.version == version:
                return
