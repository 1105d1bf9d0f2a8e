"""What style sheets and ``style`` attributes can load or move, read from their tokens.

The reader knows what is harmless and reports everything else: functions, at-rules and characters that are not on the
lists below count as capabilities, so that an edit cannot add what this version does not understand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from relook_lsp.refine.capabilities import Capabilities, Capability, Effect
from relook_lsp.source.css_tokens import CssToken, TokenKind, tokenize_css

_FUNCTIONS_WORDS = """
    rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark contrast-color
    calc min max clamp abs sign round mod rem sin cos tan asin acos atan atan2 pow sqrt hypot log exp var env
    minmax repeat fit-content anchor anchor-size
    translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate rotatex rotatey
    rotatez rotate3d skew skewx skewy matrix matrix3d perspective
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient
    repeating-conic-gradient -webkit-linear-gradient -webkit-radial-gradient -webkit-gradient from to color-stop
    circle ellipse inset polygon rect xywh path shape counter counters cubic-bezier steps linear
    is where not has matches any -webkit-any -moz-any nth-child nth-last-child nth-of-type nth-last-of-type nth-col lang
    dir host host-context slotted part state highlight selector style and or"""
_FUNCTIONS = frozenset(_FUNCTIONS_WORDS.split())
_RULES = frozenset(("media", "supports", "layer", "container", "scope"))
"""At-rules that an edit may add."""
_DESCRIPTORS = frozenset(("font-face", "page", "charset"))
"""At-rules that an edit may not add, but whose insides it may edit like a rule's."""
_MOVING_RULES = re.compile(r"(?:-\w+-)?keyframes|starting-style|view-transition|position-try")
_MOVING = re.compile(
    r"(?:-\w+-)?(?:animation|transition)(?:-.*)?|scroll-behavior|interpolate-size|(?:scroll|view)-timeline.*"
    r"|view-transition.*|all"
)
"""``all`` can inherit or restore an animation."""
_STILL = re.compile(
    r"(?:-\w+-)?(?:(?:animation(?:-name)?|transition(?:-property)?): none|animation-play-state: paused"
    r"|(?:animation|transition)-duration: 0m?s)|scroll-behavior: auto"
)
_BINDING = re.compile(r"(?:-\w+-)?(?:binding|behaviou?r|link|use-link-source)")
# Browsers disagree on which of these can be part of a name: CSS Syntax 3 has excluded them since 2022, Chromium takes them.
_ODD = re.compile(
    "[^\0-\x7f\xb7\xc0-\xd6\xd8-\xf6\xf8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffc\U00010000-\U0010ffff]"
)
_NAMED = frozenset((TokenKind.IDENT, TokenKind.FUNCTION, TokenKind.HASH, TokenKind.AT_KEYWORD, TokenKind.NUMBER))
_UNREADABLE = frozenset((TokenKind.BAD_URL, TokenKind.BAD_STRING, TokenKind.CDO, TokenKind.CDC))
_OPENS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class StyleCapabilities:
    """Of one piece of CSS. ``custom``: (name, place and value) of each declared custom property. ``uses``: the custom
    properties that the value of each one mentions. ``roots``: those that a capability depends on."""

    found: Capabilities = field(default_factory=Counter[Capability])
    custom: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    uses: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    roots: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Block:
    closer: str
    prelude: str | None = None
    """None where the bracket is part of a value."""
    rule: str = ""
    """Name of the at-rule, without the ``@``."""
    names: frozenset[str] = frozenset()
    """Custom properties that the prelude mentions."""


