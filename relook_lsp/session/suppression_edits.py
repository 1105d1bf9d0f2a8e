"""Edits that silence a finding: a comment at its line or in its file, its rule in the project, its host allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import LineIndex, Span, decode
from relook_lsp.review import config, settings_edits
from relook_lsp.session.open_documents import OpenDocuments
from relook_lsp.session.reviewed_page import ReviewedPage

Scope = Literal["line", "file", "project", "host"]


@dataclass(frozen=True)
class SuppressionEdit:
    """``texts`` are those the patch was made for; a path that is not among them is a file to be made."""

    title: str
    patch: Patch
    texts: Mapping[str, str]


def suppression_edit(
    scope: Scope, reviewed: ReviewedPage, finding: Finding, documents: OpenDocuments, *, trusted: bool
) -> SuppressionEdit | None:
    """None where this finding cannot be silenced in this way. A host can be allowed only in a project that is
    ``trusted``: the file of any other one has no say in that."""
    rule = finding.rule
    if scope == "host":
        host = finding.measured.get("host") if trusted and rule == "blocked-remote" else None
        return _settings_patch(reviewed, documents, f"allow {host}", str(host), host=True) if host else None
    if scope == "project":
        return _settings_patch(reviewed, documents, f"turn {rule} off in this project", rule, host=False)
    path = finding.cause.path
    text = reviewed.texts.get(path or "")
    if path is None or text is None:
        return None
    kind = next(source.kind for source in reviewed.snapshot.sources.values() if source.path == path)  # type: ignore[union-attr]
    if scope == "file":
        offset, comment = _whole_file_comment(text, kind, rule)
        title = f"ignore {rule} in this file"
    else:
        offset, comment = _comment_line_before(text, finding.cause.span.start, kind, rule)
        title = f"ignore {rule} here"
    return SuppressionEdit(title, _insertion_patch(path, offset, comment, title), {path: text})


def _insertion_patch(path: str, offset: int, text: str, title: str) -> Patch:
    return Patch.from_replacements([Replacement(path, Span(offset, offset), "", text)], title)


def _comment_line_before(text: str, offset: int, kind: str, rule: str) -> tuple[int, str]:
    """(offset of a line's start, comment line) in the syntax that holds there."""
    index = LineIndex(text)
    line, comment = _comment_above(text, offset, kind, f"relook-ignore-next-line {rule}")
    start = index.line_span(line).start
    indent = re.match(r"[ \t]*", text[start:])
    return start, f"{indent.group() if indent else ''}{comment}{_line_end(text)}"


def _comment_above(text: str, offset: int, kind: str, words: str) -> tuple[int, str]:
    """(line to insert before, comment)."""
    # On first use: it brings a parser with it.
    from relook_lsp.source.html import parse_html

    index = LineIndex(text)
    line = index.position(offset).line
    if kind == "css":
        return line, f"/* {words} */"
    if kind == "js":
        return line, f"// {words}"
    for tag in parse_html(text).tags:
        if tag.content is not None and offset in tag.content and tag.name in ("style", "script"):
            return line, f"/* {words} */" if tag.name == "style" else f"// {words}"
        if offset in tag.span:
            return index.position(tag.span.start).line, f"<!-- {words} -->"
    return line, f"<!-- {words} -->"


def _whole_file_comment(text: str, kind: str, rule: str) -> tuple[int, str]:
    """At the top, behind what has to be first: a doctype, ``@charset``, ``#!``."""
    words, end = f"relook-ignore-file {rule}", _line_end(text)
    comment = f"<!-- {words} -->" if kind == "html" else f"/* {words} */"
    first = re.match(r"\ufeff?(?:\s*<!doctype[^>]*>[ \t]*|@charset[^;]*;[ \t]*|#![^\r\n]*)?(\r\n|\n|\r)?", text, re.I)
    offset = first.end() if first is not None else 0
    lead = end if offset and first is not None and first[1] is None and first.group().strip("\ufeff") else ""
    return offset, f"{lead}{comment}{end}"


def _line_end(text: str) -> str:
    found = re.search(r"\r\n|\n|\r", text)
    return found.group() if found else "\n"


def _settings_patch(
    reviewed: ReviewedPage, documents: OpenDocuments, title: str, value: str, *, host: bool
) -> SuppressionEdit | None:
    root = reviewed.page_id.root
    file = config.find_settings_file(root) or root / config.FILE
    path = file.relative_to(root).as_posix()
    text = _text_of_file(file, path, root, documents)
    make = settings_edits.allow_host if host else settings_edits.turn_rule_off
    patch = make(path, text or "", value)
    return None if patch is None else SuppressionEdit(title, patch, {} if text is None else {path: text})


def _text_of_file(file: Path, path: str, root: Path, documents: OpenDocuments) -> str | None:
    document = documents.document_named(root, path)
    if document is not None:
        return document.text
    try:
        return decode(file.read_bytes()).text
    except OSError:
        return None
