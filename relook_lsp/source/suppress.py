"""Comments that silence findings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relook_lsp.core.text import LineIndex
from relook_lsp.source.comments import find_comments

_WORD = re.compile(r"(?<![\w-])relook-ignore(-next-line|-file|-start|-end)?(?![\w-])[ \t]*:?([^\n\r]*)")
_RULE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_REASON = re.compile(r"(?:^|\s)--(?:\s|$)")


@dataclass(frozen=True)
class Suppressions:
    """Which lines (from 0) of one file are silent, for which rules (empty: all)."""

    whole: tuple[frozenset[str], ...]
    lines: tuple[tuple[int, int, frozenset[str]], ...]
    """(first line, last line, rules)."""

    def is_silenced(self, rule: str, line: int) -> bool:
        if any(not rules or rule in rules for rules in self.whole):
            return True
        return any(first <= line <= last and (not rules or rule in rules) for first, last, rules in self.lines)


def read_suppressions(text: str, kind: str) -> Suppressions:
    """``relook-ignore`` (this line, or the next where the comment stands alone), ``-next-line``, ``-file``,
    ``-start`` … ``-end``; rule ids may follow, separated by spaces or commas; words after ``--`` are a reason.
    ``kind``: ``html``, ``css`` or ``js``; in a document the comments of its styles and scripts count too."""
    if "relook-ignore" not in text:
        return Suppressions((), ())
    index = LineIndex(text)
    whole: list[frozenset[str]] = []
    lines: list[tuple[int, int, frozenset[str]]] = []
    open_blocks: list[tuple[int, frozenset[str]]] = []
    for start, end, body in find_comments(text, kind):
        match = _WORD.search(body)
        if match is None:
            continue
        kind = match.group(1) or ""
        rules = frozenset(_RULE.findall(_REASON.split(match.group(2))[0]))
        first, last = index.position(start).line, index.position(end).line
        if kind == "-file":
            whole.append(rules)
        elif kind == "-start":
            open_blocks.append((first, rules))
        elif kind == "-end":
            if open_blocks:
                opened, started = open_blocks.pop()
                lines.append((opened, last, started))
        elif kind == "-next-line":
            lines.append((last + 1, last + 1, rules))
        else:
            span = index.line_span(first)
            before = text[span.start : start].strip()
            after = text[end : index.line_span(last).end].strip()
            lines.append((first, last, rules) if before or after else (first, last + 1, rules))
    lines += [(opened, len(index.starts), rules) for opened, rules in open_blocks]
    return Suppressions(tuple(whole), tuple(lines))
