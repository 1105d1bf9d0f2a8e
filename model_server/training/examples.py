"""Decodes stored tasks and examples."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_server.training.jsonl import read_records
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.models.edit_language import (
    DeclarationLine,
    ElementLine,
    Observation,
    Operation,
    SetDeclaration,
    SolvedValue,
    parse_answer,
)

NATURAL = "natural"
"""The kind of a task that no one made: what an author left in a page."""


class Provenance:
    """Where a task comes from: the split of its page, and the kind of its defect."""

    split: str
    kind: str
    held_out_kind: bool

    @property
    def trains(self) -> bool:
        """Whether a policy may learn from it."""
        return self.split == "train" and not self.held_out_kind

    @property
    def part(self) -> str:
        """How tables of scores call it."""
        if self.kind == NATURAL:
            return f"natural findings, {self.split} pages"
        return "held-out kinds" if self.held_out_kind else f"{self.split} pages"


@dataclass(frozen=True)
class Task(Provenance):
    """A finding to fix: the ``page`` on disk, and the patch ``joint`` that breaks it (empty for a natural finding).
    ``together`` is the number of injected defects. Only a render can judge an answer."""

    split: str
    source: str
    kind: str
    held_out_kind: bool
    rule: str
    key: str
    page: Page
    joint: Patch
    together: int

    @property
    def identity(self) -> str:
        """The same in every run, wherever the pages are."""
        edits = repr([(one.path, one.span.start, one.span.end, one.new) for one in self.joint.replacements])
        return f"{self.page.entry} {self.rule} {self.key} {self.kind} {zlib.crc32(edits.encode()):08x}"


@dataclass(frozen=True)
class Example(Task):
    """A task with a known answer, the edit that takes the defect back, and what the policy is told."""

    observation: Observation
    operations: tuple[Operation, ...]

    @property
    def target(self) -> tuple[Operation, ...]:
        """What is imitated: no one can guess an author's old value, so that where a solver offers one for the property,
        that takes its place."""
        return tuple(_prefer_solver_value(operation, self.observation) for operation in self.operations)


def _prefer_solver_value(operation: Operation, observation: Observation) -> Operation:
    if not isinstance(operation, SetDeclaration):
        return operation
    name = observation.declarations[operation.declaration].name
    meant = ("color", "background-color") if name.startswith("--") or name == "background" else (name,)
    values = [slot.value for slot in observation.slots if slot.name in meant]
    return SetDeclaration(operation.declaration, values[0]) if values and operation.value not in values else operation


def read_tasks(path: Path) -> Iterator[Task]:
    """All that are stored in a file, with a known answer or without."""
    for record in read_records(path):
        if "answer" in record:
            yield decode_example(record)
        elif "rule" in record:
            yield Task(*_task_fields(record))


def read_examples(path: Path) -> Iterator[Example]:
    """Those with a known answer."""
    return (one for one in read_tasks(path) if isinstance(one, Example))


def decode_example(record: dict[str, Any]) -> Example:
    observation = decode_observation(record["observation"])
    return Example(*_task_fields(record), observation, parse_answer(record["answer"], observation))


def _task_fields(record: dict[str, Any]) -> tuple[str, str, str, bool, str, str, Page, Patch, int]:
    return (
        record["split"],
        record["source"],
        record["kind"],
        record["held_out_kind"],
        record["rule"],
        record["key"],
        Page(Path(record["root"]), record["entry"]),
        Patch(tuple(Replacement(path, Span(start, end), old, new) for path, start, end, old, new in record["edits"])),
        record["together"],
    )


def decode_observation(data: dict[str, Any]) -> Observation:
    """As ``dataclasses.asdict`` took it apart."""
    elements: list[dict[str, Any]] = [{**e, "box": tuple(e["box"])} for e in data["elements"]]
    fields: dict[str, Any] = {
        **data,
        "widths": None if data["widths"] is None else tuple(data["widths"]),
        "elements": tuple(ElementLine(**e) for e in elements),
        "declarations": tuple(DeclarationLine(**d) for d in data["declarations"]),
        "slots": tuple(SolvedValue(*s) for s in data["slots"]),
    }
    return Observation(**fields)
