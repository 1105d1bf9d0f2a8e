"""What the light bulb offers: edits only for exactly the texts as they are, commands else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from relook_lsp.lsp import protocol
from tests.lsp.conftest import CSS, PAGE, Client

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

WIDE = "<style>.wide { width: 900px; background: #eee }</style>\n"
TWO = PAGE.replace("</head>", f"{WIDE}</head>").replace("</body>", '<p class="wide">Two weeks of apples</p>\n</body>')

DARK = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dark</title>
<link rel="stylesheet" href="style.css">
<body style="background: #222; color: #eee">
<p class="muted">Light grey on dark is fine here</p>
</html>
"""


async def test_a_quick_fix_carries_a_versioned_edit_and_is_preferred(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    fix = await client.action(style, "(verified)")
    assert fix.is_preferred and fix.tags is None and fix.command is None and fix.edit is not None
    assert (await client.actions(style))[0].title == fix.title
    (change,) = fix.edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit) and change.text_document.version == 1
    client.change(style, CSS.replace("16px/1.5", "17px/1.5"))
    offered = await client.actions(style)
    assert not any("(verified)" in action.title for action in offered)
    fresh = await client.action(style, "(verified)")
    assert fresh.edit is not None and client.apply(fresh.edit)
    assert await client.diagnostics(style, 0) == ()


async def test_fix_all_is_one_joint_edit_of_all_files_or_nothing(client: Client, site: Path) -> None:
    (site / "index.html").write_text(TWO, "utf-8")
    page = client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    assert await client.diagnostics(style, 1) and await client.diagnostics(page, 1)
    assert not [action for action in await client.actions(page) if action.kind == "source.fixAll.relook"]
    fix = await client.action(page, "verified together", "source.fixAll")
    assert fix.kind == "source.fixAll.relook" and fix.edit is not None and fix.command is None
    changed = {change.text_document.uri for change in fix.edit.document_changes or ()}  # type: ignore[union-attr]
    assert changed == {page, style}
    client.change(style, CSS + "\n")
    assert await client.actions(page, None, "source.fixAll.relook") == []
    fix = await client.action(page, "verified together", "source.fixAll.relook")
    assert fix.edit is not None and client.apply(fix.edit)
    assert await client.diagnostics(style, 0) == () and await client.diagnostics(page, 0) == ()


async def test_a_shared_sheet_is_mended_without_harm_to_other_pages(client: Client, site: Path) -> None:
    (site / "dark.html").write_text(DARK, "utf-8")
    page = client.open(site / "index.html", "html")
    await client.until(lambda: client.reviews)
    done: protocol.RefineResult = await client.ask(protocol.REFINE, protocol.RefineParams(page, apply=False), 120)
    assert any(one.outcome.startswith("worse on another page: dark.html") for one in done.tried), done.tried
    if done.preview is not None:  # another way was found, which the dark page bears
        assert done.tried[-1].accepted


async def test_a_client_that_takes_no_document_changes(fresh: Client, site: Path) -> None:
    """As Neovim and eglot: no versions, no data, no pictures, plain text."""
    await fresh.start(site, capabilities=lsp.ClientCapabilities())
    fresh.open(site / "index.html", "html")
    style = fresh.open(site / "style.css", "css")
    (found,) = await fresh.diagnostics(style, 1)
    assert (found.data, found.code_description, found.related_information) == (None, None, None)
    where = lsp.TextDocumentIdentifier(style)
    hover = await fresh.raw.text_document_hover_async(lsp.HoverParams(where, found.range.start))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert hover.contents.kind == lsp.MarkupKind.PlainText and "4.5:1" in hover.contents.value
    fix = await fresh.action(style, "(verified)")
    assert fix.is_preferred is None and fix.edit is not None and list(fix.edit.changes or ()) == [style]
    assert fix.edit.document_changes is None and fresh.apply(fix.edit)
    assert await fresh.diagnostics(style, 0) == ()
    assert fresh.reviews == []


async def test_a_blocked_host_can_be_allowed(fresh: Client, site: Path) -> None:
    (site / "index.html").write_text(
        PAGE.replace("</head>", '<link rel="stylesheet" href="https://fonts.example.test/a.css">\n</head>'), "utf-8"
    )
    await fresh.start(site, trusted=True, editor={"information": True})
    page = fresh.open(site / "index.html", "html")
    await fresh.until(lambda: any(d.code == "blocked-remote" for d in fresh.published.get(page, _NONE).diagnostics))
    allow = await fresh.action(page, "allow fonts.example.test")
    assert allow.edit is not None and fresh.apply(allow.edit)
    project = (site / "relook.toml").as_uri()
    assert fresh.texts[project][1] == 'allowedHosts = ["fonts.example.test"]\n'


async def test_hover_shows_the_picture_and_the_lens_the_score(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    (found,) = await client.diagnostics(style, 1)
    where = lsp.TextDocumentIdentifier(style)
    hover = await client.raw.text_document_hover_async(lsp.HoverParams(where, found.range.start))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent) and hover.range == found.range
    assert "](file:///" in hover.contents.value and "Seen at 375x812, 768x1024, 1280x800" in hover.contents.value
    assert await client.raw.text_document_hover_async(lsp.HoverParams(where, lsp.Position(0, 0))) is None
    lenses = await client.raw.text_document_code_lens_async(lsp.CodeLensParams(lsp.TextDocumentIdentifier(page)))
    titles = [lens.command.title for lens in lenses or () if lens.command]
    assert titles[0].startswith("ReLook ") and titles[0].endswith("1 finding") and titles[1] == "Refine this page"
    assert [lens.range.start.line for lens in lenses or ()] == [1, 1]
    assert not await client.raw.text_document_code_lens_async(lsp.CodeLensParams(where))


async def test_the_command_tells_progress_and_is_cancelled_through_it(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    await client.until(lambda: client.reviews)
    arguments = lsp.ExecuteCommandParams("relook.refine", [page, "", ""])
    running = asyncio.ensure_future(client.raw.workspace_execute_command_async(arguments))
    token = await client.until(lambda: next(iter(client.raw.progress_reports), None))
    client.raw.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
    async with asyncio.timeout(30):
        assert await running is False
    assert client.edits == []
    kinds = [type(report).__name__ for report in client.raw.progress_reports[token]]
    assert kinds[0] == "WorkDoneProgressBegin" and kinds[-1] == "WorkDoneProgressEnd"


async def test_a_model_of_the_editor_proposes_and_its_fix_is_marked(fresh: Client, site: Path) -> None:
    """Definite repairs stay first; what a model wrote is verified like everything else, and says so."""
    (site / "index.html").write_text(PAGE.replace('class="muted"', 'style="color: #aaa" onclick="buy()"'), "utf-8")
    asked: list[protocol.CompleteParams] = []

    def answer(question: protocol.CompleteParams) -> protocol.CompleteResult:
        asked.append(question)
        return protocol.CompleteResult(["no edit at all"])

    fresh.answer = answer
    await fresh.start(
        site, client={"reviewed": True, "model": True}, policy={"endpoint": "editor"}, editor={"prepare": 0}
    )
    page = fresh.open(site / "index.html", "html")
    await fresh.until(lambda: fresh.reviews)
    (mark,) = (one for one in fresh.reviews[-1].findings if one.rule == "low-contrast")
    done: protocol.RefineResult = await fresh.ask(
        protocol.REFINE, protocol.RefineParams(page, mark.id, apply=False), 120
    )
    assert done.preview is not None and {one.proposer for one in done.tried} == {"solved"}
    assert asked == []  # a sure fix was found: no model is asked


_NONE = lsp.PublishDiagnosticsParams("", [])
