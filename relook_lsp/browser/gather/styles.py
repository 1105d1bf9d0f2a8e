"""Which declarations apply to a node, and where they are written."""

from __future__ import annotations

from typing import Any

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.core.snapshot import STAMP, Declaration


class Sheets:
    """Style sheets of the page by the browser's id: where each comes from."""

    def __init__(self, cdp: Cdp) -> None:
        self._cdp = cdp
        self._headers: dict[str, dict[str, Any]] = {}
        self._owners: dict[int, int | None] = {}
        self._enabled = False
        cdp.on(
            "CSS.styleSheetAdded",
            lambda event: self._headers.update({event["header"]["styleSheetId"]: event["header"]}),
        )

    async def enable(self) -> None:
        if not self._enabled:
            await self._cdp.send("DOM.enable")
            await self._cdp.send("DOM.getDocument", {"depth": 0})
            await self._cdp.send("CSS.enable")
            self._enabled = True

    async def place(self, sheet: str) -> tuple[str | None, int | None]:
        """(URL, None) of a linked sheet, (None, offset of the ``<style>`` tag) of an inline one."""
        header = self._headers.get(sheet)
        if header is None or header.get("origin") != "regular":
            return None, None
        if not header.get("isInline") and header.get("sourceURL") and "ownerNode" not in header:
            return header["sourceURL"], None
        owner = header.get("ownerNode")
        if header.get("isInline") and owner is not None:
            if owner not in self._owners:
                self._owners[owner] = await _stamp(self._cdp, owner)
            return None, self._owners[owner]
        return header.get("sourceURL") or None, None


async def _stamp(cdp: Cdp, backend: int) -> int | None:
    try:
        reply = await cdp.send("DOM.describeNode", {"backendNodeId": backend})
    except CdpError:
        return None
    flat = reply["node"].get("attributes", [])
    for name, value in zip(flat[::2], flat[1::2], strict=True):
        if name == STAMP and value.isdecimal():
            return int(value)
    return None


async def declarations(cdp: Cdp, sheets: Sheets, backend: int, origin: int | None) -> tuple[Declaration, ...]:
    """Matched declarations of a node and of its ancestors (inherited), strongest last among equals of one level;
    ``origin`` is the node's own stamp. Empty where the node is gone."""
    await sheets.enable()
    try:
        reply = await cdp.send("DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [backend]})
        matched = await cdp.send("CSS.getMatchedStylesForNode", {"nodeId": reply["nodeIds"][0]})
    except CdpError:
        return ()
    found: list[Declaration] = []
    inherited: list[dict[str, Any]] = matched.get("inherited", [])
    for level, entry in reversed(list(enumerate(inherited, start=1))):
        found += await _rules(sheets, entry.get("matchedCSSRules", []), level)
        if "inlineStyle" in entry:
            found += await _inline(entry["inlineStyle"], level, None)
    if "attributesStyle" in matched:
        found += await _inline(matched["attributesStyle"], 0, origin, "attribute")
    found += await _rules(sheets, matched.get("matchedCSSRules", []), 0)
    if "inlineStyle" in matched:
        found += await _inline(matched["inlineStyle"], 0, origin)
    return tuple(found)


async def _rules(sheets: Sheets, matches: list[dict[str, Any]], level: int) -> list[Declaration]:
    found: list[Declaration] = []
    for match in matches:
        rule = match["rule"]
        style = rule["style"]
        agent = rule["origin"] != "regular"
        url, owner = await sheets.place(rule.get("styleSheetId", "")) if not agent else (None, None)
        selectors = [s["text"] for s in rule["selectorList"]["selectors"]]
        selector = ", ".join(selectors)
        media = tuple(m["text"] for m in rule.get("media", []))
        extent = _extent(rule)
        for prop in style["cssProperties"]:
            if prop.get("disabled") or prop.get("parsedOk") is False:
                continue
            found.append(
                Declaration(
                    prop["name"], prop["value"], bool(prop.get("important")), "user-agent" if agent else "rule",
                    selector, media, url, owner, _range(prop), level, extent,
                )
            )  # fmt: skip
    return found


async def _inline(style: dict[str, Any], level: int, owner: int | None, origin: str = "inline") -> list[Declaration]:
    return [
        Declaration(p["name"], p["value"], bool(p.get("important")), origin, "", (), None, owner, _range(p), level)
        for p in style["cssProperties"]
        if not p.get("disabled") and p.get("parsedOk") is not False
    ]


def _range(thing: dict[str, Any]) -> tuple[int, int, int, int] | None:
    place = thing.get("range")
    if place is None:
        return None
    return place["startLine"], place["startColumn"], place["endLine"], place["endColumn"]


def _extent(rule: dict[str, Any]) -> tuple[int, int, int, int] | None:
    selectors = rule["selectorList"].get("selectors", [])
    body = rule["style"].get("range")
    first = selectors[0].get("range") if selectors else None
    if body is None or first is None:
        return None
    return first["startLine"], first["startColumn"], body["endLine"], body["endColumn"] + 1
