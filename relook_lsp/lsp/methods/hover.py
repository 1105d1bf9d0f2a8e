"""``textDocument/hover`` on a finding: what was measured, where, why it matters, and the picture."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding, Scalar
from relook_lsp.lsp import convert, lookup
from relook_lsp.lsp.server import RelookServer
from relook_lsp.report.sanitize import to_plain_line
from relook_lsp.session.reviewed_page import ReviewedPage

PICTURE = "hover"
"""Owner of the pictures of the last hover."""

WIDTH = 320


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(ls: RelookServer, params: lsp.HoverParams) -> lsp.Hover | None:
        here = lsp.Range(params.position, params.position)
        found = lookup.groups_touched(ls, params.text_document.uri, here)
        if not found:
            return None
        pictures = await asyncio.to_thread(_picture_links, ls, [(reviewed, group[0]) for reviewed, group, _ in found])
        sections = [
            _hover_section(ls, reviewed, group, picture)
            for (reviewed, group, _), picture in zip(found, pictures, strict=True)
        ]
        if ls.caps.markdown:
            return lsp.Hover(
                lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n---\n\n".join(sections)), found[0][2].range
            )
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.PlainText, "\n\n".join(sections)), found[0][2].range)


def _hover_section(ls: RelookServer, reviewed: ReviewedPage, group: tuple[Finding, ...], picture: Path | None) -> str:
    # By now the rules are loaded.
    from relook_lsp.critics.registry import BY_ID

    one, rule = group[0], BY_ID.get(group[0].rule)
    numbers = (("Measured", _format_values(one.measured)), ("Required", _format_values(one.required)))
    sizes = ", ".join(dict.fromkeys(str(s.viewport) for finding in group for s in finding.sightings))
    page = f", in {reviewed.page_id.entry}" if one.cause.path != reviewed.page_id.entry else ""
    # What a reader wants first stands first: editors cut long hovers.
    lines = [
        to_plain_line(one.message),
        f"What helps: {rule.fix}" if rule is not None else "",
        ". ".join(f"{name}: {values}" for name, values in numbers if values),
        f"Seen at {sizes}, {one.moment} ms after load{page}." if sizes else "",
        f"Between {one.failing_widths[0]} and {one.failing_widths[1]} pixels wide."
        if one.failing_widths is not None
        else "",
        rule.why if rule is not None else "",
    ]
    lines = [line for line in lines if line]
    if not ls.caps.markdown:
        return "\n".join(lines)
    parts = [escape_markdown(line) for line in lines]
    if picture is not None:
        parts.insert(0, f"![what it looks like]({picture.as_uri()}|width={WIDTH})")
    parts.append(f"[{one.rule}]({convert.documentation_url(one)})")
    return "\n\n".join(parts)


def _format_values(values: Mapping[str, Scalar]) -> str:
    return ", ".join(f"{name} {to_plain_line(_format_number(value))}" for name, value in values.items())


def _format_number(value: Scalar) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def escape_markdown(text: str) -> str:
    """Text of a page as markdown that shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", text)


def _picture_links(ls: RelookServer, wanted: list[tuple[ReviewedPage, Finding]]) -> list[Path | None]:
    """The crops as files; those of the hover before are given up. Blocking."""
    if not (ls.caps.images or ls.client.images):
        return [None] * len(wanted)
    from relook_lsp.report.finding_crops import crop_finding

    data = [crop_finding(reviewed.snapshot, one) if reviewed.snapshot is not None else None for reviewed, one in wanted]
    paths = [ls.session.pictures.write_image(png) if png is not None else None for png in data]
    ls.session.pictures.set_owned(PICTURE, [path for path in paths if path is not None])
    return paths
