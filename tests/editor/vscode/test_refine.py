"""Refining a page: told step by step, cancelled, refused when the page changed meanwhile."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.editor.vscode.workbench import WAIT, Workbench


async def test_refine_page(code: Workbench) -> None:
    before = (code.site / "style.css").read_text("utf-8")
    await code.show("style.css")
    await expect(code.squiggles("error")).to_have_count(1, timeout=WAIT)

    await code.command("ReLook: Refine This Page")
    running = code.toast("ReLook: refining the page")
    await code.press(running, "Cancel")
    await expect(running).to_be_hidden(timeout=WAIT)
    await code.text(re.compile(r"\.order.\{.width:.620px"))

    await code.command("ReLook: Refine This Page")
    await expect(code.toast(re.compile(r"round \d+, attempt \d+: .*Best score \d+"))).to_be_visible(timeout=WAIT)
    await code.picture("progress")
    # An edit while it runs: what is found then is for a page that is not there any more.
    await code.go_to(1, 1)
    await code.page.keyboard.insert_text("/* bread */\n")
    await expect(code.toast(re.compile("changed"))).to_be_visible(timeout=WAIT)
    await code.picture("refused")
    await code.text(re.compile(r"\.order.\{.width:.620px"))

    await code.command("Notifications: Clear All Notifications")
    await code.command("ReLook: Refine This Page")
    await expect(code.squiggles("error")).to_have_count(0, timeout=2 * WAIT)
    await expect(code.squiggles()).to_have_count(0, timeout=WAIT)
    await code.picture("refined")
    # One step takes all of it back.
    await code.page.keyboard.press("Control+1")
    await code.page.keyboard.press("Control+Z")
    await code.text(re.compile(r"\.order.\{.width:.620px"))
    await code.text("#b9a999")
    assert (code.site / "style.css").read_text("utf-8") == before
