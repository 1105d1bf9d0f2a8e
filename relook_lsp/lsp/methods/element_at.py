"""``relook/elementAt``: from the source to the picture and back."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp import convert, lookup, payloads, protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.reviewed_page import ReviewedPage


def register(server: RelookServer) -> None:
    @server.feature(protocol.ELEMENT_AT)
    def element_at(ls: RelookServer, params: protocol.ElementAtParams) -> protocol.ElementResult | None:
        for reviewed in lookup.reviews_of(ls, params.page):
            if payloads.page_uri(ls, reviewed.page_id) == params.page:
                return _find_element(ls, reviewed, params)
        return None


def _find_element(
    ls: RelookServer, reviewed: ReviewedPage, params: protocol.ElementAtParams
) -> protocol.ElementResult | None:
    # By now the parser is loaded.
    from relook_lsp.session.source_elements import element_at_offset, element_at_point

    text = reviewed.texts.get(reviewed.page_id.entry)
    views = reviewed.snapshot.views if reviewed.snapshot is not None else ()
    view = next((view for view in views if view.id == params.frame), None)
    document = ls.session.documents.document_named(reviewed.page_id.root, reviewed.page_id.entry)
    if text is None or view is None or (document is not None and document.text != text):
        return None
    if params.position is not None and params.uri == params.page:
        found = element_at_offset(view.layout, text, convert.position_to_offset(text, params.position, ls.encoding))
    elif params.x is not None and params.y is not None:
        found = element_at_point(view.layout, text, params.x, params.y)
    else:
        return None
    if found is None:
        return None

    def range_(span: convert.Span) -> lsp.Range:
        return convert.span_to_range(text, span, ls.encoding)

    boxes = [protocol.BoxPayload(box.x, box.y, box.width, box.height) for box in found.boxes]
    return protocol.ElementResult(found.selector, boxes, params.page, range_(found.tag), range_(found.whole))
