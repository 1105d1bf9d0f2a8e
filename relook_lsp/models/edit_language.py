"""The edit language: what a policy reads and what it may answer, the same for every policy, small or large.

Nothing long is copied and nothing is computed: declarations, elements and solver-computed values have short names,
and an edit names them. Version 4.

    set d3 s0            the declaration d3 gets the value of slot s0 (d3 may be a custom property)
    set e1 max-width s2  the element e1 gets max-width with the value of slot s2, where it is declared now
    set e1 min-width = 0 the same with a free value (to the end of the line)
    del d4               the declaration d4 is removed
    del e1 width         the same, by element and name: easier for a small model than to find the number
    del cause            the same for the declaration that the finding stands on, whatever it is called
    set cause s0         that declaration gets another value

Larger policies may also change markup, by a block whose search text occurs exactly once in the focused source:

    <<<<<<< SEARCH
    old text
    =======
    new text
    >>>>>>> REPLACE
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from relook_lsp.core.finding import Scalar

VERSION = 4
MAX_OPERATIONS = 12
MAX_VALUE = 200


@dataclass(frozen=True)
class DeclarationLine:
    """A declaration that wins for an element; its index is its place in ``Observation.declarations``."""

    element: int
    name: str
    value: str
    selector: str


@dataclass(frozen=True)
class ElementLine:
    """An element: ``box`` is (x, y, width, height), whole CSS pixels from the document's origin."""

    label: str
    relation: str
    """``place``, ``cause``, ``parent of cause``, ..."""
    box: tuple[int, int, int, int]
    text: str


class SolvedValue(NamedTuple):
    """A value that a solver computed, and the property that it is meant for."""

    name: str
    value: str


@dataclass(frozen=True)
class Observation:
    """All that a policy is told about one group of findings."""

    rule: str
    severity: str
    message: str
    places: int
    measured: Mapping[str, Scalar]
    required: Mapping[str, Scalar]
    viewport: str
    moment: int
    widths: tuple[int, int] | None
    elements: tuple[ElementLine, ...]
    declarations: tuple[DeclarationLine, ...]
    slots: tuple[SolvedValue, ...]
    cause: int | None = None
    """The declaration that the finding stands on; None where it stands on none that could be edited."""
    source: str = ""
    """Focused source for large policies; empty for small ones."""
    picture: bytes | None = field(default=None, repr=False)
    """The place with its box drawn on it, PNG, for large policies."""


@dataclass(frozen=True)
class SetDeclaration:
    declaration: int
    value: str


@dataclass(frozen=True)
class SetProperty:
    element: int
    name: str
    value: str


@dataclass(frozen=True)
class RemoveDeclaration:
    declaration: int


@dataclass(frozen=True)
class ReplaceMarkup:
    search: str
    replace: str


Operation = SetDeclaration | SetProperty | RemoveDeclaration | ReplaceMarkup


class LanguageError(ValueError):
    """The answer is not in the edit language; the sentence says what is wrong and goes back to the policy."""


def format_observation(observation: Observation, value: int = 80, text: int = 40, elements: int = 100) -> str:
    """The observation as text. Page-controlled strings are cut (values and texts to so many characters) and quoted, so
    that they stay data; of the elements, the first ones are told."""
    o = observation
    lines = [f"rule {o.rule} {o.severity}" + (f" x{o.places}" if o.places > 1 else "")]
    lines.append("measured " + _format_pairs(o.measured, value))
    if o.required:
        lines.append("required " + _format_pairs(o.required, value))
    widths = "" if o.widths is None else f" widths {o.widths[0]}-{o.widths[1]}"
    lines.append(f"viewport {o.viewport} moment {o.moment}{widths}")
    if o.cause is not None:
        line = o.declarations[o.cause]
        lines.append(f"cause e{line.element} {line.name}: {line.value[:value]}")
    for index, element in enumerate(o.elements[:elements]):
        x, y, width, height = element.box
        shown = f" {quote_text(element.text, text)}" if element.text else ""
        lines.append(f"e{index} {element.label} {width}x{height} at {x},{y} {element.relation}{shown}")
        lines += [
            f" d{number} {line.name}: {line.value[:value]}"
            for number, line in enumerate(o.declarations)
            if line.element == index
        ]
    lines += [f"s{index} {slot.name}: {slot.value[:value]}" for index, slot in enumerate(o.slots)]
    return "\n".join(lines)


def _format_pairs(values: Mapping[str, Scalar], limit: int) -> str:
    return " ".join(
        f"{name}={value:g}" if isinstance(value, float) else f"{name}={_plain_text(str(value), limit)}"
        for name, value in values.items()
    )


def _plain_text(text: str, limit: int) -> str:
    return re.sub(r"\s+", "_", text)[:limit]


