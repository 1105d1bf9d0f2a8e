"""Custom properties behind a declaration (CSS Custom Properties 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from relook_lsp.core.snapshot import Declaration
from relook_lsp.source.cascade import winning_declaration

_VAR = re.compile(r"(?<![\w-])var\(\s*(--[^\s,)]+)\s*", re.I)
_WHOLE = re.compile(r"var\([^()]*(?:\([^()]*\)[^()]*)*\)", re.I)
_DEPTH = 8


def variables_used_by(declarations: Sequence[Declaration], declaration: Declaration) -> list[tuple[str, Declaration]]:
    """(name, declaration) of every variable that gives the declaration its value, those of variables included; a
    fallback counts only where its variable is not set."""
    found: dict[str, Declaration] = {}
    # A variable is looked up on the element that the declaration applies to, not on the one that inherits it.
    seen = [d for d in declarations if d.level >= declaration.level]
    _collect_variables(seen, declaration.value, found, _DEPTH)
    return list(found.items())


def variable_behind(declarations: Sequence[Declaration], declaration: Declaration) -> Declaration | None:
    """The custom property whose literal is the whole value of the declaration, also through others (``--a: var(--b)``);
    None where the value is more than one ``var()``, or no variable that is set."""
    *through, last = declaration, *(variable for _, variable in variables_used_by(declarations, declaration))
    whole = through and all(_WHOLE.fullmatch(one.value.strip()) for one in through)
    return last if whole and "var(" not in last.value else None


def _collect_variables(
    declarations: Sequence[Declaration], value: str, found: dict[str, Declaration], depth: int
) -> None:
    if depth == 0:
        return
    for name, fallback in _split_var_calls(value):
        if name in found:
            continue
        variable = _nearest_declaration(declarations, name)
        if variable is None or variable.value.lower() == "initial":
            _collect_variables(declarations, fallback, found, depth - 1)
            continue
        found[name] = variable
        above = [d for d in declarations if d.level >= variable.level]
        _collect_variables(above, variable.value, found, depth - 1)


def _nearest_declaration(declarations: Sequence[Declaration], name: str) -> Declaration | None:
    # Levels count from the declaration's own element.
    lowest = min((d.level for d in declarations), default=0)
    return winning_declaration([d for d in declarations if d.level >= lowest], name)


def _split_var_calls(value: str) -> Iterator[tuple[str, str]]:
    """(name, fallback) of each outermost ``var()``."""
    at = 0
    while (match := _VAR.search(value, at)) is not None:
        depth, end = 1, match.end()
        while end < len(value) and depth:
            depth += {"(": 1, ")": -1}.get(value[end], 0)
            end += 1
        inside = value[match.end() : end - 1 if depth == 0 else end]
        yield match.group(1), inside.lstrip().removeprefix(",")
        at = end
