"""Before and after of a fix, and the page beside its source."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.editor.vscode.conftest import settings
from tests.editor.vscode.workbench import WAIT, Workbench, loaded, place, written


async def test_before_and_after(code: Workbench) -> None:
    sheet = code.site / "style.css"
    before = sheet.read_text("utf-8")
    settings(code.folder, {"workbench.colorTheme": "Default Dark Modern"})
    await code.show("style.css")
    await expect(code.squiggles()).to_have_count(1, timeout=WAIT)
    await code.go_to(*place(before, "color: #b9a999"))
    offer = "ReLook: show before and after of the verified fix"
    await (await code.quick_fix(offer)).click()
    view = code.webview()
    await view.locator(".secondary", has_text="Discard").click()
    await expect(code.page.locator("iframe.webview.ready")).to_have_count(0, timeout=WAIT)
    await code.text("#b9a999")

    # A fix that was discarded may be looked at again.
    await code.go_to(*place(before, "color: #b9a999"))
    await (await code.quick_fix(offer)).click()
    await expect(view.locator("h1")).to_contain_text("color", timeout=WAIT)
    await expect(view.locator(".score")).to_have_text(re.compile(r"Score \d+ → \d+"))
    old, new = [int(part) for part in re.findall(r"\d+", await view.locator(".score").inner_text())]
    assert old < new
    pictures = view.locator(".side img")
    # On a phone the page is wider than its window before, and after too: this fix is about the contrast.
    assert min(await loaded(pictures)) > 375
    await expect(view.locator(".side").nth(1).locator(".edge")).to_be_visible()
    await expect(view.locator(".side").nth(0).locator(".mark.warning")).to_have_count(1)
    await expect(view.locator(".side").nth(1).locator(".mark.warning")).to_have_count(0)
    await code.picture("slider")

    slider = view.locator("#slider")
    await slider.fill("80")
    assert await view.locator(".side").nth(1).evaluate("one => one.style.clipPath") == "inset(-4px -4px -4px 80%)"
    await slider.press("ArrowRight")
    assert await view.locator(".divider").evaluate("one => one.style.left") == "81%"
    await view.locator("#viewport").select_option("1280 × 800")
    assert await loaded(pictures) == [1280, 1280]
    await view.locator("#moment").select_option("0")
    await code.picture("desktop")

    # A box leads to its line; the keyboard is enough.
    await view.locator(".findings .finding").first.press("Enter")
    await code.selected(before, "color: #b9a999")
    await view.locator(".primary").press("Enter")
    await code.text(re.compile(r"\.muted.\{.color:.#(?!b9a999)"))
    await expect(code.page.locator("iframe.webview.ready")).to_have_count(0, timeout=WAIT)
    await expect(code.squiggles()).to_have_count(0, timeout=WAIT)
    await code.save()
    await written(sheet, before.replace("#b9a999", await code.colour(".muted")))


async def test_page_view(code: Workbench) -> None:
    page, sheet = code.site / "index.html", code.site / "style.css"
    text = page.read_text("utf-8")
    await code.show("index.html")
    lens = code.lens(re.compile(r"ReLook \d+ · 2 findings"))
    await expect(lens).to_be_visible(timeout=WAIT)
    await code.picture("lens")
    await lens.click()

    view = code.webview()
    await expect(view.locator(".score")).to_have_text(re.compile(r"Score \d+"), timeout=WAIT)
    # The page is wider than the phone's window.
    assert min(await loaded(view.locator(".side img"))) > 375
    await expect(view.locator(".finding")).to_have_count(2)
    await view.locator("#viewport").select_option("1280 × 800")
    assert await loaded(view.locator(".side img")) == [1280]
    await code.picture("page")

    # From the source to the picture.
    await code.go_to(*place(text, "h1>Bread"))
    await expect(view.locator(".highlight")).to_have_count(1, timeout=WAIT)
    await expect(view.locator(".selected")).to_contain_text("h1")
    await code.picture("highlight")
    # From the picture to the source.
    picture = view.locator(".side img")
    area = await picture.bounding_box()
    assert area is not None
    scale = area["width"] / 1280
    await picture.click(position={"x": 60 * scale, "y": 30 * scale})
    await code.selected(text, '<p class="name">')
    # From a box to the cause, in another file.
    await view.locator("#viewport").select_option("375 × 812, touch")
    await view.locator(".mark.warning").click()
    await expect(code.page.locator(".tab.active", has_text="style.css")).to_be_visible(timeout=WAIT)
    await code.selected(sheet.read_text("utf-8"), "color: #b9a999")
    await code.picture("cause")
    # It follows what is typed.
    await code.page.keyboard.insert_text("color: #5d4d40")
    await expect(view.locator(".finding")).to_have_count(1, timeout=WAIT)
    await code.picture("refreshed")
