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

EDITS: dict[str, tuple[str, str, str]] = {
    "a rule for nothing on the page": ("style.css", "* { box", ".bench { color: red } * { box"),
    "a finding mended": ("style.css", ".note { color: #a9b8bd; }", ".note { color: #50626a; }"),
    "a finding made": ("style.css", ".lead { max", ".order { color: #a9b8bd } .lead { max"),
    "what is below moved": (
        "style.css",
        "max-width: 1080px; margin: 0 auto; padding",
        "max-width: 1080px; margin: 2px auto 0; padding",
    ),
    "a word of the text": ("index.html", "</h1>", ", again</h1>"),
}
"""What is done to the sample page: the file, what stands there, and what then stands there instead."""


def resident(pid: int) -> float:
    """Megabytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


async def measure(folder: Path, edits: int) -> None:
    """Open the sample page and edit it, each edit so many times from the same text; the pause before a review is part of the
    time. First come diagnostics of what the page of the last review tells, then those of the review."""
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
    texts = {name: (folder / name).read_text("utf-8") for name in ("index.html", "style.css")}
    for name, text in texts.items():
        item = lsp.TextDocumentItem((folder / name).as_uri(), name.split(".")[1], 1, text)
        client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    await _version(published, (folder / "style.css").as_uri(), 1)

    version = 1

    async def edit(name: str, text: str) -> tuple[float, float]:
        """Seconds from a change to its first diagnostics, and to the last ones."""
        nonlocal version
        version += 1
        started = time.perf_counter()
        uri = (folder / name).as_uri()
        identity = lsp.VersionedTextDocumentIdentifier(version, uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(identity, [change]))
        await _version(published, uri, version)
        first = last = time.perf_counter()
        with contextlib.suppress(TimeoutError):
            while True:  # fixes are prepared in the rest of the pause
                async with asyncio.timeout(3):
                    await _version(published, uri, version)
                last = time.perf_counter()
        return first - started, last - started

    spent: dict[str, list[tuple[float, float]]] = {}
    for what, (name, old, new) in EDITS.items():
        for _ in range(edits):
            spent.setdefault(what, []).append(await edit(name, texts[name].replace(old, new)))
            await edit(name, texts[name])
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
