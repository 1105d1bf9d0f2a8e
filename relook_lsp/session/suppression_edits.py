"""Edits that silence a finding: a comment at its line or in its file, its rule in the project, its host allowed.

An edit with a comment is offered only if the comment, read from the edited text, silences exactly what it should: inside
a ``<textarea>``, a template literal or a tag it would be plain text.
"""

from __future__ import annotations

import re
from collections import Counter
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
from relook_lsp.source.comments import find_comments
from relook_lsp.source.suppress import read_suppressions

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
        title = f"ignore {rule} in this file"
        patch = suppress_in_file(path, text, kind, rule, title)
    else:
        title = f"ignore {rule} here"
        patch = suppress_line(path, text, kind, rule, finding.cause.span.start, title)
    return None if patch is None else SuppressionEdit(title, patch, {path: text})


def suppress_line(path: str, text: str, kind: str, rule: str, start: int, title: str) -> Patch | None:
    """Insert a comment that silences ``rule`` on the line of offset ``start`` and changes no other suppression; None where
    none can. ``kind`` as in ``Source``."""
    offset, comment = _comment_line_before(text, start, kind, rule)
    patch, index = _insertion_patch(path, offset, comment, title), LineIndex(text)
    inserted, target = index.position(offset).line, index.position(start).line + 1
    before, after = read_suppressions(text, kind), read_suppressions(patch.apply(path, text), kind)
    if not _is_comment(patch, path, text, kind):
        return None
    moved = [(a + (a >= inserted), b + (b >= inserted), rules) for a, b, rules in before.lines]
    wanted = Counter([*moved, (target, target, frozenset((rule,)))])
    return patch if Counter(after.lines) == wanted and after.whole == before.whole else None


def suppress_in_file(path: str, text: str, kind: str, rule: str, title: str) -> Patch | None:
    """Insert a comment that silences ``rule`` in the whole file; None where none can stand at its top."""
    patch = _insertion_patch(path, *_whole_file_comment(text, kind, rule), title)
    before, after = read_suppressions(text, kind), read_suppressions(patch.apply(path, text), kind)
    if not _is_comment(patch, path, text, kind):
        return None
    return patch if Counter(after.whole) == Counter([*before.whole, frozenset((rule,))]) else None


def _is_comment(patch: Patch, path: str, text: str, kind: str) -> bool:
    """Whether a comment begins where the inserted one does: inside another comment it would end that one early."""
    (settings_edits,) = patch.replacements
    start = settings_edits.span.start + len(settings_edits.new) - len(settings_edits.new.lstrip())
    return any(begin == start for begin, _, _ in find_comments(patch.apply(path, text), kind))


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
