"""In the editor: what the solved repairs leave, the policy that ships with the package mends, without any network."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.conftest import PAGE, Client

pytestmark = pytest.mark.browser

BOX = '<div class="preview"><p>Fresh apples from the valley.</p><p>All are picked by hand every morning.</p></div>'
CSS = """body { margin: 16px; font: 16px/1.5 sans-serif; color: #222; background: #fff }
.preview { padding: 8px; border: 1px solid #aaa; background: #eee; height: 20px; }
"""


async def test_an_accepted_edit_is_the_policys(client: Client, site: Path) -> None:
    (site / "index.html").write_text(PAGE.replace('<p class="muted">', f'{BOX}\n<p class="muted">'), "utf-8")
    (site / "style.css").write_text(CSS, "utf-8")
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    (found,) = await client.diagnostics(style, 1)
    assert found.code == "leaves-container"
    refine = lsp.ExecuteCommandParams("relook.refine", [style, "", ""])
    assert await client.raw.workspace_execute_command_async(refine) is True
    (accepted,) = [one for one in client.progress if one.accepted]
    assert accepted.proposer == "local", client.progress
    assert {one.proposer for one in client.progress if not one.accepted} == {"solved"}
    assert await client.diagnostics(style, 0) == ()
    assert client.texts[style][1] != CSS and "height: 20px" not in client.texts[style][1]
