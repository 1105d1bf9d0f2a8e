"""What the multimodal critic says, in the editor."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.conftest import CSS, Client
from tests.model.fake import refused, said, scripted, serving
from tests.model.test_critic import critique, opinion

pytestmark = pytest.mark.browser

EVIL = "![x](http://evil.example/x.png) <img src=x> [a](command:evil) `code`"


def settings(site: Path, url: str, model: str = "fake") -> None:
    text = f'critic = {{ endpoint = "{url}", model = "{model}", intent = "offers" }}\neditor.prepare = 0\n'
    (site / "relook.toml").write_text(text, "utf-8")


async def test_it_comes_after_what_was_measured(client: Client, site: Path) -> None:
    text = opinion(critique(1, problem=EVIL), critique(0, "typography", "information"))
    async with serving(scripted([said(text)])) as server:
        settings(site, server.url)
        page = client.open(site / "index.html", "html")
        style = client.open(site / "style.css", "css")
        (measured,) = await client.diagnostics(style, 1)
        assert measured.source == "relook"
        (found,) = await client.diagnostics(page, 1)
        assert (found.source, found.code) == ("ReLook critic", "critic-spatial")
        assert found.severity == lsp.DiagnosticSeverity.Warning
        assert found.code_description and found.code_description.href.endswith("/docs/models.md")
        assert (await client.diagnostics(style, 1))[0].message == measured.message
        hover = await client.raw.text_document_hover_async(
            lsp.HoverParams(lsp.TextDocumentIdentifier(page), found.range.start)
        )
        assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
        for harm in ("![x](", "<img src=x>", "[a](command", "`code`"):
            assert harm not in hover.contents.value
        assert "offers" in server.text()
        server.came.clear()
        client.change(style, CSS + "\n")
        async with asyncio.timeout(60):
            await server.came.wait()  # another page, another question


async def test_a_critic_that_fails_takes_nothing_away(client: Client, site: Path) -> None:
    async with serving(scripted([refused(400, "no such model")])) as server:
        settings(site, server.url, "missing")  # what another model said of the same page is remembered
        client.open(site / "index.html", "html")
        style = client.open(site / "style.css", "css")
        await client.diagnostics(style, 1)
        async with asyncio.timeout(60):
            await server.came.wait()
        assert [one.source for one in await client.diagnostics(style, 1)] == ["relook"]
