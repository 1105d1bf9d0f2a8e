"""What a user sees first: squiggles on the right text, the problem, the hover, a fix that is verified, a clean page."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.editor.vscode.conftest import settings, stored
from tests.editor.vscode.workbench import WAIT, Workbench, loaded, place, until, written


async def test_finding_fix_saved(code: Workbench) -> None:
    sheet = code.site / "style.css"
    before = sheet.read_text("utf-8")
    await code.show("style.css")
    await expect(code.squiggles()).to_have_count(1, timeout=WAIT)
    await expect(code.squiggles("error")).to_have_count(1, timeout=WAIT)
    await code.picture("squiggles")

    problem = await code.problem("Text contrast is 2.16:1")
    await expect(problem).to_be_visible(timeout=WAIT)
    await expect(problem).to_contain_text("low-contrast")
    line, column = place(before, "color: #b9a999")
    await expect(problem).to_contain_text(f"[Ln {line}, Col {column}]", timeout=WAIT)
    await code.picture("problems")
    await problem.dblclick(position={"x": 80, "y": 8})
    # The whole declaration is selected: that is the range.
    await code.selected(before, "color: #b9a999")

    await code.go_to(line, column)
    hover = await code.hover("Text contrast is 2.16:1")
    await expect(hover).to_contain_text("What helps")
    widths = await loaded(hover.locator("img"))
    assert widths and all(widths), widths
    await code.picture("hover")
    await code.page.keyboard.press("Escape")

    verified = re.compile(r"ReLook refine: .*\(verified\)")
    await code.quick_fix(verified)
    await code.picture("quick-fix")
    # It stands first, so Ctrl+Enter shows what it would change.
    await code.page.keyboard.press("Control+Enter")
    await expect(code.page.locator(".bulk-edit-panel")).to_contain_text("style.css", timeout=WAIT)
    await code.picture("changes")
    await code.page.get_by_role("button", name="Discard", exact=True).click()
    await code.text("#b9a999")

    await code.go_to(line, column)
    await (await code.quick_fix(verified)).click()
    await expect(code.squiggles()).to_have_count(0, timeout=WAIT)
    await expect(code.squiggles("error")).to_have_count(1, timeout=WAIT)
    await code.picture("fixed")
    assert sheet.read_text("utf-8") == before
    colour = await code.colour(".muted")
    assert colour != "#b9a999"
    await code.save()
    await written(sheet, before.replace("#b9a999", colour))


async def test_saving_reviews(code: Workbench) -> None:
    """With reviews while typing off, a squiggle appears by saving alone; a comment takes it away again."""
    settings(code.folder, {"relook.editor.onChange": False})
    await code.show("style.css")
    await expect(code.squiggles("error")).to_have_count(1, timeout=WAIT)
    await code.go_to(1, 1)
    await code.page.keyboard.insert_text(".hours { color: #7d5040 }\n")
    await code.save()
    await expect(code.squiggles()).to_have_count(2, timeout=WAIT)
    await code.picture("two")
    await code.go_to(1, 12)
    await code.command("ReLook: Suppress Finding Here")
    await code.text(re.compile(r"relook-ignore-next-line.low-contrast"))
    await code.save()
    await expect(code.squiggles()).to_have_count(1, timeout=WAIT)
    await code.picture("suppressed")

    await code.command("ReLook: Choose Entry Page")
    entry = f"{code.site.name}/index.html"
    await code.pick(entry)
    wanted = {"relook.editor.onChange": False, "relook.entry": [entry]}
    await until(lambda: stored(code.folder) == wanted, "the entry is set")
