"""Quick fixes that silence a finding: a comment at the line, the rule in the project, a host that is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding
from relook_lsp.core.text import LineIndex
from relook_lsp.lsp import convert
from relook_lsp.lsp.server import RelookServer
from relook_lsp.review.config import FILE
from relook_lsp.session.session import Seen
from relook_lsp.source.html import parse


def actions(
    ls: RelookServer, seen: Seen, group: tuple[Finding, ...], diagnostic: lsp.Diagnostic
) -> Iterator[lsp.CodeAction]:
    """What can be silenced about one diagnostic."""
    one, snapshot = group[0], seen.result.snapshot
    source = snapshot.sources.get(one.cause.url or "") if snapshot is not None else None
    if source is None or source.path is None:
        return
    line, comment = comment_above(source.text, one.cause.span.start, source.kind, one.rule)
    indent = re.match(r"[ \t]*", source.text[LineIndex(source.text).line_span(line).start :])
    text = f"{indent.group() if indent else ''}{comment}\n"
    yield _action(ls, seen, f"ReLook: ignore {one.rule} here", source.path, lsp.Position(line, 0), text, diagnostic)
    project, end, rule = _project(seen.subject.root, one.rule)
    if rule:
        yield _action(ls, seen, f"ReLook: turn {one.rule} off in this project", project, end, rule, diagnostic)


def comment_above(text: str, offset: int, kind: str, rule: str) -> tuple[int, str]:
    """(line to insert before, comment) in the syntax that holds at the offset."""
    words = f"relook-ignore-next-line {rule}"
    index = LineIndex(text)
    line = index.position(offset).line
    if kind == "css":
        return line, f"/* {words} */"
    if kind == "js":
        return line, f"// {words}"
    for tag in parse(text).tags:
        if tag.content is not None and offset in tag.content and tag.name in ("style", "script"):
            return line, f"/* {words} */" if tag.name == "style" else f"// {words}"
        if offset in tag.span:
            return index.position(tag.span.start).line, f"<!-- {words} -->"
    return line, f"<!-- {words} -->"


def _project(root: Path, rule: str) -> tuple[str, lsp.Position, str]:
    """Where and what to write so that the rule is off; nothing where the settings are kept elsewhere."""
    target = root / FILE
    if not target.exists():
        return FILE, lsp.Position(0, 0), f'[rules]\n{rule} = "off"\n'
    try:
        text = target.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return FILE, lsp.Position(0, 0), ""
    table = re.search(r"^\[rules\][^\n]*\n", text, re.M)
    if table:
        return FILE, lsp.Position(text[: table.end()].count("\n"), 0), f'{rule} = "off"\n'
    lines = text.count("\n") + (0 if text.endswith("\n") or not text else 1)
    lead = "" if text.endswith("\n") or not text else "\n"
    return FILE, lsp.Position(lines, 0), f'{lead}\n[rules]\n{rule} = "off"\n'


def _action(
    ls: RelookServer, seen: Seen, title: str, path: str, at: lsp.Position, text: str, diagnostic: lsp.Diagnostic
) -> lsp.CodeAction:
    uri = convert.uri_of(seen.subject.root, path)
    edit = lsp.TextEdit(lsp.Range(at, at), text)
    document = ls.session.documents.by_path(seen.subject.root / path)
    if not ls.caps.document_changes:
        changes = lsp.WorkspaceEdit(changes={uri: [edit]})
    else:
        identity = lsp.OptionalVersionedTextDocumentIdentifier(uri, document.version if document else None)
        changed: list[lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile] = []
        if not (seen.subject.root / path).exists():
            changed.append(lsp.CreateFile(uri, options=lsp.CreateFileOptions(ignore_if_exists=True)))
        changed.append(lsp.TextDocumentEdit(identity, [edit]))
        changes = lsp.WorkspaceEdit(document_changes=changed)
    return lsp.CodeAction(title, kind=lsp.CodeActionKind.QuickFix, diagnostics=[diagnostic], edit=changes)
