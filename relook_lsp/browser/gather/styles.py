"""Which declarations apply to a node, and where they are written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.gather.lineage import flat_ancestors, presentational_declarations
from relook_lsp.core.snapshot import STAMP, Declaration, Layout
from relook_lsp.source.properties import shorthands_of


class StyleSheets:
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

    async def origin_of(self, sheet: str) -> tuple[str | None, int | None]:
        """(URL, None) of a linked sheet, (None, offset of the ``<style>`` tag) of an inline one; (None, None) for a
        sheet that a script made."""
        header = self._headers.get(sheet)
        if header is None or header.get("origin") != "regular":
            return None, None
        owner = header.get("ownerNode")
        # A sheet may give itself another name (sourceURL) and one that a script inserted has none: ask its element.
        named = header.get("sourceURL") and not header.get("hasSourceURL")
        if owner is not None and (header.get("isInline") or not named):
            if owner not in self._owners:
                self._owners[owner] = await _read_stamp(self._cdp, owner)
            return None, self._owners[owner]
        return header.get("sourceURL") or None, None

    async def sheets_of(self, owner: str | int) -> list[str]:
        """Sheets of a URL, or of the ``<style>`` tag at an offset."""
        await self.enable()
        wanted = (owner, None) if isinstance(owner, str) else (None, owner)
        return [sheet for sheet in tuple(self._headers) if await self.origin_of(sheet) == wanted]


async def _read_stamp(cdp: Cdp, backend: int) -> int | None:
    try:
        reply = await cdp.send("DOM.describeNode", {"backendNodeId": backend})
    except CdpError:
        return None
    if reply["node"]["nodeName"].lower() != "style":
        return None
    flat = reply["node"].get("attributes", [])
    for name, value in zip(flat[::2], flat[1::2], strict=True):
        if name == STAMP and value.isdecimal():
            return int(value)
    return None


async def collect_declarations(cdp: Cdp, sheets: StyleSheets, layout: Layout, node: int) -> tuple[Declaration, ...]:
    """Matched declarations of a node and of its ancestors (inherited), weakest first within one level as far as
    layers, specificity and order go. Empty where the node is gone."""
    await sheets.enable()
    try:
        reply = await cdp.send("DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [layout.backend_ids[node]]})
        identity = {"nodeId": reply["nodeIds"][0]}
        matched = await cdp.send("CSS.getMatchedStylesForNode", identity)
        moving = await cdp.send("CSS.getAnimatedStylesForNode", identity) if matched.get("cssKeyframesRules") else {}
    except CdpError:
        return ()
    found: list[Declaration] = []
    inherited: list[dict[str, Any]] = matched.get("inherited", [])
    above = flat_ancestors(layout, node)
    for level, entry in reversed(list(enumerate(inherited, start=1))):
        parent = above[level - 1] if level <= len(above) else None
        if parent is not None:
            found += presentational_declarations(layout, parent, level)
        found += await _rule_declarations(sheets, entry.get("matchedCSSRules", []), level)
        if "inlineStyle" in entry:
            found += _inline_declarations(
                entry["inlineStyle"], level, None if parent is None else layout.source_offset(parent)
            )
    if "attributesStyle" in matched:
        found += _inline_declarations(matched["attributesStyle"], 0, layout.source_offset(node), "attribute")
    found += await _rule_declarations(sheets, matched.get("matchedCSSRules", []), 0)
    if "inlineStyle" in matched:
        found += _inline_declarations(matched["inlineStyle"], 0, layout.source_offset(node))
    found += await _animated_declarations(sheets, matched.get("cssKeyframesRules", []), moving)
    return tuple(found)


async def _rule_declarations(sheets: StyleSheets, matches: list[dict[str, Any]], level: int) -> list[Declaration]:
    found: list[Declaration] = []
    for match in matches:
        rule = match["rule"]
        agent = rule["origin"] != "regular"
        url, owner = await sheets.origin_of(rule.get("styleSheetId", "")) if not agent else (None, None)
        like = Declaration(
            "", "", False, "user-agent" if agent else "rule", ", ".join(s["text"] for s in rule["selectorList"]["selectors"]),
            tuple(m["text"] for m in rule.get("media", [])), url, owner, None, level, _rule_extent(rule),
            layer=tuple(_layer_name(layer) for layer in rule.get("layers", [])),
        )  # fmt: skip
        found += _block_declarations(rule["style"], like)
    return found


def _inline_declarations(
    style: dict[str, Any], level: int, owner: int | None, origin: str = "inline"
) -> list[Declaration]:
    return _block_declarations(style, Declaration("", "", False, origin, "", (), None, owner, None, level))


async def _animated_declarations(
    sheets: StyleSheets, rules: list[dict[str, Any]], moving: dict[str, Any]
) -> list[Declaration]:
    """What running animations set now: the keyframes' declarations, else (``element.animate``) without a place."""
    found: list[Declaration] = []
    for animation in moving.get("animationStyles", []):
        names = {p["name"] for p in animation["style"]["cssProperties"]}
        written: list[Declaration] = []
        for rule in rules:
            if rule["animationName"]["text"] != animation.get("name"):
                continue
            for frame in rule["keyframes"]:
                url, owner = await sheets.origin_of(frame.get("styleSheetId", ""))
                like = Declaration("", "", False, "animation", frame["keyText"]["text"], (), url, owner, None, 0)
                kept = _block_declarations(frame["style"], like)
                written += [d for d in kept if d.name in names or names & {name for name, _ in d.longhands}]
        covered = {name for d in written for name in (d.name, *(longhand for longhand, _ in d.longhands))}
        found += [
            Declaration(name, "", False, "animation", "", (), None, None, None, 0) for name in sorted(names - covered)
        ]
        found += written
    return found


