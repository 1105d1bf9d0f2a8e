"""Comments that silence findings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relook_lsp.core.text import LineIndex

_COMMENT = re.compile(r"<!--(.*?)-->|/\*(.*?)\*/|(?<![:\w])//([^\n\r]*)", re.S)
_WORD = re.compile(r"\brelook-ignore(-next-line|-file|-start|-end)?\b:?([^\n\r]*)")


@dataclass(frozen=True)
class Suppressions:
    """Which lines (from 0) of one file are silent, for which rules (empty: all)."""

    whole: tuple[frozenset[str], ...]
    lines: tuple[tuple[int, int, frozenset[str]], ...]
    """(first line, last line, rules)."""

    def silent(self, rule: str, line: int) -> bool:
        if any(not rules or rule in rules for rules in self.whole):
            return True
        return any(first <= line <= last and (not rules or rule in rules) for first, last, rules in self.lines)


def read(text: str) -> Suppressions:
    """``relook-ignore`` (this line, or the next where the comment stands alone), ``-next-line``, ``-file``,
    ``-start`` … ``-end``; rule ids may follow, separated by spaces or commas; words after ``--`` are a reason."""
    if "relook-ignore" not in text:
        return Suppressions((), ())
    index = LineIndex(text)
    whole: list[frozenset[str]] = []
    lines: list[tuple[int, int, frozenset[str]]] = []
    open_blocks: list[tuple[int, frozenset[str]]] = []
    for comment in _COMMENT.finditer(text):
        body = next((g for g in comment.groups() if g is not None), "")
        match = _WORD.search(body)
        if match is None:
            continue
        kind = match.group(1) or ""
        rules = frozenset(re.findall(r"[a-z][a-z0-9-]+", match.group(2).split("--")[0]))
        first, last = index.position(comment.start()).line, index.position(comment.end()).line
        if kind == "-file":
            whole.append(rules)
        elif kind == "-start":
            open_blocks.append((first, rules))
        elif kind == "-end":
            if open_blocks:
                start, started = open_blocks.pop()
                lines.append((start, last, started))
        elif kind == "-next-line":
            lines.append((last + 1, last + 1, rules))
        else:
            span = index.line_span(first)
            before = text[span.start : comment.start()].strip()
            after = text[comment.end() : index.line_span(last).end].strip()
            lines.append((first, last, rules) if before or after else (first, last + 1, rules))
    lines += [(start, len(index.starts), rules) for start, rules in open_blocks]
    return Suppressions(tuple(whole), tuple(lines))