@dataclass
class _Reader:
    text: str
    place: str
    attribute: bool
    """Whether the text is the value of a ``style`` attribute: declarations without a rule around them."""
    blocks: list[_Block] = field(default_factory=list[_Block])
    run: list[CssToken] = field(default_factory=list[CssToken])
    """Tokens since the last end of a declaration or rule, without comments and white space."""
    found: Capabilities = field(default_factory=Counter[Capability])
    custom: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    uses: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    roots: set[str] = field(default_factory=set[str])

    def read(self) -> None:
        for token in tokenize_css(self.text):
            if token.kind is TokenKind.SPACE or token.kind is TokenKind.COMMENT:
                continue
            in_value = bool(self.blocks) and self.blocks[-1].prelude is None
            if token.kind is TokenKind.FUNCTION:
                self.blocks.append(_Block(")"))
            elif token.kind is TokenKind.DELIM:
                if token.value == "{" and not in_value and not self._in_custom_property():
                    self._open()
                    continue
                if token.value in _OPENS:
                    self.blocks.append(_Block(_OPENS[token.value]))
                elif self.blocks and token.value == self.blocks[-1].closer:
                    if not in_value:
                        self._end()
                    self.blocks.pop()
                    if not in_value:
                        continue
                elif token.value == ";" and not in_value and self._ends_with_semicolon():
                    self._end()
                    continue
            elif token.kind in (TokenKind.CDO, TokenKind.CDC) and self._at_top() and not self.run:
                continue
            self.run.append(token)
        self._end()

    def _at_top(self) -> bool:
        return not self.blocks and not self.attribute

    def _ends_with_semicolon(self) -> bool:
        """Between the rules of a sheet, a semicolon ends at-rules only; elsewhere it is part of the next selector."""
        return not self._at_top() or not self.run or self.run[0].kind is TokenKind.AT_KEYWORD

    def _in_custom_property(self) -> bool:
        named = len(self.run) > 1 and self.run[0].value.startswith("--") and self.run[1].value == ":"
        return named and not self._at_top()

    def _open(self) -> None:
        """A block begins: what came before is its prelude."""
        run, first = self.run, self.run[0] if self.run else None
        rule = first.value.lower() if first is not None and first.kind is TokenKind.AT_KEYWORD else ""
        self._at_rule(rule)
        self._values("@" + rule if rule else "selector", run)
        self._moving(run)
        self.blocks.append(_Block("}", self._written(run), rule, _dashed(run)))
        self.run = []

    def _end(self) -> None:
        """A declaration or a statement ends."""
        run, self.run = self.run, []
        if not run:
            return
        first = run[0]
        if first.kind is TokenKind.AT_KEYWORD:
            self._at_rule(first.value.lower(), run)
            self._values("@" + first.value.lower(), run)
            return
        declared = first.kind is TokenKind.IDENT and len(run) > 1 and run[1].value == ":"
        name = first.value if first.value.startswith("--") else first.value.lower()
        frozen = next((b.rule for b in self.blocks if b.rule and b.rule not in _RULES | _DESCRIPTORS), None)
        if frozen is not None:
            effect = Effect.MOVES if _MOVING_RULES.fullmatch(frozen) else Effect.UNKNOWN
            self._add(effect, f"@{frozen} {self._written(run)}", run)
        if not declared:
            self._values("unknown", run)
        elif name.startswith("--"):
            self.custom[name, f"{self._place()} {self._written(run)}"] += 1
            self.uses[name] = self.uses.get(name, frozenset()) | _dashed(run[2:])
            self._values(name, run[2:])
        elif _BINDING.fullmatch(name):
            self._add(Effect.RUNS, self._written(run), run)
        else:
            self._values(name, run[2:])
        self._moving(run)

    def _at_rule(self, name: str, run: list[CssToken] | None = None) -> None:
        if name and name not in _RULES:
            effect = (
                Effect.MOVES if _MOVING_RULES.fullmatch(name) else Effect.LOADS if name == "import" else Effect.UNKNOWN
            )
            self._add(effect, self._written(self.run if run is None else run), run or self.run)

    def _moving(self, run: list[CssToken]) -> None:
        """Declarations of motion, wherever a name and a colon stand: a browser may recover from what is before it."""
        for index, (name, colon) in enumerate(pairwise(run)):
            if name.kind is TokenKind.IDENT and colon.value == ":" and _MOVING.fullmatch(name.value.lower()):
                value = self._written(run[index + 2 :]).lower().removesuffix("! important").strip()
                stops = _STILL.fullmatch(f"{name.value.lower()}: {value}") is not None
                detail = f"{self._place()} {self._written(run[index:])}".strip()
                self.found[Capability(Effect.MOVES, detail, still=stops)] += 1
                if not stops:
                    self.roots |= _dashed(run[index:]).union(*(block.names for block in self.blocks))

    def _values(self, name: str, run: list[CssToken]) -> None:
        """Everything in a value, prelude or selector that can load or is not understood."""
        inside = "".join(f"@{block.rule} " for block in self.blocks if block.rule and block.rule not in _RULES)
        for index, token in enumerate(run):
            written = self.text[token.start : token.end]
            if token.kind is TokenKind.URL:
                self._add(Effect.LOADS, f"{inside}{name}: {written}", ())
            elif token.kind is TokenKind.FUNCTION and token.value.lower() not in _FUNCTIONS:
                call = _call(run, index)
                effect = Effect.RUNS if token.value.lower() == "expression" else Effect.LOADS
                self._add(effect, f"{inside}{name}: {self._written(call)}", call)
            elif token.kind is TokenKind.STRING and name.startswith("--"):
                self._add(Effect.LOADS, f"{inside}{name}: {written}", ())
            elif token.kind in _UNREADABLE or self.text.startswith("</", token.start):
                self._add(Effect.UNKNOWN, f"{inside}{name}: {written}", ())
            if token.kind in _NAMED and not token.value.isascii() and _ODD.search(token.value):
                self._add(Effect.UNKNOWN, f"{inside}{name}: {written}", ())

    def _add(self, effect: Effect, detail: str, run: Iterable[CssToken]) -> None:
        self.found[Capability(effect, detail)] += 1
        self.roots |= _dashed(run)

    def _place(self) -> str:
        return " ".join((self.place, *(block.prelude for block in self.blocks if block.prelude))).strip()

    def _written(self, run: Iterable[CssToken]) -> str:
        return " ".join(self.text[token.start : token.end] for token in run)


