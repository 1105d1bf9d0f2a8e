"""A real server process and a client with the capabilities of a current VS Code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<h1>Offers of the week</h1>
<p class="muted">Fresh apples from the valley</p>
</body>
</html>
"""
CSS = "body { font: 16px/1.5 sans-serif; color: #222; background: #fff }\n.muted { color: #aaa }\n"


class Client:
    """The client with what it received: diagnostics with versions, applied edits, statuses."""

    def __init__(self, raw: LanguageClient) -> None:
        self.raw = raw
        self.published: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.texts: dict[str, tuple[int, str]] = {}
        self.edits: list[lsp.WorkspaceEdit] = []

    def open(self, path: Path, language: str) -> str:
        uri, text = path.as_uri(), path.read_text("utf-8")
        self.texts[uri] = (1, text)
        item = lsp.TextDocumentItem(uri, language, 1, text)
        self.raw.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> None:
        version = self.texts[uri][0] + 1
        self.texts[uri] = (version, text)
        self.raw.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version, uri), [lsp.TextDocumentContentChangeWholeDocument(text)]
            )
        )

    async def diagnostics(self, uri: str, count: int | None = None, seconds: float = 40) -> tuple[lsp.Diagnostic, ...]:
        """Wait until the file has diagnostics of its current version (``count`` of them)."""
        async with asyncio.timeout(seconds):
            while True:
                got = self.published.get(uri)
                version = self.texts.get(uri, (None, ""))[0]
                if got is not None and got.version == version and count in (None, len(got.diagnostics)):
                    return tuple(got.diagnostics)
                await asyncio.sleep(0.05)

    def apply(self, edit: lsp.WorkspaceEdit) -> bool:
        """Apply as VS Code does: refuse the whole edit when one version is not current."""
        changes = [c for c in edit.document_changes or () if isinstance(c, lsp.TextDocumentEdit)]
        for change in changes:
            known = self.texts.get(change.text_document.uri)
            if change.text_document.version is not None and known and known[0] != change.text_document.version:
                return False
        for change in changes:
            uri = change.text_document.uri
            text = self.texts[uri][1]
            lines = text.splitlines(keepends=True)
            for one in sorted(change.edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
                start = sum(map(len, lines[: one.range.start.line])) + one.range.start.character
                end = sum(map(len, lines[: one.range.end.line])) + one.range.end.character
                text = text[:start] + one.new_text + text[end:]
            self.change(uri, text)
        self.edits.append(edit)
        return True


def factory() -> LanguageClient:
    raw = make_test_lsp_client()
    client = Client(raw)
    raw.relook = client  # type: ignore[attr-defined]

    # The test client keeps diagnostics without their version; ours keeps the whole message.
    raw.protocol.fm.features.pop(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, None)

    @raw.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: lsp.PublishDiagnosticsParams) -> None:
        client.published[params.uri] = params

    @raw.feature(lsp.WORKSPACE_APPLY_EDIT)
    def apply_edit(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        return lsp.ApplyWorkspaceEditResult(applied=client.apply(params.edit))

    @raw.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def register(params: lsp.RegistrationParams) -> None:
        return None

    @raw.feature("relook/status")
    def status(*_params: Any) -> None:
        return None

    return raw


def capabilities() -> lsp.ClientCapabilities:
    return lsp.ClientCapabilities(
        text_document=lsp.TextDocumentClientCapabilities(
            publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(
                related_information=True, code_description_support=True, data_support=True, version_support=True
            ),
            code_action=lsp.CodeActionClientCapabilities(is_preferred_support=True),
            hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
        ),
        workspace=lsp.WorkspaceClientCapabilities(
            workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
            apply_edit=True,
        ),
        window=lsp.WindowClientCapabilities(work_done_progress=True),
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    (tmp_path / "style.css").write_text(CSS, "utf-8")
    return tmp_path


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-m", "relook_lsp"], client_factory=factory),
    loop_scope="session",
)
async def lsp_client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    yield


@pytest_asyncio.fixture(loop_scope="session")
async def client(lsp_client: LanguageClient, site: Path) -> AsyncIterator[Client]:
    one: Client = lsp_client.relook  # type: ignore[attr-defined]
    folder = lsp.WorkspaceFolder(site.as_uri(), "site")
    await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=capabilities(), root_uri=site.as_uri(), workspace_folders=[folder])
    )
    yield one
    async with asyncio.timeout(20):
        await lsp_client.shutdown_session()
