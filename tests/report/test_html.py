"""The report in a real browser: what it shows, what it does, and what it never does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.executables import find_browser
from relook_lsp.core import page as core
from relook_lsp.critics.registry import RULES
from relook_lsp.report import PageReview
from relook_lsp.report.before_after import RefinedPair
from relook_lsp.report.before_after import render_before_after as render_pairs
from relook_lsp.report.embedded_images import MAX_BYTES
from relook_lsp.report.finding_entry import message_markup
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.report.html import render_html
from relook_lsp.review.pipeline import ReviewSettings, review_page
from tests.report.conftest import hostile

pytestmark = pytest.mark.browser

TEXTS = {rule.id: (rule.title, rule.why, rule.fix) for rule in RULES}

_SPY = """
window.executed = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => executed.push(name);
document.addEventListener("securitypolicyviolation", (event) => executed.push("policy: " + event.violatedDirective));
window.addEventListener("error", (event) => executed.push("error: " + event.message));
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=find_browser().path, args=["--no-sandbox"])


async def _open(
    browser: Browser, folder: Path, text: str, *, script: bool = True, width: int = 1280
) -> tuple[Page, list[str]]:
    file = folder / "report.html"
    file.write_text(text, "utf-8", "replace")
    context = await browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.add_init_script(_SPY)
    await page.goto(file.as_uri())
    return page, [url for url in asked if not url.startswith(("data:", file.as_uri()))]


def _payloads(data: Path) -> list[str]:
    naughty: list[str] = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    lines = (data / "hostile/xss/xss-payload-list.txt").read_text("utf-8").splitlines()
    return [one for one in (*naughty, *lines) if one.strip()]


@pytest.mark.data
@pytest.mark.hostile
@pytest.mark.timeout(400)
async def test_nothing_of_a_page_executes(browser: Browser, data: Path, tmp_path: Path) -> None:
    payloads = _payloads(data)
    assert len(payloads) > 5000
    ours = await _shape(browser, tmp_path, ["harmless", "also"])
    for start in range(0, len(payloads), 800):
        batch = payloads[start : start + 800]
        shape = await _shape(browser, tmp_path, batch)
        assert shape["executed"] == []
        assert shape["attributes"] == []
        assert set(shape["elements"]) <= set(ours["elements"]), "a payload made an element of its own"
        assert shape["elements"]["li.finding"] == len(batch)
        for once in ("script", "style", "body", "main"):
            assert shape["elements"][once] == 1


async def _shape(browser: Browser, folder: Path, payloads: Sequence[str]) -> dict[str, dict[str, int]]:
    """What elements the report has, and whether anything ran or was asked for."""
    page, asked = await _open(browser, folder, render_html(hostile(payloads), {}))
    assert asked == []
    # Whatever waits for a mouse or for focus gets it.
    await page.evaluate(
        "document.querySelectorAll('*').forEach((e) => ['mouseover', 'focus', 'click', 'error', 'load'].forEach((n) => e.tagName === 'A' || e.dispatchEvent(new Event(n, {bubbles: false}))))"
    )
    shape = await page.evaluate("""() => {
        const elements = {}, attributes = [];
        for (const element of document.querySelectorAll("*")) {
            const name = element.localName + (element.matches("li.finding") ? ".finding" : "");
            elements[name] = (elements[name] || 0) + 1;
            for (const { name, value } of element.attributes)
                if (/^on|^style$|^srcdoc$/.test(name) || (name === "href" && !value.startsWith("#"))) attributes.push(name);
        }
        return { elements, attributes, executed };
    }""")
    await page.context.close()
    return shape


async def test_hostile_diff_and_edits_do_not_execute(browser: Browser, tmp_path: Path) -> None:
    evil = "</pre><img src=x onerror=alert(1)><script>alert(2)</script>\u202e"
    one = hostile([evil])[0].report
    page, asked = await _open(browser, tmp_path, render_pairs([RefinedPair(one, None, one, None, (evil,), evil)]))
    assert asked == [] and await page.evaluate("executed") == []
    assert await page.locator("img").count() == 0
    await page.context.close()


async def test_box_and_finding_lead_to_each_other(
    browser: Browser, broken: PageReview, clean: PageReview, tmp_path: Path
) -> None:
    page, asked = await _open(browser, tmp_path, render_html([broken, clean], TEXTS))
    assert asked == []
    finding = page.locator(".finding[data-rule=page-scrolls-sideways]")
    await finding.locator(".show").click()
    box = page.locator(".box.chosen:visible")
    assert await box.count() == 1
    assert await box.get_attribute("href") == f"#{await finding.get_attribute('id')}"
    await page.evaluate("document.activeElement.blur()")
    await box.click()
    assert await page.evaluate("document.activeElement.dataset.rule") == "page-scrolls-sideways"
    assert await page.evaluate("executed") == []
    await page.context.close()