def _block_declarations(style: dict[str, Any], like: Declaration) -> list[Declaration]:
    """The written declarations of one block, then what a script changed in it (these have no place). What
    shorthands expand to comes a second time in the answer and is left out."""
    properties = [
        (_property_name(p["name"]), p)
        for p in style["cssProperties"]
        if not p.get("disabled") and p.get("parsedOk") is not False
    ]
    written = [(name, p) for name, p in properties if "range" in p]
    covered = {name for name, _ in written} | {
        one["name"] for _, p in written for one in p.get("longhandProperties", ())
    }
    # The parts of a shorthand with var() are not known yet, and come with empty values.
    bare = [(n, p) for n, p in properties if "range" not in p and p["value"] and covered.isdisjoint(shorthands_of(n))]
    return [
        replace(
            like,
            name=name,
            value=_IMPORTANT.sub("", p["value"]).strip(),
            important=bool(p.get("important")),
            range=_range_of(p),
            longhands=tuple((one["name"], _IMPORTANT.sub("", one["value"])) for one in p.get("longhandProperties", ())),
        )
        for name, p in (*written, *bare)
    ]


def _property_name(written: str) -> str:
    """A property's name without the author's upper case, comments and escapes (CSS Syntax 3, 4.3.7)."""
    plain = _COMMENT.sub("", written)
    plain = _ESCAPE.sub(lambda m: chr(int(m.group(1), 16)) if m.group(1) else m.group(2), plain).strip()
    return plain if plain.startswith("--") else plain.lower()


_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,5})\s?|(.))")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.I)


def _layer_name(layer: dict[str, Any]) -> str:
    place = layer.get("range")
    if layer["text"] or place is None:
        return layer["text"]
    return f"{place['startLine']}:{place['startColumn']}"


def _range_of(thing: dict[str, Any]) -> tuple[int, int, int, int] | None:
    place = thing.get("range")
    if place is None:
        return None
    return place["startLine"], place["startColumn"], place["endLine"], place["endColumn"]


def _rule_extent(rule: dict[str, Any]) -> tuple[int, int, int, int] | None:
    selectors = rule["selectorList"].get("selectors", [])
    body = rule["style"].get("range")
    first = selectors[0].get("range") if selectors else None
    if body is None or first is None:
        return None
    return first["startLine"], first["startColumn"], body["endLine"], body["endColumn"] + 1
