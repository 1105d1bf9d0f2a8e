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


def resident(pid: int) -> float:
    """Megabytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


async def measure(folder: Path, edits: int) -> None:
    """Open the sample page, then change one colour again and again; the pause before a review is part of the time."""
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
    spent: list[float] = []
    for version in range(2, edits + 2):
        await asyncio.sleep(1.5)  # fixes of the last review are prepared meanwhile
        started = time.perf_counter()
        identity = lsp.VersionedTextDocumentIdentifier(version, style.as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(f"{text}\n.bench {{ color: #{version:03d} }}\n")
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(identity, [change]))
        await _version(published, style.as_uri(), version)
        spent.append(time.perf_counter() - started)
    after = resident(process.pid)
    await client.shutdown_async(None)
    client.exit(None)
    ordered = sorted(spent)
    print(f"\nLanguage server, load {os.getloadavg()[0]:.1f}:\n\n| | |\n|---|---|")
    print(f"| idle, before the first review (MB resident) | {idle:.0f} |")
    print(f"| after {edits} reviews (MB resident) | {after:.0f} |")
    print(f"| edit to diagnostics, 300 ms of quiet included, p50 (s) | {statistics.median(ordered):.3f} |")
    print(f"| the same, most (s) | {ordered[-1]:.3f} |")


async def _version(published: asyncio.Queue[lsp.PublishDiagnosticsParams], uri: str, version: int) -> None:
    async with asyncio.timeout(60):
        while True:
            params = await published.get()
            if params.uri == uri and params.version == version:
                return
