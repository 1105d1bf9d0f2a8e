"""The stamper against the tree construction tests of html5lib: it may change no tree."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.tab import Tab
from relook_lsp.core.snapshot import STAMP
from relook_lsp.source.html import HtmlDocument, parse_html
from relook_lsp.source.stamp import stamp_start_tags

FOLDER = "hostile/html5lib-tests/tree-construction-pre-wpt"

_MARK = re.compile(rf' {STAMP}="(\d+)"')

_TREE = """sources => sources.map(source => {
  const walk = (node, depth, out) => {
    for (const child of node.childNodes) {
      if (child.nodeType === 1) {
        const at = child.getAttribute('relook-at');
        const names = [...child.attributes].filter(a => a.name !== 'relook-at').map(a => a.name + '=' + a.value).sort();
        out.push([depth, child.namespaceURI.slice(-5), child.localName, names.join(' '), at]);
        if (child.localName === 'template' && child.content) walk(child.content, depth + 1, out);
        walk(child, depth + 1, out);
      } else out.push([depth, child.nodeType, child.nodeName, child.nodeValue, null]);
    }
    return out;
  };
  const frame = document.createElement('iframe');
  document.body.append(frame);
  // document.write has the scripting flag of a page; scripts themselves are made harmless before.
  const inner = frame.contentDocument;
  inner.open();
  inner.write(source);
  inner.close();
  const tree = [inner.compatMode, walk(inner, 0, [])];
  frame.remove();
  return tree;
})"""


def documents(data: Path) -> list[str]:
    """Whole documents of all tests (fragments have no start tags of their own to stamp)."""
    found: dict[str, None] = {}
    for path in sorted((data / FOLDER).rglob("*.dat")):
        # newline="" keeps the carriage returns that some tests are about.
        with path.open(encoding="utf-8", newline="") as file:
            for block in file.read().split("#data\n")[1:]:
                text, _, rest = block.partition("\n#errors")
                if "#document-fragment" not in rest and "#script-off" not in rest:
                    found[text] = None
    return list(found)


@pytest.fixture(scope="module")
def parsed(data: Path) -> list[HtmlDocument]:
    return [parse_html(text) for text in documents(data)]


@pytest.mark.data
def test_stamps_lie_behind_start_tag_names(parsed: list[HtmlDocument]) -> None:
    assert len(parsed) > 1300
    for document in parsed:
        text = document.text
        stamped = stamp_start_tags(document)
        places = [(m.start(), int(m.group(1))) for m in _MARK.finditer(stamped.text)]
        assert [start for _, start in places] == [s for s in document.starts if s not in document.unstampable_starts], (
            repr(text)
        )
        for place, start in places:
            tag = document.tag_at(start)
            assert tag is not None
            name = text[start + 1 : stamped.to_source_offset(place)]
            assert text[start] == "<" and name[:1].isalpha(), repr(text)
            written = name.replace("\0", "\ufffd").lower()
            assert written == tag.name or (written, tag.name) == ("image", "img"), repr(text)
        assert _MARK.sub("", stamped.text) == text


@pytest.mark.data
def test_the_way_back_from_served_to_written(parsed: list[HtmlDocument]) -> None:
    for document in parsed:
        stamped = stamp_start_tags(document)
        marks = [m.span() for m in _MARK.finditer(stamped.text)]
        written = 0
        for offset in range(len(stamped.text)):
            if not any(start <= offset < end for start, end in marks):
                assert stamped.to_source_offset(offset) == written, (document.text, offset)
                written += 1
        assert written == len(document.text)


@pytest.mark.data
def test_tags_tell_what_is_written(parsed: list[HtmlDocument]) -> None:
    for document in parsed:
        for tag in document.tags:
            text = document.text[tag.span.start : tag.span.end]
            assert text.startswith("<") and (text.endswith(">") or tag.span.end == len(document.text)), repr(text)
            spans = [a.span for a in tag.attributes]
            assert all(tag.span.covers(span) and span.start >= tag.name_end for span in spans), repr(text)
            ordered = sorted(spans)
            assert all(a.end <= b.start for a, b in pairwise(ordered)), repr(text)
            for attribute in tag.attributes:
                assert attribute.span.covers(attribute.value)
                written = document.text[slice(*attribute.span)].lower().replace("\0", "\ufffd")
                assert written.startswith(attribute.name.lower()), (repr(text), attribute.name)


@pytest_asyncio.fixture(loop_scope="session")
async def tab(driver: Driver) -> AsyncIterator[Tab]:
    opened = await driver.acquire_tab()
    yield opened
    await opened.close()


@pytest.mark.data
@pytest.mark.browser
async def test_the_browser_builds_the_same_tree(parsed: list[HtmlDocument], tab: Tab) -> None:
    """Every fifth document, stamped and not, in Chromium: the same nodes, and each stamp on an element of its tag."""
    harmless = [d for d in parsed if not re.search(r"<(meta|frame|iframe|object|embed|link)\b", d.text, re.I)][::5]
    assert len(harmless) > 220
    for begin in range(0, len(harmless), 100):
        batch = harmless[begin : begin + 100]
        sources = [text for d in batch for text in (d.text, stamp_start_tags(d).text)]
        expression = f"JSON.stringify(({_TREE})({json.dumps(sources)}))"
        reply = await tab.cdp.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        trees = json.loads(reply["result"]["value"])
        for document, plain, marked in zip(batch, trees[::2], trees[1::2], strict=True):
            assert [node[:4] for node in plain[1]] == [node[:4] for node in marked[1]], repr(document.text)
            assert plain[0] == marked[0], repr(document.text)
            for node in marked[1]:
                if node[4] is not None:
                    tag = document.tag_at(int(node[4]))
                    assert tag is not None and tag.name == node[2].lower(), (repr(document.text), node)
