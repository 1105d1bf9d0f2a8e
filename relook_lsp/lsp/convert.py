"""Between ReLook and the protocol: the only maker of ranges, diagnostics and workspace edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding, Location, Severity
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.core.text import Encoding, LineIndex, Range, Span
from relook_lsp.lsp.caps import ClientCaps

SOURCE = "relook"
DOCUMENTATION = "https://github.com/relook-lsp/relook/blob/main/docs/rules/{rule}.md"
MAX_RELATED = 5

_SEVERITY = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFORMATION: lsp.DiagnosticSeverity.Information,
}


def range_of(text: str, span: Span, encoding: Encoding) -> lsp.Range:
    return protocol_range(LineIndex(text).range(span, encoding))


def protocol_range(value: Range) -> lsp.Range:
    return lsp.Range(lsp.Position(*value.start), lsp.Position(*value.end))


def uri_of(root: Path, path: str) -> str:
    return (root / path).as_uri()


def diagnostic(
    group: Sequence[Finding], root: Path, snapshot: Snapshot, caps: ClientCaps, encoding: Encoding
) -> lsp.Diagnostic:
    """Findings with one rule and one cause, the worst first, as one diagnostic."""
    one = group[0]
    more = "" if len(group) == 1 else f" ({len(group)} places)"
    related: list[lsp.DiagnosticRelatedInformation] = []
    if caps.related_information:
        places = [r for finding in group for r in finding.related]
        for place in places[:MAX_RELATED]:
            location = _location(place.location, root, snapshot, encoding)
            if location is not None:
                related.append(lsp.DiagnosticRelatedInformation(location, place.message))
    result = lsp.Diagnostic(
        range=_range(one.cause, snapshot, encoding),
        message=f"{one.message}{more}",
        severity=_SEVERITY[one.severity],
        code=one.rule,
        source=SOURCE,
        related_information=related or None,
    )
    if caps.code_description:
        result.code_description = lsp.CodeDescription(DOCUMENTATION.format(rule=one.rule))
    if caps.data:
        result.data = {"rule": one.rule, "key": one.key}
    return result


def _range(place: Location, snapshot: Snapshot, encoding: Encoding) -> lsp.Range:
    source = snapshot.sources.get(place.url or "")
    if source is None or encoding == "utf-16":
        return protocol_range(place.range)
    return range_of(source.text, place.span, encoding)


def _location(place: Location, root: Path, snapshot: Snapshot, encoding: Encoding) -> lsp.Location | None:
    if place.path is None:
        return None
    return lsp.Location(uri_of(root, place.path), _range(place, snapshot, encoding))


def workspace_edit(
    patch: Patch,
    root: Path,
    texts: Mapping[str, str],
    versions: Mapping[str, int | None],
    caps: ClientCaps,
    encoding: Encoding,
) -> lsp.WorkspaceEdit:
    """The patch, versioned where the client takes versions; ``texts`` are those it was made for."""
    edits = {
        path: [lsp.TextEdit(range_of(texts[path], r.span, encoding), r.new) for r in patch.of_file(path)]
        for path in patch.paths
    }
    if caps.document_changes:
        return lsp.WorkspaceEdit(
            document_changes=[
                lsp.TextDocumentEdit(
                    lsp.OptionalVersionedTextDocumentIdentifier(uri_of(root, path), versions.get(path)), found
                )
                for path, found in edits.items()
            ]
        )
    return lsp.WorkspaceEdit(changes={uri_of(root, path): found for path, found in edits.items()})
