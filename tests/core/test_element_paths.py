"""Every selector and XPath finds exactly its element, evaluated by Chromium itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, async_playwright

from relook_lsp.browser.cdp import Handler
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.executables import find_browser
from relook_lsp.browser.gather.dom import read_layout
from relook_lsp.core import page as core
from relook_lsp.core.element_paths import escape_css_identifier
from relook_lsp.core.tree import ELEMENT
from relook_lsp.review.pipeline import ReviewSettings, review_page

pytestmark = pytest.mark.browser

ROOTS = """
const attach = Element.prototype.attachShadow, roots = new WeakMap();
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  roots.set(this, root);
  return root;
};
window.found = (selector, xpath) => {
  const list = (root, part) => root ? [...root.querySelectorAll(part)] : [];
  const [first, ...parts] = selector.replace(/(::[a-z-]+)+$/, "").split(" >>> ");
  let nodes = list(document, first);
  for (const part of parts) nodes = nodes.length === 1 ? list(roots.get(nodes[0]), part) : [];
  const other = xpath ? document.evaluate(xpath, document, null, 7, null) : null;
  const others = other ? Array.from({ length: other.snapshotLength }, (_, index) => other.snapshotItem(index)) : null;
  return [nodes, others];
};
"""
CHECK = """function (selector, xpath) {
  const [nodes, others] = window.found(selector, xpath);
  const exact = (list) => list.length === 1 && list[0] === this;
  return exact(nodes) && (others === null ? this.getRootNode() !== document : exact(others));
}"""

ODD = """<!doctype html><!-- a comment --><html lang="en"><head><title>odd</title><style>i::before { content: "x" }</style></head>
<body class="page">
<p id="twice">a</p><p id="twice">b</p><div><p id="twice">c</p></div><p id="Twice">d</p>
<p id="1st">e</p><p id="-2">f</p><p id="-">g</p><p id="a b">h</p><p id="a.b#c:d/e[f]'&quot;\\g">i</p><p id="ü😀">j</p>
<p class="md:w-1/2 [&>li]:p-2 1x">k</p><p class="md:w-1/2 [&>li]:p-2 1x more">l</p><p class="a\u00a0b">m</p><p class="A">n</p>
<svg><linearGradient id="g"></linearGradient><linearGradient></linearGradient><a><title>t</title></a>
<foreignObject><div><p>x</p><p>y</p></div></foreignObject></svg><svg><g><path/><path/></g></svg>
<math><mi>x</mi><mi>y</mi></math><foo:bar>z</foo:bar><x-É>u</x-É><a'b>q</a'b><mod>1</mod><text>2</text>
<table><tr><td>1<td>2</table><template><p>in a template</p></template><select><option>1<option>2</select>
<details><summary>s</summary><i>i</i><i>j</i></details><iframe srcdoc="<p class=page>inner</p>"></iframe>
<div><div><div><div><div><div><span>deep</span><span>deeper</span></div></div></div></div></div></div>
<div><div><div><div><div><div><span>deep</span><span>deeper</span></div></div></div></div></div></div>
<section><ul><li><b>1</b></li></ul></section><section><ul><li><b>1</b></li></ul></section>
<div class="host"><p>light</p></div><div class="host"></div><x-card></x-card>
<script>
const svg = document.body.appendChild(document.createElement("div"));
for (const name of ["svg:rect", "a", "p"]) svg.append(document.createElementNS("http://www.w3.org/2000/svg", name));
svg.append(document.createElement("a"), document.createElement("p"), document.createElement("p"));
for (const host of document.querySelectorAll(".host")) host.attachShadow({ mode: "closed" }).innerHTML =
  "<p>one</p><p id=twice>two</p><div><div><em>three</em></div></div>";
const card = document.querySelector("x-card").attachShadow({ mode: "open" });
card.innerHTML = "<div class=card><p>p</p><p>q</p></div><x-inner></x-inner><x-inner></x-inner>";
for (const inner of card.querySelectorAll("x-inner")) inner.attachShadow({ mode: "open" }).innerHTML =
  "<style>b::after { content: 'x' }</style><p>in</p><p><b>deeper</b></p>";
const stray = document.createElement("body");
document.querySelector("section").append(stray);
stray.append(document.createElement("q"));
</script></body></html>"""


class Session:
    """The protocol session of the tests' own page, as ReLook uses one."""

    def __init__(self, cdp: CDPSession) -> None:
        self._cdp = cdp

    async def send(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return await self._cdp.send(method, dict(params or {}))

    def on(self, event: str, handler: Handler) -> None:
        raise NotImplementedError


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Page, CDPSession]]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser().path, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.add_init_script(ROOTS)
        yield page, await page.context.new_cdp_session(page)
        await browser.close()


async def exact(cdp: CDPSession, backend: int, selector: str, xpath: str) -> bool:
    node: dict[str, Any] = (await cdp.send("DOM.resolveNode", {"backendNodeId": backend}))["object"]
    words = [{"value": selector}, {"value": xpath}]
    call = {"objectId": node["objectId"], "functionDeclaration": CHECK, "arguments": words, "returnByValue": True}
    answer = await cdp.send("Runtime.callFunctionOn", call)
    return answer["result"].get("value") is True


