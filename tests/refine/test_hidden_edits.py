"""Thousands of edits that hide something: none passes the permission check, and what a real Chromium finds is refused."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from random import Random

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, async_playwright

from relook_lsp.browser.executables import find_browser
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.refine.acceptance.permissions import check_permissions
from relook_lsp.refine.trajectory import Reason
from tests.refine.hidden_edits import TEXTS, Edit, hidden, honest, mutated

COUNT = 5000


def _refused(edit: Edit) -> bool:
    text = TEXTS[edit.path]
    assert edit.old in text, edit
    at = text.index(edit.old)
    patch = Patch.from_replacements([Replacement(edit.path, Span(at, at + len(edit.old)), edit.old, edit.new)])
    denied = check_permissions(patch, TEXTS)
    assert denied is None or denied[0] in (Reason.NOT_ALLOWED, Reason.EMPTY), denied
    return denied is not None


def test_no_hidden_edit_passes() -> None:
    started = time.process_time()
    passed = [edit for edit in hidden(COUNT, Random(1)) if not _refused(edit)]
    assert not passed, (len(passed), passed[:20])
    assert time.process_time() - started < 40


def test_honest_edits_pass() -> None:
    refused = [edit for edit in honest(1500, Random(2)) if _refused(edit)]
    assert not refused, (len(refused), refused[:20])


_ORACLE = """(texts) => {
  const mark = /evil\\.example|EVIL/;
  const style = new RegExp([
    `(?:["']|(?<![\\\\w#-])url\\\\(\\\\s*)(?:https:)?//evil\\\\.example`, "EVIL", "(?:animation|transition)[\\\\w-]*:[^;}]*77s",
    "scroll-behavior: smooth",
  ].join("|"));
  const harmless = ["title", "alt", "class", "id", "rows", "width", "height", "style"];
  const sheet = (text) => {
    const element = document.createElement("style");
    element.textContent = text;
    document.head.append(element);
    const found = [...element.sheet.cssRules].some((rule) => style.test(rule.cssText));
    element.remove();
    return found;
  };
  const own = (element) => [...element.childNodes].map((node) => node.nodeType === 8 ? "" : node.data ?? "").join("");
  const tree = (root) => [...root.querySelectorAll("*")].some((element) =>
    [...element.attributes].some((one) => !harmless.includes(one.name) && mark.test(one.value))
    || (element.localName === "script" && mark.test(element.textContent))
    || element.localName === "marquee"
    || (element.localName === "style" && sheet(own(element)))
    || (element.style && style.test(element.style.cssText))
    || (element instanceof HTMLTemplateElement && tree(element.content))
  );
  return texts.map(([path, text]) =>
    path.endsWith(".css") ? sheet(text) : tree(new DOMParser().parseFromString(text, "text/html")));
}"""
"""Whether a mark takes effect: the browser's parsers and its style sheet objects, also for rules that do not match now."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser().path, args=["--no-sandbox"])
        one = await browser.new_page()

        async def abort(route: Route) -> None:
            await route.abort()

        await one.route("**/*", abort)
        yield one
        await browser.close()


async def _live(page: Page, edits: Iterable[Edit]) -> list[bool]:
    """Whether Chromium's parsers find a mark in effect, for each edit."""
    found: list[bool] = await page.evaluate(_ORACLE, [(edit.path, edit.after) for edit in edits])
    return found


@pytest.mark.browser
async def test_what_chromium_finds_is_refused(page: Page) -> None:
    """The judge is the browser: edits that were changed at random, so that nobody knows what they do."""
    random = Random(3)
    edits = [mutated(edit, random) for edit in (*hidden(2500, random), *honest(500, random))]
    live = await _live(page, edits)
    passed = [edit for edit, found in zip(edits, live, strict=True) if found and not _refused(edit)]
    assert not passed, (len(passed), passed[:10])
    assert sum(live) > len(edits) / 6, "the browser no longer sees what these edits do"


@pytest.mark.browser
async def test_the_hidden_edits_do_what_they_hide(page: Page) -> None:
    live = await _live(page, hidden(1000, Random(1)))
    assert sum(live) > 600, sum(live)
    assert not any(await _live(page, [Edit(path, "color", "color") for path in TEXTS]))
