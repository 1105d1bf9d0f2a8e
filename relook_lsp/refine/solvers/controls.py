"""Controls that are too small, under something, or without a visible focus."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.refine.declaration_text import replace_span
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WriteTarget, style_fix
from relook_lsp.refine.repair_site import RepairSite


def solve_small_target(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """At least the required square, without changing what is drawn more than needed."""
    needed = next((float(v) for v in site.finding.required.values() if isinstance(v, int | float)), 24.0)
    size = f"{needed:g}px"
    node, layout = site.layout.nearest_element(site.element), site.layout
    box = layout.rect(node)
    sides: dict[str, str] = {}
    if box.width < needed:
        sides["min_width"] = size
    if box.height < needed:
        sides["min_height"] = size
    fixes: list[StyleFix] = []
    if layout.style(node, "display") == "inline":
        fixes.append(style_fix(node, display="inline-block", **sides))
        lines = (needed - box.height) / 2
        if lines > 0:
            fixes.append(style_fix(node, display="inline-block", padding=f"{lines + 0.5:.0f}px 0"))
    fixes += [style_fix(node, **sides), style_fix(node, min_width=size, min_height=size)]
    if layout.names[node] == "input":
        fixes.append(style_fix(node, width=size, height=size))
    fixes.append(style_fix(node, margin="6px"))
    yield from writer.write_patches(
        (one for one in fixes if one.wants[0].values), WriteTarget.DECLARED, WriteTarget.INLINE
    )


RINGS = ("2px solid currentColor", "2px solid #1a73e8")
"""Outlines that show the keyboard's focus: in the colour of the text, and in one that is seen where that is the ground's."""


def solve_focus(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """The outline that was taken away: drawn in the text's own colour where the rule is about focus; else what hides
    it goes, and the browser draws its own. (An outline without ``:focus`` would be there all the time.)"""
    place = site.finding.cause
    source = site.snapshot.sources.get(place.url or "")
    if source is None or place.path is None:
        return
    text = source.text[place.span.start : place.span.end]
    if ":" not in text or "outline" not in text.split(":")[0]:
        return
    if ":focus" in _selector_at(source.text, place.span.start):
        flag = " !important" if "!important" in text else ""
        writer.asked += [style_fix(site.element, outline=value) for value in RINGS]
        for value in RINGS:
            new = f"outline: {value}{flag}; outline-offset: 2px"
            yield Patch.from_replacements([Replacement(place.path, place.span, text, new)], new)
    yield Patch.from_replacements([replace_span(source, place.span, "", text)], "the browser's own outline")


def _selector_at(text: str, at: int) -> str:
    """What stands before the block around ``at``; a part of the markup for a ``style`` attribute."""
    opened = text.rfind("{", 0, at)
    return text[max(text.rfind("}", 0, opened), text.rfind(";", 0, opened), text.rfind("<", 0, at)) + 1 : opened]
