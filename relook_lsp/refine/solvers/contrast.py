"""Colours that are far enough apart, as near to the author's as possible."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from coloraide import Color

from relook_lsp.core.colour import Colour, contrast_ratio
from relook_lsp.core.patch import Patch
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WantedValues, WriteTarget, style_fix
from relook_lsp.refine.repair_site import RepairSite

MARGIN = 0.08
"""Added to the required ratio, so that rounding to 8 bits does not fall below it."""

PALETTE_BONUS = 0.06
"""Distance in OKLab by which a colour of the page may be farther away than the nearest one that passes."""

EVEN = 12
"""Of 255: by how much a channel may differ on ground that counts as plain."""

_STEPS = 100
_LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\([^()]*\)")


def solve_contrast(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """Candidates best first: the smallest change of text or background, then black and white, then a scrim."""
    needed = max(float(f.required.get("ratio", 4.5)) for f in site.findings) + MARGIN
    texts = [str(f.measured["text"]) for f in site.findings if "text" in f.measured]
    backgrounds = list(
        dict.fromkeys(str(f.measured["background"]) for f in site.findings if "background" in f.measured)
    )
    if not texts or not backgrounds:
        return
    node = site.element
    text, behind = Color(texts[0]), Color(backgrounds[0])
    moved = _nearest_passing_lightness(text, backgrounds, needed)
    # One background at a time: text on others is mended by moving theirs.
    lifted = _nearest_passing_lightness(behind, list(dict.fromkeys(texts)), needed)
    holder = _nearest_painted_ancestor(site, node)
    # Text that is only faint has the right colour already.
    yield from writer.write_patches(_solid_background(site, node), WriteTarget.DECLARED, WriteTarget.INLINE)
    # Whichever of text and background has to move less is moved; a colour of the page is worth a small detour.
    choices: list[tuple[float, StyleFix]] = []
    for value in [*_passing_page_colours(site, text, backgrounds, needed), *([moved] if moved else [])]:
        detour = 0.0 if value == moved else -PALETTE_BONUS
        choices.append((text.delta_e(value, method="ok") + detour, style_fix(node, color=value)))
    if lifted is not None and holder is not None:
        choices.append((behind.delta_e(lifted, method="ok"), style_fix(holder, background_color=lifted)))
    for _, wanted in sorted(choices, key=lambda choice: choice[0]):
        yield from writer.write_patches(
            [wanted], WriteTarget.VARIABLE, WriteTarget.SOURCE, WriteTarget.DECLARED, WriteTarget.INLINE
        )
    for extreme in ("#000000", "#ffffff"):
        if _passes_on_all(extreme, backgrounds, needed):
            yield from writer.write_patches(
                [style_fix(node, f"color: {extreme}", color=extreme)], WriteTarget.DECLARED, WriteTarget.INLINE
            )
    # Over a picture or gradient no text colour may be enough everywhere: a translucent layer behind the text is. On plain
    # ground it would be a bar that no one wants.
    if moved is not None and has_plain_background(site):
        return
    shades = list(_passing_shades(texts, backgrounds, needed))
    yield from writer.write_patches(
        (one for s in shades for one in _shade_over_picture(site, node, s)), WriteTarget.DECLARED, WriteTarget.INLINE
    )
    scrims = [style_fix(node, f"background: {shade}", background_color=shade) for shade in shades]
    yield from writer.write_patches(scrims, WriteTarget.DECLARED, WriteTarget.INLINE)


def has_plain_background(site: RepairSite) -> bool:
    """Whether what is behind the texts has one colour each."""
    picture = site.view_context.pixels
    if picture is None or picture.background is None:
        return False
    grounds = [picture.background[picture.pixel_window(f.box)] for f in site.findings if f.view == site.view.id]
    return all(ground.size > 0 and int(np.ptp(ground, axis=(0, 1)).max()) <= EVEN for ground in grounds)


def _passing_shades(texts: list[str], backgrounds: list[str], needed: float) -> Iterator[str]:
    """The thinnest black or white that makes every background pass under every text, then a thicker one: what is
    measured is a part of the picture, and the rest may need more."""
    text = _parse_rgb(texts[0])
    dark = contrast_ratio(text, Colour(0, 0, 0)) > contrast_ratio(text, Colour(255, 255, 255))
    level = 0 if dark else 255
    for percent in range(5, 100, 5):
        shade = Colour(level, level, level, percent / 100)
        if all(
            contrast_ratio(_parse_rgb(one), shade.composite_over(_parse_rgb(behind))) >= needed
            for one in texts
            for behind in backgrounds
        ):
            for share in dict.fromkeys((percent, min(95, percent + 15))):
                yield f"rgba({level}, {level}, {level}, {share / 100:g})"
            return


def _shade_over_picture(site: RepairSite, node: int, shade: str) -> Iterator[StyleFix]:
    """The layer on top of the picture that is painted nearest behind the text."""
    for at in site.editable_ancestors(node):
        declared = site.own_declaration(at, "background-image")
        if site.layout.style(at, "background-image") not in ("none", "") and declared is not None:
            value = f"linear-gradient({shade}, {shade}), {declared.value}"
            yield StyleFix(f"{shade} over the background", (WantedValues(at, ((declared.name, value),)),))
            return


def _solid_background(site: RepairSite, node: int) -> Iterator[StyleFix]:
    for at in site.editable_ancestors(node):
        if 0 < site.layout.style_px(at, "opacity") < 1 and site.own_declaration(at, "opacity") is not None:
            yield style_fix(at, opacity="1")


def _parse_rgb(value: str) -> Colour:
    red, green, blue = (255 * channel for channel in Color(value).convert("srgb").coords(nans=False))
    return Colour(round(red), round(green), round(blue))


def _passes_on_all(value: str, backgrounds: list[str], needed: float) -> bool:
    return all(contrast_ratio(_parse_rgb(value), _parse_rgb(behind)) >= needed for behind in backgrounds)


def _to_hex(colour: Color) -> str:
    return colour.convert("srgb").clone().fit("srgb", method="oklch-chroma").to_string(hex=True)


def _nearest_passing_lightness(text: Color, backgrounds: list[str], needed: float) -> str | None:
    """The nearest lightness (OKLCH, same hue and chroma as the gamut allows) that passes on every background."""
    base = text.convert("oklch")
    light = float(base["lightness"])
    for step in range(1, _STEPS + 1):
        for direction in (-1, 1):
            lightness = light + direction * step / _STEPS
            if 0 <= lightness <= 1:
                value = _to_hex(base.clone().set("lightness", lightness))
                if _passes_on_all(value, backgrounds, needed):
                    return value
    return None


def _passing_page_colours(site: RepairSite, text: Color, backgrounds: list[str], needed: float) -> list[str]:
    """The page's own colours that pass, nearest to the text's first; at most two, none of another hue family."""
    found: dict[str, float] = {}
    base = text.convert("oklch")
    for source in site.snapshot.sources.values():
        if source.kind not in ("html", "css"):
            continue
        for literal in dict.fromkeys(_LITERAL.findall(source.text)):
            try:
                colour = Color(literal)
            except ValueError:
                continue
            if colour.alpha(nans=False) < 1 or not _passes_on_all(literal, backgrounds, needed):
                continue
            other = colour.convert("oklch")
            coloured = min(float(base["chroma"]), float(other["chroma"])) > 0.04
            turned = abs((float(base.get("hue", nans=False)) - float(other.get("hue", nans=False)) + 180) % 360 - 180)
            greyed = abs(float(base["chroma"]) - float(other["chroma"])) > 0.06
            if (coloured and turned > 25) or greyed:
                continue
            found[literal] = text.delta_e(colour, method="ok")
    return sorted(found, key=lambda literal: (found[literal], literal))[:2]


def _nearest_painted_ancestor(site: RepairSite, node: int) -> int | None:
    """The nearest element at or above the node that paints a plain background."""
    layout = site.layout
    for at in site.editable_ancestors(node):
        if layout.style(at, "background-image") != "none":
            return None
        if has_own_background(site, at):
            return at
    return None


def has_own_background(site: RepairSite, node: int) -> bool:
    """Whether the element has a background colour of its own."""
    return site.layout.style(node, "background-color") not in ("rgba(0, 0, 0, 0)", "transparent", "")
