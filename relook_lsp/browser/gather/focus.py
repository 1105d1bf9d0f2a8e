"""Keyboard focus on one element, as a visitor with the Tab key gives it."""

from __future__ import annotations

from relook_lsp.browser.cdp import Cdp, CdpError

# Without another event before it, a script's focus counts as one of the keyboard (`:focus-visible`).
_TAKE = """function () {
  this.focus({ preventScroll: true, focusVisible: true });
  return this.getRootNode().activeElement === this;
}"""
# What the style sheet of the browser says of focus, and nobody has taken away.
_RINGED = """function () {
  const { outlineStyle, outlineColor } = getComputedStyle(this);
  return outlineStyle === "auto" && !/, 0\\)$|transparent/.test(outlineColor);
}"""
_LEAVE = "function () { this.blur(); }"


async def take_focus(cdp: Cdp, thing: str) -> bool:
    """Whether the element (a remote object) has the focus now."""
    return await _call_on_element(cdp, thing, _TAKE)


async def has_default_focus_ring(cdp: Cdp, thing: str) -> bool:
    """Whether the focused element has the browser's own ring."""
    return await _call_on_element(cdp, thing, _RINGED)


async def leave_focus(cdp: Cdp, thing: str) -> None:
    await _call_on_element(cdp, thing, _LEAVE)


async def _call_on_element(cdp: Cdp, thing: str, function: str) -> bool:
    reply = await cdp.send(
        "Runtime.callFunctionOn",
        {"objectId": thing, "functionDeclaration": function, "silent": True, "returnByValue": True},
    )
    return reply["result"].get("value") is True


async def force_focus_styles(cdp: Cdp, backend: int, *, on: bool) -> None:
    """Make the element match ``:focus`` and ``:focus-visible``, so that their rules are among the matched ones."""
    try:
        reply = await cdp.send("DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [backend]})
        states = ["focus", "focus-visible"] if on else []
        await cdp.send("CSS.forcePseudoState", {"nodeId": reply["nodeIds"][0], "forcedPseudoClasses": states})
    except CdpError:
        return