async def test_box_lies_where_the_finding_is(browser: Browser, broken: PageReview, tmp_path: Path) -> None:
    page, _ = await _open(browser, tmp_path, render_html([broken], TEXTS))
    groups = group_by_cause(broken.report.findings)
    number = next(n for n, group in enumerate(groups, start=1) if group[0].rule == "page-scrolls-sideways")
    await page.locator(f"#f-0-{number} .show").click()
    box = page.locator(".box.chosen:visible")
    frame = page.locator(".window:visible img")
    outer, inner = await frame.bounding_box(), await box.bounding_box()
    assert outer is not None and inner is not None
    scale = outer["width"] / float(await frame.get_attribute("width") or 0)
    wanted = groups[number - 1][0].box
    assert abs(inner["x"] - outer["x"] - wanted.x * scale) < 1.5
    assert abs(inner["y"] - outer["y"] - wanted.y * scale) < 1.5
    await page.context.close()


async def test_filters(browser: Browser, broken: PageReview, tmp_path: Path) -> None:
    page, _ = await _open(browser, tmp_path, render_html([broken], TEXTS))
    groups = group_by_cause(broken.report.findings)
    shown = page.locator(".finding:visible")
    assert await shown.count() == len(groups)
    await page.select_option("select[name=rule]", "low-contrast")
    assert await shown.count() == sum(group[0].rule == "low-contrast" for group in groups)
    await page.select_option("select[name=rule]", "")
    await page.uncheck("input[value=error]")
    assert await shown.count() == sum(group[0].severity != "error" for group in groups)
    await page.check("input[value=error]")
    await page.select_option("select[name=window]", "1280 × 800")
    wide = [g for g in groups if any(s.viewport.width == 1280 for one in g for s in one.sightings)]
    assert 0 < await shown.count() == len(wide) < len(groups)
    await page.context.close()


async def test_keyboard_alone(browser: Browser, broken: PageReview, tmp_path: Path) -> None:
    page, _ = await _open(browser, tmp_path, render_html([broken], TEXTS))
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.id") == "f-0-1"
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.id") == "f-0-2"
    await page.keyboard.press("k")
    assert await page.evaluate("document.activeElement.id") == "f-0-1"
    # The windows are one group of radio buttons: arrows change the frame.
    first = await page.locator(".pick:checked").get_attribute("id")
    await page.locator(".pick:checked").focus()
    await page.keyboard.press("ArrowRight")
    assert await page.locator(".pick:checked").get_attribute("id") != first
    await page.context.close()


async def test_reads_without_scripts(browser: Browser, broken: PageReview, tmp_path: Path) -> None:
    page, _ = await _open(browser, tmp_path, render_html([broken], TEXTS), script=False)
    assert await page.locator(".finding:visible").count() == len(group_by_cause(broken.report.findings))
    assert not await page.locator(".filters").is_visible()
    assert await page.locator(".window:visible img").count() == 1
    shown: list[str | None] = []
    for label in (page.locator(".windows label").first, page.locator(".windows label").last):
        await label.click()
        shown.append(await page.locator(".window:visible img").get_attribute("alt"))
    assert shown[0] != shown[1]
    await page.context.close()


def test_names_in_messages_are_code() -> None:
    assert message_markup("`a/<b>.png` is gone; ` alone") == "<code>a/&lt;b&gt;.png</code> is gone; ` alone"


def test_pictures_are_bounded(broken: PageReview) -> None:
    whole = render_html([broken], TEXTS)
    assert "Some pictures were left out" not in whole
    assert len(whole) < 1_500_000
    small = render_html([broken], TEXTS, limit=100_000)
    assert len(small) < 100_000 + 80_000
    assert "Some pictures were left out" in small
    assert MAX_BYTES < 50_000_000


def test_same_frame_is_embedded_once(broken: PageReview) -> None:
    text = render_html([broken], TEXTS)
    frames = [part.split('"')[0] for part in text.split('src="data:')[1:]]
    large = [one for one in frames if len(one) > 20_000]
    assert len(large) == len(set(large)) >= 3


async def test_our_own_report_has_no_findings(
    driver: Driver, broken: PageReview, clean: PageReview, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text(render_html([broken, clean], TEXTS), "utf-8")
    (tmp_path / "one.html").write_text(render_html([clean], TEXTS), "utf-8")
    for name in ("report.html", "one.html"):
        result = await review_page(driver, core.Page(tmp_path, name), ReviewSettings())
        found = [(f.rule, f.message, f.selector, str(f.viewport)) for f in result.report.all_findings]
        assert not found and not result.report.problems
