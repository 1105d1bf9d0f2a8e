"""The server, spoken to as an editor does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from relook_lsp.lsp import protocol
from tests.lsp.conftest import CSS, Client

pytestmark = pytest.mark.browser


async def test_a_finding_appears_on_its_declaration_and_goes_away(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    (found,) = await client.diagnostics(style, 1)
    assert (found.code, found.source, found.severity) == ("low-contrast", "relook", lsp.DiagnosticSeverity.Warning)
    assert found.range == lsp.Range(lsp.Position(1, 9), lsp.Position(1, 20))
    assert found.related_information and found.related_information[0].location.uri == page
    assert found.code_description and found.code_description.href.endswith("/low-contrast.md")
    client.change(style, CSS.replace("#aaa", "#666"))
    assert await client.diagnostics(style, 0) == ()


async def test_hover_and_code_actions(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    (found,) = await client.diagnostics(style, 1)
    where = lsp.TextDocumentIdentifier(style)
    hover = await client.raw.text_document_hover_async(lsp.HoverParams(where, lsp.Position(1, 12)))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert "4.5:1" in hover.contents.value
    actions = await client.raw.text_document_code_action_async(
        lsp.CodeActionParams(where, found.range, lsp.CodeActionContext([found]))
    )
    titles = [action.title for action in actions or ()]
    assert any(title.startswith("ReLook: look for a verified fix") or "(verified)" in title for title in titles)
    assert "ReLook: ignore low-contrast here" in titles
    assert "ReLook: turn low-contrast off in this project" in titles


async def test_ignoring_a_line_silences_it(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    (found,) = await client.diagnostics(style, 1)
    actions = await client.raw.text_document_code_action_async(
        lsp.CodeActionParams(lsp.TextDocumentIdentifier(style), found.range, lsp.CodeActionContext([found]))
    )
    ignore = next(a for a in actions or () if isinstance(a, lsp.CodeAction) and a.title.endswith("here"))
    assert ignore.edit is not None and client.apply(ignore.edit)
    assert "relook-ignore-next-line low-contrast" in client.texts[style][1]
    assert await client.diagnostics(style, 0) == ()


async def test_refine_ends_in_a_versioned_edit(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    done = await client.raw.workspace_execute_command_async(lsp.ExecuteCommandParams("relook.refine", [style, "", ""]))
    assert done is True
    assert await client.diagnostics(style, 0) == ()
    (edit,) = client.edits
    assert edit.document_changes and edit.document_changes[0].text_document.version == 1  # type: ignore[union-attr]


async def test_refine_waits_for_the_review_that_runs(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    refine = lsp.ExecuteCommandParams("relook.refine", [style, "", ""])
    assert await client.raw.workspace_execute_command_async(refine) is True
    assert await client.diagnostics(style, 0) == ()


async def test_refine_looks_first_where_nothing_was_looked_at(fresh: Client, site: Path) -> None:
    await fresh.start(site, editor={"onOpen": False, "onChange": False, "prepare": 0})
    fresh.open(site / "index.html", "html")
    style = fresh.open(site / "style.css", "css")
    fresh.change(style, "/* typed */\n" + CSS)
    refine = lsp.ExecuteCommandParams("relook.refine", [style, "", ""])
    assert await fresh.raw.workspace_execute_command_async(refine) is True
    assert fresh.texts[style][1].startswith("/* typed */\n")


async def test_a_stale_edit_is_refused(fresh: Client, site: Path) -> None:
    await fresh.start(site, editor={"prepare": 0})
    fresh.open(site / "index.html", "html")
    style = fresh.open(site / "style.css", "css")
    await fresh.diagnostics(style, 1)

    def type_meanwhile(status: protocol.StatusParams) -> None:
        if status.state == "refining":
            fresh.told = None
            fresh.change(style, "/* typed meanwhile */\n" + CSS)

    fresh.told = type_meanwhile
    refine = lsp.ExecuteCommandParams("relook.refine", [style, "", ""])
    assert await fresh.raw.workspace_execute_command_async(refine) is False
    assert fresh.edits == []
    assert fresh.texts[style] == (2, "/* typed meanwhile */\n" + CSS)


async def test_closing_clears(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    for uri in (page, style):
        client.raw.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
        client.texts.pop(uri)
    async with asyncio.timeout(10):
        while client.published[style].diagnostics:  # noqa: ASYNC110 (a test polls)
            await asyncio.sleep(0.05)