def _dashed(run: Iterable[CssToken]) -> frozenset[str]:
    return frozenset(token.value for token in run if token.kind is TokenKind.IDENT and token.value.startswith("--"))


def _call(run: list[CssToken], start: int) -> list[CssToken]:
    """The tokens of a function up to its closing parenthesis."""
    closers = [")"]
    for index in range(start + 1, len(run)):
        token = run[index]
        if token.kind is TokenKind.FUNCTION:
            closers.append(")")
        elif token.kind is TokenKind.DELIM and token.value in _OPENS:
            closers.append(_OPENS[token.value])
        elif token.kind is TokenKind.DELIM and token.value == closers[-1]:
            closers.pop()
            if not closers:
                return run[start : index + 1]
    return run[start:]


@lru_cache(maxsize=64)
def style_capabilities(text: str, *, element: str = "") -> StyleCapabilities:
    """Of a sheet or, with the name of the ``element``, of its ``style`` attribute."""
    reader = _Reader(text, element, attribute=bool(element))
    reader.read()
    return StyleCapabilities(reader.found, reader.custom, reader.uses, frozenset(reader.roots))


def changed_rules(before: str, after: str) -> tuple[str, str]:
    """The parts of two versions of a sheet that differ, each a sequence of whole top-level rules. A sheet starts anew
    behind each top-level rule, so what stands before and behind these parts means the same in both versions."""
    edges = _edges(before)
    common, shorter = 0, min(len(before), len(after))
    while common < shorter and before[common] == after[common]:
        common += 1
    start = edges[bisect_right(edges, common) - 1]
    shift, tail = len(after) - len(before), 0
    while tail < shorter - common and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    for edge in _edges_from(after, start):
        if edge >= len(after) - tail and edge - shift >= start and _is_edge(edges, edge - shift):
            return before[start : edge - shift], after[start:edge]
    return before[start:], after[start:]


def _is_edge(edges: tuple[int, ...], offset: int) -> bool:
    return edges[bisect_right(edges, offset) - 1] == offset


@lru_cache(maxsize=16)
def _edges(text: str) -> tuple[int, ...]:
    return (0, *_edges_from(text, 0))


def _edges_from(text: str, start: int) -> Iterator[int]:
    """Offsets behind each top-level rule and statement, from one of them on."""
    closers: list[str] = []
    statement: bool | None = None
    """Whether what began at the top level is an at-rule, which a semicolon ends."""
    for token in tokenize_css(text, start):
        if token.kind is TokenKind.SPACE or token.kind is TokenKind.COMMENT:
            continue
        if not closers and token.value == ";" and token.kind is TokenKind.DELIM and statement is not False:
            statement = None
            yield token.end
            continue
        if statement is None and token.kind not in (TokenKind.CDO, TokenKind.CDC):
            statement = token.kind is TokenKind.AT_KEYWORD
        if token.kind is TokenKind.FUNCTION:
            closers.append(")")
        elif token.kind is TokenKind.DELIM and token.value in _OPENS:
            closers.append(_OPENS[token.value])
        elif token.kind is TokenKind.DELIM and closers and token.value == closers[-1]:
            closers.pop()
            if not closers and token.value == "}":
                statement = None
                yield token.end
