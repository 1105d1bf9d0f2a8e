"""Which of the matched declarations wins (CSS Cascading and Inheritance 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from relook_lsp.core.snapshot import Declaration
from relook_lsp.source.properties import INHERITED, Flow, is_inherited, logical_twin, setting_properties, shorthands_of

__all__ = ["INHERITED", "AppliedDeclaration", "applied_declaration", "shorthands_of", "winning_declaration"]

_ALSO = {"transform": ("translate", "scale", "rotate")}
"""Other properties with the same effect, looked at where nothing sets the first."""


class AppliedDeclaration(NamedTuple):
    """A declaration and the value that it gives to the property asked for; empty where only the browser knows
    (a shorthand with ``var()``)."""

    declaration: Declaration
    value: str


def winning_declaration(
    declarations: Sequence[Declaration], name: str, *, inherit: bool | None = None
) -> Declaration | None:
    """The written declaration that gives the property its value: the node's own, else that of the nearest ancestor
    from which it comes by inheritance or by ``inherit``. None where the user agent or a script sets it."""
    found = applied_declaration(declarations, name, inherit=inherit)
    return found.declaration if found is not None and found.declaration.range is not None else None


def applied_declaration(
    declarations: Sequence[Declaration], name: str, *, inherit: bool | None = None
) -> AppliedDeclaration | None:
    """Like ``winner``, with the value; presentational attributes and what scripts wrote are told as well (they have
    no range). None where the user agent decides. ``inherit`` False looks at the node alone."""
    levels: dict[int, list[Declaration]] = {}
    for one in declarations:
        levels.setdefault(one.level, []).append(one)
    if inherit is False:
        levels = {0: levels.get(0, [])}
    search = _CascadeSearch(levels, is_inherited(name) if inherit is None else inherit)
    for wanted in (name, *_ALSO.get(name, ())):
        found = search.applied_at(wanted, 0)
        if found is not None:
            return None if found.declaration.origin == "user-agent" else found
    return None


class _CascadeSearch:
    def __init__(self, levels: dict[int, list[Declaration]], inherited: bool) -> None:
        self._levels = levels
        self._top = max(levels, default=0)
        self._inherited = inherited
        self._flows: dict[int, Flow] = {}

    def applied_at(self, name: str, level: int) -> AppliedDeclaration | None:
        """What sets the property at a level, or above it where it inherits."""
        for above in range(level, self._top + 1 if self._inherited else level + 1):
            found = self._resolve_keywords(name, above, self._levels.get(above, ()))
            if found is not None:
                return found
        return None

    def _resolve_keywords(self, name: str, level: int, pool: Sequence[Declaration]) -> AppliedDeclaration | None:
        """The strongest of a pool; keywords that mean another declaration are followed to it."""
        best = _strongest_declaration(pool, setting_properties(name, self._flow_at(level)))
        if best is None:
            return None
        found = AppliedDeclaration(best, _value_for_property(best, name, self._flow_at(level)))
        keyword = found.value.lower()
        if keyword == "revert-layer":
            rest = [d for d in pool if not _is_same_layer(d, best)]
            return self._resolve_keywords(name, level, rest) or found
        if (
            keyword == "revert"
            and _strongest_declaration(_user_agent_declarations(pool), setting_properties(name, Flow())) is None
        ):
            keyword = "unset"
        if keyword == "unset" and is_inherited(name):
            keyword = "inherit"
        if keyword == "currentcolor":
            name, keyword = "color", ("inherit" if name == "color" else keyword)
            return _CascadeSearch(self._levels, True).applied_at("color", level + int(keyword == "inherit")) or found
        if keyword == "inherit":
            # Where the parent has nothing of its own, the initial value is what this declaration brought about.
            above = self.applied_at(name, level + 1)
            return above if above is not None and above.declaration.origin != "user-agent" else found
        return found

    def _flow_at(self, level: int) -> Flow:
        if level not in self._flows:
            self._flows[level] = Flow(
                self._inherited_keyword("writing-mode", level, "horizontal-tb"),
                self._inherited_keyword("direction", level, "ltr"),
            )
        return self._flows[level]

    def _inherited_keyword(self, name: str, level: int, initial: str) -> str:
        for above in range(level, self._top + 1):
            best = _strongest_declaration(self._levels.get(above, ()), frozenset((name,)))
            if best is not None and best.value.lower() not in ("inherit", "unset"):
                return best.value.lower()
        return initial


def _value_for_property(declaration: Declaration, name: str, flow: Flow) -> str:
    if declaration.name in (name, "all") or declaration.name == logical_twin(name, flow):
        return declaration.value
    longhands = dict(declaration.longhands)
    value = longhands.get(name, longhands.get(logical_twin(name, flow) or name))
    if value is None and declaration.value.lower() in ("inherit", "unset", "revert", "revert-layer", "initial"):
        return declaration.value
    # An old name (word-wrap) has the value itself; of a shorthand only the browser knows the parts.
    return (
        value
        if value is not None
        else ("" if declaration.longhands or "var(" in declaration.value else declaration.value)
    )


def _strongest_declaration(pool: Iterable[Declaration], names: frozenset[str]) -> Declaration | None:
    """Declarations come weakest first by layer, specificity and order; what importance turns round is done here."""
    everything = list(pool)
    layers: dict[tuple[str, ...], int] = {}
    for one in everything:
        if one.layer:
            layers.setdefault(one.layer, len(layers))
    best: tuple[tuple[int, ...], Declaration] | None = None
    for index, one in enumerate(everything):
        if one.name in names:
            strength = _cascade_strength(one, index, layers)
            if best is None or strength > best[0]:
                best = strength, one
    return None if best is None else best[1]


_ORIGINS = {"user-agent": 0, "attribute": 1, "rule": 2, "inline": 3, "animation": 4}


def _cascade_strength(one: Declaration, index: int, layers: dict[tuple[str, ...], int]) -> tuple[int, ...]:
    if not one.important or one.origin == "animation":
        return 0, _ORIGINS[one.origin], 0, 0, index
    if one.origin == "user-agent":
        return 2, 0, 0, 0, index
    # Important: the inner tree beats the outer, the style attribute beats rules, an earlier layer beats a later one.
    tree = 1 if ":host" in one.selector or "::slotted" in one.selector else -1 if "::part(" in one.selector else 0
    layer = -layers[one.layer] if one.layer else -len(layers)
    return 1, tree, int(one.origin == "inline"), layer, index


def _user_agent_declarations(pool: Iterable[Declaration]) -> list[Declaration]:
    return [one for one in pool if one.origin == "user-agent"]


def _is_same_layer(one: Declaration, other: Declaration) -> bool:
    if one.origin != other.origin:
        # What is stronger than the layer that rolls back does not count either.
        return _ORIGINS[one.origin] > _ORIGINS[other.origin]
    return one.layer == other.layer
