"""How declarations are written: replacements that keep the author's layout, flags and line ends."""

from __future__ import annotations

import re

from relook_lsp.core.patch import Replacement
from relook_lsp.core.snapshot import Source
from relook_lsp.core.text import Span


def line_ending_of(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def format_declaration(text: str, name: str, value: str) -> str:
    if not value:
        return ""
    flag = " !important" if re.search(r"!\s*important\s*$", text) else ""
    colon = text.index(":")
    gap = re.match(r"\s*", text[colon + 1 :])
    return f"{name}:{gap.group() if gap else ' '}{value}{flag}"


def replace_span(source: Source, span: Span, new: str, old: str) -> Replacement:
    assert source.path is not None
    end = span.end
    if not new and source.text[end : end + 1] == ";":  # removing a declaration takes its semicolon along
        end += 1
        old += ";"
    return Replacement(source.path, Span(span.start, end), old, new)


def insert_text(source: Source, offset: int, text: str) -> Replacement:
    assert source.path is not None
    return Replacement(source.path, Span(offset, offset), "", text)


def append_declarations(source: Source, rule: Span, values: list[tuple[str, str]]) -> Replacement:
    """Declarations at the end of a rule, laid out as its others are."""
    text = source.text
    close = rule.end - 1
    body = text[rule.start : close]
    last = len(body.rstrip())
    at = rule.start + last
    semicolon = "" if body.rstrip().endswith((";", "{", "}")) else ";"
    if "\n" in body:
        lines = [line for line in body.splitlines()[1:] if line.strip()]
        margin = re.match(r"[ \t]*", lines[0]) if lines else None
        indent = margin.group() if margin else "  "
        added = "".join(f"{line_ending_of(text)}{indent}{name}: {value};" for name, value in values)
    else:
        added = "".join(f" {name}: {value};" for name, value in values)
        added = added.rstrip(";")
    return insert_text(source, at, semicolon + added)


def join_insertions(replacements: list[Replacement]) -> list[Replacement]:
    """Insertions at one place become one."""
    kept: dict[tuple[str, Span], Replacement] = {}
    for one in replacements:
        key = (one.path, one.span)
        if key in kept and not one.old:
            one = Replacement(one.path, one.span, one.old, kept[key].new + one.new)
        kept[key] = one
    return list(kept.values())
