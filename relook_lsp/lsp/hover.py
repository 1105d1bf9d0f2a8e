"""Hover on a finding: what was measured, where, why it matters, and the picture."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding
from relook_lsp.core.page import text_hash
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.registry import BY_ID
from relook_lsp.lsp.server import RelookServer
from relook_lsp.report.pictures import crop
from relook_lsp.report.plain import plain

_PICTURES = "relook-pictures"


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: RelookServer, params: lsp.HoverParams) -> lsp.Hover | None:
        at = (params.position.line, params.position.character)
        for seen, group in ls.groups(params.text_document.uri):
            span = group[0].cause.range
            if tuple(span.start) <= at <= tuple(span.end) and seen.result.snapshot is not None:
                return lsp.Hover(_content(ls, group, seen.result.snapshot))
        return None


def _content(ls: RelookServer, group: tuple[Finding, ...], snapshot: Snapshot) -> lsp.MarkupContent:
    one, rule = group[0], BY_ID.get(group[0].rule)
    lines = [plain(one.message)]
    sizes = ", ".join(dict.fromkeys(str(s.viewport) for finding in group for s in finding.seen))
    if sizes:
        lines.append(f"Seen at {sizes}, {one.moment} ms after load.")
    if rule is not None:
        lines += [rule.why, f"What helps: {rule.fix}"]
    if not ls.caps.markdown:
        return lsp.MarkupContent(lsp.MarkupKind.PlainText, "\n\n".join(lines))
    parts = [_escaped(line) for line in lines]
    picture = _picture(snapshot, one) if ls.caps.images else None
    if picture is not None:
        parts.insert(0, f"![what it looks like]({picture.as_uri()}|width=320)")
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n".join(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~])", r"\\\1", text)


def _picture(snapshot: Snapshot, finding: Finding) -> Path | None:
    """The crop as a file of this user: pictures do not travel through the protocol."""
    data = crop(snapshot, finding)
    if data is None:
        return None
    folder = Path(tempfile.gettempdir()) / f"{_PICTURES}-{text_hash(str(Path.home()))[:8]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{text_hash(data)[:16]}.png"
    if not target.exists():
        target.write_bytes(data)
    return target
