"""One finding in the report: what, where in the source, how it looks, why it matters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from relook_lsp.core.finding import Finding, Scalar
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.report.embedded_images import ImageAlbum
from relook_lsp.report.excerpt import excerpt_of
from relook_lsp.report.finding_crops import crop_finding
from relook_lsp.report.grouping import Group, format_count
from relook_lsp.report.sanitize import to_plain_line

Texts = Mapping[str, tuple[str, str, str]]
"""Rule id -> (title, why, fix)."""

_COLOUR = re.compile("#[0-9a-f]{6}")
_CODE = re.compile("`([^`]+)`")
_MARGIN = 48
"""CSS pixels of the page shown around a finding."""
MAX_PLACES = 30


def path_markup(text: str) -> str:
    """A path as markup that may break after its slashes."""
    return escape_line(text, 160).replace("/", "/<wbr>")


def escape_line(text: str, limit: int = 500) -> str:
    """Text of a page as markup: one line, printable, escaped."""
    return escape(to_plain_line(text, limit))


def message_markup(text: str) -> str:
    """A message as markup: what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape_line(text))


def render_finding(
    page: int, number: int, group: Group, snapshot: Snapshot | None, rules: Texts, box: str, album: ImageAlbum
) -> str:
    """``box`` is the id of the box on the frame, empty where there is none."""
    one = group[0]
    title, why, fix = rules.get(one.rule, (one.rule, "", ""))
    sizes = sorted({(s.viewport.width, s.viewport.height) for f in group for s in f.sightings})
    windows = [f"{width} × {height}" for width, height in sizes]
    show = f'<a class="show" href="#{box}">Show on the page</a>' if box else ""
    reasons = "".join(f"<p>{message_markup(text)}</p>" for text in (why, fix) if text)
    return (
        f'<li class="finding {one.severity.value}" id="f-{page}-{number}" tabindex="-1" data-rule="{escape(one.rule)}" '
        f'data-severity="{one.severity.value}" data-windows="{escape("|".join(windows))}">'
        f'<h3><span class="number">{number}</span> {escape(title)}</h3>'
        f'<p class="meta"><span class="tag">{format_count(1, one.severity.value)[2:]}</span> <code>{escape(one.rule)}</code> {show}</p>'
        f'<p class="message">{message_markup(one.message)}</p>'
        f"{_source_markup(one, snapshot)}{_crop_markup(one, snapshot, album)}{_values_markup(one)}"
        f'<p class="seen">{_sightings_sentence(one, windows)}</p>{_places_markup(group)}'
        + (f"<details><summary>Why it matters, and what helps</summary>{reasons}</details>" if reasons else "")
        + "</li>\n"
    )


def _source_markup(one: Finding, snapshot: Snapshot | None) -> str:
    place = one.cause
    name = (
        f"{path_markup(place.path or place.url or '')}:{place.range.start.line + 1}:{place.range.start.character + 1}"
    )
    shown = excerpt_of(one, snapshot)
    if shown is None:
        return f'<p class="file">{name}</p>'
    more = "…" if shown.more else ""
    return (
        f'<p class="file">{name}</p><pre><code><span class="line">{shown.line}</span>{escape(shown.before)}'
        f"<mark>{escape(shown.marked)}</mark>{escape(shown.after)}{more}</code></pre>"
    )


def _crop_markup(one: Finding, snapshot: Snapshot | None, album: ImageAlbum) -> str:
    png = crop_finding(snapshot, one, _MARGIN) if snapshot is not None else None
    picture = album.embed_crop(png) if png is not None else None
    if picture is None:
        return ""
    return (
        f'<img class="crop" alt="The place in the page, outlined" width="{picture.width}" height="{picture.height}" '
        f'loading="lazy" src="{picture.url}">'
    )


def _values_markup(one: Finding) -> str:
    rows: list[str] = []
    for name, value in one.measured.items():
        # Words are in the message already; numbers and colours are read faster side by side.
        if isinstance(value, str) and not _COLOUR.fullmatch(value) and name not in one.required:
            continue
        wanted = f" <small>needs {_format_value(one.required[name])}</small>" if name in one.required else ""
        rows.append(
            f"<div><dt>{escape_line(name.replace('_', ' '), 40)}</dt><dd>{_format_value(value)}{wanted}</dd></div>"
        )
    return f'<dl class="values">{"".join(rows)}</dl>' if rows else ""


def _format_value(value: Scalar) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if _COLOUR.fullmatch(text):
        # A presentation attribute of SVG, because the policy forbids style attributes.
        return f'<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="{text}"/></svg>{text}'
    return escape_line(text, 80)


def _sightings_sentence(one: Finding, windows: list[str]) -> str:
    widths = (
        f" All widths from {one.failing_widths[0]} to {one.failing_widths[1]} pixels." if one.failing_widths else ""
    )
    moments = {s.moment for s in one.sightings}
    moment = f" Worst {one.moment / 1000:g} s after load." if len(moments) > 1 else ""
    return (f"Seen at {escape(', '.join(windows))}.{widths}{moment}") if windows else "Seen while the page loads."


def _places_markup(group: Group) -> str:
    if len(group) < 2:
        return ""
    names = list(dict.fromkeys(to_plain_line(one.selector or one.key, 160) for one in group))
    left = len(names) - MAX_PLACES
    rest = f"<li>and {left} more</li>" if left > 0 else ""
    items = "".join(f"<li><code>{escape(name)}</code></li>" for name in names[:MAX_PLACES])
    return f"<details><summary>{len(group)} places have this cause</summary><ul>{items}{rest}</ul></details>"
