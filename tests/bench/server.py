"""The language server as a process: memory while idle, and from an edit to its diagnostics."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

EDITS: dict[str, tuple[str, str]] = {
    "a rule for nothing on the page": ("* { box", ".bench { color: red } * { box"),
    "a finding mended": (".note { color: #a9b8bd; }", ".note { color: #50626a; }"),
    "a finding made": (".lead { max", ".order { color: #a9b8bd } .lead { max"),
    "what is below moved": (
        ".section { max-width: 1080px; margin: 0 auto;",
        ".section { max-width: 1080px; margin: 2px auto 0;",
    ),
}
"""What is done to the sample page's style sheet: what stands there, and what then stands there instead."""


def resident(pid: int) -> float:
    """Megabytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


async def measure(folder: Path, edits: int) -> None:
    """Open the sample page and edit its style sheet, each edit so many times from the same text; the pause before a review is
    part of the time. First come diagnostics of what the page of the last review tells, then those of the review."""
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

    version = 1

    async def edit(text: str) -> tuple[float, float]:
        """Seconds from a change to its first diagnostics, and to the last ones."""
        nonlocal version
        version += 1
        started = time.perf_counter()
        identity = lsp.VersionedTextDocumentIdentifier(version, style.as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(identity, [change]))
        await _version(published, style.as_uri(), version)
        first = last = time.perf_counter()
        with contextlib.suppress(TimeoutError):
            while True:  # fixes are prepared in the rest of the pause
                async with asyncio.timeout(3):
                    await _version(published, style.as_uri(), version)
                last = time.perf_counter()
        return first - started, last - started

    spent: dict[str, list[tuple[float, float]]] = {}
    for what, (old, new) in EDITS.items():
        for _ in range(edits):
            await edit(text)
            spent.setdefault(what, []).append(await edit(text.replace(old, new)))
    after = resident(process.pid)
    await client.shutdown_async(None)
    client.exit(None)
    print(
        f"\nLanguage server, load {os.getloadavg()[0]:.1f}: {idle:.0f} MB resident when idle, {after:.0f} after the edits\n"
    )
    print("| seconds from an edit to its diagnostics, p50 | first | all of them |\n|---|---|---|")
    every = [one for some in spent.values() for one in some]
    for what, times in {**spent, "all edits": every}.items():
        first, last = (statistics.median(part) for part in zip(*times, strict=True))
        print(f"| {what} | {first:.2f} | {last:.2f} |")


async def _version(published: asyncio.Queue[lsp.PublishDiagnosticsParams], uri: str, version: int) -> None:
    async with asyncio.timeout(60):
        while True:
            params = await published.get()
            if params.uri == uri and params.version == version:
                return