async def wrong_names(page: Page, cdp: CDPSession, tmp_path: Path, text: str, suffix: str = ".html") -> list[str]:
    file = tmp_path / f"page{suffix}"
    file.write_text(text, "utf-8")
    await page.goto(file.as_uri())
    tree = await read_layout(Session(cdp))
    elements = [node for node in range(len(tree)) if tree.types[node] == ELEMENT]
    assert len(elements) > 5
    return [
        f"{tree.selector(node)}  {tree.xpath(node)}"
        for node in elements
        if not await exact(cdp, tree.backend_ids[tree.nearest_element(node)], tree.selector(node), tree.xpath(node))
    ]


QUIRKS = (
    "<title>q</title><p id=a>1<p id=A>2<p class=x>3<div class=X><p>4</div><div class=x><p>5</div><div><b>6</b></div>"
)
XHTML = """<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>
<body><p>1</p><P>2</P><p>3</p><svg xmlns="http://www.w3.org/2000/svg"><linearGradient/><a/></svg>
<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:rect/><s:rect/></s:svg></body></html>"""


async def test_every_element_is_found_alone(tmp_path: Path) -> None:
    async with opened() as (page, cdp):
        assert await wrong_names(page, cdp, tmp_path, ODD) == []
        assert await wrong_names(page, cdp, tmp_path, QUIRKS) == []
        assert await wrong_names(page, cdp, tmp_path, XHTML, ".xhtml") == []


async def test_names_are_short_and_familiar(tmp_path: Path) -> None:
    text = """<!doctype html><html><body><main id="top"><p class="pale">a</p><p class="pale">b</p><svg><path/></svg></main>
    <x-card></x-card><script>document.querySelector("x-card").attachShadow({mode: "open"}).innerHTML = "<p>in</p>"</script>"""
    async with opened() as (page, cdp):
        await page.set_content(text)
        tree = await read_layout(Session(cdp))
    named = {tree.selector(node): tree.xpath(node) for node in range(len(tree)) if tree.types[node] == ELEMENT}
    assert named["html"] == "/html"
    assert named["main#top > p.pale:nth-of-type(2)"] == "/html/body/main/p[2]"
    assert named["main#top > svg > path"] == "/html/body/main/*[name()='svg']/*[name()='path']"
    assert named["body > x-card >>> p"] == ""


async def test_every_name_of_a_report_finds_its_element(driver: Driver, tmp_path: Path) -> None:
    """Of the demo page, and of one with findings in an SVG, in a shadow tree and in repeated structures."""
    pale = "<p style='color: #ccc'>Pale words of some length</p>"
    (tmp_path / "index.html").write_text(
        f"""<!doctype html><html lang=en><meta name=viewport content="width=device-width"><title>x</title><body>
        <div><div><div><div>{pale}{pale}</div></div></div></div><div><div><div><div>{pale}</div></div></div></div>
        <svg width=300 height=40><text y=20 fill="#ccc">Pale words in a picture</text></svg><img src="data:,">
        <p id=x style="color: #ccc">one of two</p><p id=x style="color: #ccc">two of two</p><x-card></x-card><script>
        document.querySelector("x-card").attachShadow({{mode: "open"}}).innerHTML = "<div>{pale}</div>{pale}"</script>""",
        "utf-8",
    )
    demo = Path(__file__).parents[2] / "docs/demo/broken"
    async with opened() as (page, _):
        for root, least in ((tmp_path, 7), (demo, 5)):
            report = (await review_page(driver, core.Page(root, "index.html"), ReviewSettings())).report
            await page.goto((root / "index.html").as_uri())
            named = [one for one in report.all_findings if one.node is not None]
            assert len(named) >= least
            for one in named:
                nodes, others = await page.evaluate(
                    """([selector, xpath]) => {
                      const outlines = (list) => list && list.map((node) => node.outerHTML);
                      return window.found(selector, xpath).map(outlines);
                    }""",
                    [one.selector, one.xpath],
                )
                assert len(nodes) == 1, (one.selector, nodes)
                assert (others == nodes) if one.xpath else (" >>> " in one.selector), (one.selector, one.xpath)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("a", "a"), ("1a", r"\31 a"), ("-1", r"-\31 "), ("-", r"\-"), ("a b", r"a\ b"), ("\x01", r"\1 "), ("é_-", "é_-")],
)
def test_identifiers_are_escaped(name: str, identifier: str) -> None:
    assert escape_css_identifier(name) == identifier


async def test_names_for_people_say_tag_and_place(tmp_path: Path) -> None:
    text = """<!doctype html><html><body class="dark"><main id="top"><section class="card wide"><div><h3 class="title big">a</h3>
    <p>b</p></div></section></main><table></table><style>p::before { content: "x" }</style></body></html>"""
    async with opened() as (page, cdp):
        await page.set_content(text)
        tree = await read_layout(Session(cdp))
    named = {tree.short_name(node) for node in range(len(tree)) if tree.types[node] == ELEMENT}
    assert {
        "main#top",
        "section.card in #top",
        "h3.title in .card",
        "p in .card",
        "p::before in .card",
        "table",
    } <= named
