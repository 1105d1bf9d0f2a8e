"""``relook/elementAt``: from the source to the picture and back."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp import convert, describe, lookup, protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.subject import Seen


def register(server: RelookServer) -> None:
    @server.feature(protocol.ELEMENT_AT)
    def element_at(ls: RelookServer, params: protocol.ElementAt) -> protocol.Element | None:
        for seen in lookup.seen_of(ls, params.page):
            if describe.page_uri(ls, seen.subject) == params.page:
                return _find(ls, seen, params)
        return None


def _find(ls: RelookServer, seen: Seen, params: protocol.ElementAt) -> protocol.Element | None:
    # By now the parser is loaded.
    from relook_lsp.session.elements import at_offset, at_point

    text = seen.texts.get(seen.subject.entry)
    views = seen.snapshot.views if seen.snapshot is not None else ()
    view = next((view for view in views if view.id == params.frame), None)
    document = ls.session.documents.named(seen.subject.root, seen.subject.entry)
    if text is None or view is None or (document is not None and document.text != text):
        return None
    if params.position is not None and params.uri == params.page:
        found = at_offset(view.layout, text, convert.offset_of(text, params.position, ls.encoding))
    elif params.x is not None and params.y is not None:
        found = at_point(view.layout, text, params.x, params.y)
    else:
        return None
    if found is None:
        return None

    def range_(span: convert.Span) -> lsp.Range:
        return convert.range_of(text, span, ls.encoding)

    boxes = [protocol.Box(box.x, box.y, box.width, box.height) for box in found.boxes]
    return protocol.Element(found.selector, boxes, params.page, range_(found.tag), range_(found.whole))
