"""Between ReLook and the protocol: the only maker of ranges, diagnostics and workspace edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding, Location, Severity
from relook_lsp.core.patch import Patch
from relook_lsp.core.text import Encoding, LineIndex, Position, Range, Span
from relook_lsp.lsp.client_capabilities import ClientCapabilities
from relook_lsp.session.open_documents import OpenDocuments
from relook_lsp.session.reviewed_page import PageId, ReviewedPage

SOURCES = {"measured": "relook", "axe": "relook", "critic": "ReLook critic"}
_DOCUMENTATION = "https://github.com/relook-lsp/relook/blob/main/docs/"
MAX_RELATED = 5

Texts = Mapping[str, str]
"""Path -> text of the files that a page used when it was reviewed."""

Change = lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile

_SEVERITY = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFORMATION: lsp.DiagnosticSeverity.Information,
}


def span_to_range(text: str, span: Span, encoding: Encoding) -> lsp.Range:
    return to_protocol_range(LineIndex(text).range(span, encoding))


def to_protocol_range(value: Range) -> lsp.Range:
    return lsp.Range(lsp.Position(*value.start), lsp.Position(*value.end))


def position_to_offset(text: str, position: lsp.Position, encoding: Encoding) -> int:
    return LineIndex(text).offset(Position(position.line, position.character), encoding)


def location_range(place: Location, texts: Texts, encoding: Encoding) -> lsp.Range:
    text = texts.get(place.path or "")
    if text is None or encoding == "utf-16":
        return to_protocol_range(place.range)
    return span_to_range(text, place.span, encoding)


def to_protocol_location(
    place: Location, page_id: PageId, texts: Texts, documents: OpenDocuments, encoding: Encoding
) -> lsp.Location | None:
    """None where the place is in no file of the workspace."""
    if place.path is None:
        return None
    return lsp.Location(documents.uri_of(page_id.root, place.path), location_range(place, texts, encoding))


def documentation_url(one: Finding) -> str:
    """Address of the page about a rule."""
    if one.source == "axe":
        return str(one.measured["reference"])
    return _DOCUMENTATION + ("models.md" if one.source == "critic" else f"rules/{one.rule}.md")


def build_diagnostic(
    group: Sequence[Finding],
    reviewed: ReviewedPage,
    documents: OpenDocuments,
    caps: ClientCapabilities,
    encoding: Encoding,
) -> lsp.Diagnostic:
    """Findings with one rule and one cause, the worst first, as one diagnostic."""
    one = group[0]
    more = "" if len(group) == 1 else f" ({len(group)} places)"
    related: list[lsp.DiagnosticRelatedInformation] = []
    if caps.related_information:
        for place in [r for finding in group for r in finding.related][:MAX_RELATED]:
            at = to_protocol_location(place.location, reviewed.page_id, reviewed.texts, documents, encoding)
            if at is not None:
                related.append(lsp.DiagnosticRelatedInformation(at, place.message))
    result = lsp.Diagnostic(
        range=location_range(one.cause, reviewed.texts, encoding),
        message=f"{one.message}{more}",
        severity=_SEVERITY[one.severity],
        code=one.rule,
        source=SOURCES[one.source],
        related_information=related or None,
    )
    if caps.code_description:
        result.code_description = lsp.CodeDescription(documentation_url(one))
    if caps.data:
        result.data = {"rule": one.rule, "key": one.key}
    return result


def build_text_edits(patch: Patch, path: str, text: str, encoding: Encoding) -> list[lsp.TextEdit]:
    index = LineIndex(text)
    return [lsp.TextEdit(to_protocol_range(index.range(r.span, encoding)), r.new) for r in patch.replacements_in(path)]


def build_workspace_edit(
    patch: Patch, page_id: PageId, texts: Texts, documents: OpenDocuments, caps: ClientCapabilities, encoding: Encoding
) -> lsp.WorkspaceEdit:
    """The patch, versioned where the client takes versions; ``texts`` are those it was made for. A path that is not
    among them is a file to be made."""
    edits = {path: build_text_edits(patch, path, texts.get(path, ""), encoding) for path in patch.paths}
    if not caps.document_changes:
        return lsp.WorkspaceEdit(changes={documents.uri_of(page_id.root, path): found for path, found in edits.items()})
    changes: list[Change] = []
    for path, found in edits.items():
        uri, known = documents.uri_of(page_id.root, path), documents.document_named(page_id.root, path)
        if path not in texts and caps.create_files:
            changes.append(lsp.CreateFile(uri, options=lsp.CreateFileOptions(ignore_if_exists=True)))
        identity = lsp.OptionalVersionedTextDocumentIdentifier(uri, known.version if known is not None else None)
        changes.append(lsp.TextDocumentEdit(identity, [*found]))
    return lsp.WorkspaceEdit(document_changes=changes)