def quote_text(text: str, limit: int) -> str:
    """Page text as a quoted string on one line."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    flat = flat if len(flat) <= limit else flat[: limit - 1] + "…"
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SET_DECLARATION = re.compile(r"set (?:d(\d+)|cause) (?:s(\d+)|= ?(.+))")
_SET_PROPERTY = re.compile(r"set e(\d+) (--[\w-]+|-?[a-z][a-z-]*) (?:s(\d+)|= ?(.+))")
_DELETE = re.compile(r"del (?:d(\d+)|cause)")
_DELETE_PROPERTY = re.compile(r"del e(\d+) (--[\w-]+|-?[a-z][a-z-]*)")
_BLOCK = re.compile(r"<{7} SEARCH\n(.*?)\n={7}\n(.*?)\n?>{7} REPLACE", re.S)
_FORBIDDEN = re.compile(r"[;{}<>\\]|/\*|\*/|@|url\s*\(|expression\s*\(|image-set\s*\(|[\x00-\x1f]", re.I)


def parse_answer(answer: str, observation: Observation, *, markup: bool = False) -> tuple[Operation, ...]:
    """The operations of an answer. Raises ``LanguageError`` for anything that is not exactly the language."""
    operations: list[Operation] = []
    rest = answer.replace("\r\n", "\n")
    if markup:
        for match in _BLOCK.finditer(rest):
            operations.append(ReplaceMarkup(match.group(1), match.group(2)))
        rest = _BLOCK.sub("", rest)
    for line in rest.splitlines():
        text = line.strip()
        if text and text != "end" and not text.startswith("```"):
            operations.append(_parse_operation(text, observation))
    if not operations:
        raise LanguageError("the answer holds no edit")
    if len(operations) > MAX_OPERATIONS:
        raise LanguageError(f"{len(operations)} edits are more than {MAX_OPERATIONS}")
    return tuple(operations)


def _parse_operation(text: str, observation: Observation) -> Operation:
    if match := _SET_DECLARATION.fullmatch(text):
        index = _parse_declaration_index(match.group(1), observation)
        return SetDeclaration(index, _parse_value(match, 2, observation, observation.declarations[index].name))
    if match := _SET_PROPERTY.fullmatch(text):
        element, name = _parse_index(match.group(1), "e", len(observation.elements)), match.group(2)
        declared, value = _declaration_index(observation, element, name), _parse_value(match, 3, observation, name)
        if declared is not None:
            return SetDeclaration(declared, value)
        if name.startswith("--"):
            raise LanguageError(f"e{element} has no {name}")
        return SetProperty(element, name, value)
    if match := _DELETE.fullmatch(text):
        return RemoveDeclaration(_parse_declaration_index(match.group(1), observation))
    if match := _DELETE_PROPERTY.fullmatch(text):
        element = _parse_index(match.group(1), "e", len(observation.elements))
        declared = _declaration_index(observation, element, match.group(2))
        if declared is None:
            raise LanguageError(f"e{element} has no {match.group(2)}")
        return RemoveDeclaration(declared)
    raise LanguageError(f"not an edit: {text[:80]}")


def _declaration_index(observation: Observation, element: int, name: str) -> int | None:
    lines = observation.declarations
    return next((i for i, line in enumerate(lines) if line.element == element and line.name == name), None)


def _parse_declaration_index(digits: str | None, observation: Observation) -> int:
    """By its number; None is the cause."""
    if digits is not None:
        return _parse_index(digits, "d", len(observation.declarations))
    if observation.cause is None:
        raise LanguageError("the finding stands on no declaration")
    return observation.cause


def _parse_index(digits: str, kind: str, count: int) -> int:
    index = int(digits)
    if index >= count:
        raise LanguageError(f"there is no {kind}{index}")
    return index


def _parse_value(match: re.Match[str], group: int, observation: Observation, name: str) -> str:
    number, free = match.group(group), match.group(group + 1)
    if number is not None:
        slot = observation.slots[_parse_index(number, "s", len(observation.slots))]
        if not is_meant_for(slot, name):
            raise LanguageError(f"s{number} is a value of {slot.name}, not of {name}")
        return slot.value
    value = free.strip()
    if not value or len(value) > MAX_VALUE or _FORBIDDEN.search(value):
        raise LanguageError(f"not a value: {value[:80]}")
    return value


def format_answer(operations: tuple[Operation, ...], observation: Observation) -> str:
    """Operations as an answer: the inverse of ``parse``; the cause is told as such, other declarations by element and
    name, values that are slots by the slot."""
    return "\n".join(_format_operation(operation, observation) for operation in operations)


def _format_operation(operation: Operation, observation: Observation) -> str:
    match operation:
        case SetDeclaration(declaration, value):
            name = observation.declarations[declaration].name
            return f"set {_format_place(declaration, observation)} {_format_value(name, value, observation)}"
        case SetProperty(element, name, value):
            return f"set e{element} {name} {_format_value(name, value, observation)}"
        case RemoveDeclaration(declaration):
            return f"del {_format_place(declaration, observation)}"
        case ReplaceMarkup(search, replace):
            return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE"


def _format_place(declaration: int, observation: Observation) -> str:
    if declaration == observation.cause:
        return "cause"
    line = observation.declarations[declaration]
    first = _declaration_index(observation, line.element, line.name) == declaration
    return f"e{line.element} {line.name}" if first else f"d{declaration}"


def _format_value(name: str, value: str, observation: Observation) -> str:
    slots = enumerate(observation.slots)
    return next((f"s{i}" for i, slot in slots if slot.value == value and is_meant_for(slot, name)), f"= {value}")


def is_meant_for(slot: SolvedValue, name: str) -> bool:
    """Whether the slot's value is one of the property's. A browser ignores any other, and the edit would be a removal
    in disguise."""
    return name.startswith("--") or slot.name == name or slot.name.startswith(f"{name}-")


def describe_edit(operations: tuple[Operation, ...], observation: Observation) -> str:
    """The edit in a few words, for people."""
    return "; ".join(_describe_operation(operation, observation) for operation in operations)


def _describe_operation(operation: Operation, observation: Observation) -> str:
    match operation:
        case SetDeclaration(index, value):
            return f"{observation.declarations[index].name}: {value}"
        case SetProperty(_, name, value):
            return f"{name}: {value}"
        case RemoveDeclaration(index):
            return f"no {observation.declarations[index].name}: {observation.declarations[index].value}"
        case ReplaceMarkup():
            return "change the markup"
