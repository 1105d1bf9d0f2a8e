"""A real server process and a client with the capabilities of a current VS Code."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from relook_lsp.lsp import protocol
from relook_lsp.lsp.json_rpc import MESSAGES, RESULTS, JsonRpcResponse

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
    """The client with what it received: diagnostics with versions, applied edits, what ReLook told."""

    def __init__(self, raw: LanguageClient) -> None:
        self.raw = raw
        self.published: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.texts: dict[str, tuple[int, str]] = {}
        self.edits: list[lsp.WorkspaceEdit] = []
        self.statuses: list[protocol.StatusParams] = []
        self.reviews: list[protocol.ReviewPayload] = []
        self.ended = False
        """Whether the test itself has shut the server down."""
        self.progress: list[protocol.ProgressParams] = []
        self.publications = 0
        self.encoding = "utf-16"
        self.answer: Callable[[protocol.CompleteParams], protocol.CompleteResult] | None = None
        self.told: Callable[[protocol.StatusParams], None] | None = None
        """Called while a status is being received: before anything that the server sends after it."""

    async def start(
        self,
        *folders: Path,
        capabilities: lsp.ClientCapabilities | None = None,
        **options: Any,
    ) -> lsp.InitializeResult:
        named = [lsp.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders]
        return await self.raw.initialize_session(
            lsp.InitializeParams(
                capabilities=capabilities or vscode(),
                root_uri=folders[0].as_uri() if folders else None,
                workspace_folders=named,
                initialization_options=options or None,
            )
        )

    async def ask(self, method: str, params: Any = None, seconds: float = 120) -> Any:
        async with asyncio.timeout(seconds):
            return await self.raw.protocol.send_request_async(method, params)

    async def until(self, done: Callable[[], Any], seconds: float = 120) -> Any:
        """Poll until something is there."""
        async with asyncio.timeout(seconds):
            while not (found := done()):  # noqa: ASYNC110 (a test polls)
                await asyncio.sleep(0.05)
        return found

    async def actions(self, uri: str, range_: lsp.Range | None = None, *only: str) -> list[lsp.CodeAction]:
        whole = lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))
        context = lsp.CodeActionContext([], only=[*only] or None)
        where = lsp.TextDocumentIdentifier(uri)
        got = await self.raw.text_document_code_action_async(lsp.CodeActionParams(where, range_ or whole, context))
        return [one for one in got or () if isinstance(one, lsp.CodeAction)]

    async def action(self, uri: str, title: str, *only: str, seconds: float = 150) -> lsp.CodeAction:
        """Wait until an action whose title contains this is offered."""
        async with asyncio.timeout(seconds):
            while True:
                for one in await self.actions(uri, None, *only):
                    if title in one.title:
                        return one
                await asyncio.sleep(0.2)

    def save(self, uri: str) -> None:
        path = Path(unquote(urlsplit(uri).path))
        path.write_text(self.texts[uri][1], "utf-8")
        self.raw.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self.texts.pop(uri)
        self.raw.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def open(self, path: Path, language: str) -> str:
        uri, text = path.as_uri(), path.read_bytes().decode("utf-8")
        return self.put(uri, language, text)

    def put(self, uri: str, language: str, text: str) -> str:
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

    async def diagnostics(self, uri: str, count: int | None = None, seconds: float = 90) -> tuple[lsp.Diagnostic, ...]:
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
        edits = {change.text_document.uri: change.edits for change in changes} | dict(edit.changes or {})
        for change in changes:
            known = self.texts.get(change.text_document.uri)
            if change.text_document.version is not None and known and known[0] != change.text_document.version:
                return False
        for uri, found in edits.items():
            path = Path(unquote(urlsplit(uri).path))
            if uri not in self.texts:
                self.texts[uri] = (0, path.read_text("utf-8") if path.exists() else "")
            text = self.texts[uri][1]
            lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
            for one in sorted(found, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
                start, end = (_offset(lines, place, self.encoding) for place in (one.range.start, one.range.end))
                text = text[:start] + one.new_text + text[end:]
            if self.texts[uri][0]:
                self.change(uri, text)
            else:
                self.texts[uri] = (0, text)
        self.edits.append(edit)
        return True


def _type(method: str, index: int) -> Any:
    return lsp.METHOD_TO_TYPES.get(method, (None, None))[index]


def factory() -> LanguageClient:
    raw = make_test_lsp_client()
    raw.protocol.get_message_type = lambda method: MESSAGES.get(method) or _type(method, 0)  # type: ignore[method-assign]
    # lsprotocol takes an action that has a command for the command itself.
    results = {**RESULTS, lsp.TEXT_DOCUMENT_CODE_ACTION: JsonRpcResponse[list[lsp.CodeAction] | None]}
    raw.protocol.get_result_type = lambda method: results.get(method) or _type(method, 1)  # type: ignore[method-assign]
    client = Client(raw)
    raw.relook = client  # type: ignore[attr-defined]

    # The test client keeps diagnostics without their version; ours keeps the whole message.
    raw.protocol.fm.features.pop(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, None)

    @raw.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: lsp.PublishDiagnosticsParams) -> None:
        client.published[params.uri] = params
        client.publications += 1

    @raw.feature(lsp.WORKSPACE_APPLY_EDIT)
    def apply_edit(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        return lsp.ApplyWorkspaceEditResult(applied=client.apply(params.edit))

    @raw.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def register(params: lsp.RegistrationParams) -> None:
        return None

    @raw.feature(protocol.STATUS)
    def status(params: protocol.StatusParams) -> None:
        client.statuses.append(params)
        if client.told is not None:
            client.told(params)

    @raw.feature(protocol.REVIEWED)
    def reviewed(params: protocol.ReviewPayload) -> None:
        client.reviews.append(params)

    @raw.feature(protocol.PROGRESS)
    def progress(params: protocol.ProgressParams) -> None:
        client.progress.append(params)

    @raw.feature(protocol.COMPLETE)
    def complete(params: protocol.CompleteParams) -> protocol.CompleteResult:
        assert client.answer is not None
        return client.answer(params)

    @raw.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)
    def refresh(*_params: Any) -> None:
        return None

    return raw


def _offset(lines: list[str], place: lsp.Position, encoding: str) -> int:
    """Of a position whose columns are units of ``encoding``."""
    before = sum(map(len, lines[: place.line]))
    if place.line >= len(lines):
        return before
    name = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    unit = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    return before + len(lines[place.line].encode(name)[: place.character * unit].decode(name))


def vscode() -> lsp.ClientCapabilities:
    """As a current VS Code, as far as the server looks at it."""
    return lsp.ClientCapabilities(
        text_document=lsp.TextDocumentClientCapabilities(
            publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(
                related_information=True, code_description_support=True, data_support=True, version_support=True
            ),
            code_action=lsp.CodeActionClientCapabilities(
                is_preferred_support=True,
                tag_support=lsp.CodeActionTagOptions([lsp.CodeActionTag.LlmGenerated]),
            ),
            code_lens=lsp.CodeLensClientCapabilities(),
            hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
        ),
        workspace=lsp.WorkspaceClientCapabilities(
            workspace_edit=lsp.WorkspaceEditClientCapabilities(
                document_changes=True, resource_operations=[lsp.ResourceOperationKind.Create]
            ),
            code_lens=lsp.CodeLensWorkspaceClientCapabilities(refresh_support=True),
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
async def fresh(lsp_client: LanguageClient) -> AsyncIterator[Client]:
    """A client that has not said anything yet."""
    yield lsp_client.relook  # type: ignore[attr-defined]
    async with asyncio.timeout(30):
        if lsp_client.relook.ended:  # type: ignore[attr-defined]
            lsp_client.exit(None)
        else:
            await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="session")
async def client(fresh: Client, site: Path) -> Client:
    """A VS Code that has opened the site."""
    await fresh.start(site, trusted=True, client={"reviewed": True, "images": True})
    return fresh
