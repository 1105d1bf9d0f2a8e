"""Data augmentation: the same example without declarations that do not matter, and in another order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from random import Random

from relook_lsp.models.edit_language import (
    ElementLine,
    LanguageError,
    Observation,
    Operation,
    RemoveDeclaration,
    SetDeclaration,
    SetProperty,
    format_answer,
    parse_answer,
)

DROP_SHARE = 0.2
"""Share of the declarations that do not matter and are left out."""

KEEP_NAME_SHARE = 0.6
"""Share of the elements that keep their classes, and of those that keep their texts."""


def augment(
    observation: Observation, operations: tuple[Operation, ...], random: Random
) -> tuple[Observation, tuple[Operation, ...]]:
    """Indices follow what is left; values stay."""
    named = {o.declaration for o in operations if isinstance(o, SetDeclaration | RemoveDeclaration)}
    named |= set() if observation.cause is None else {observation.cause}
    kept = [i for i in range(len(observation.declarations)) if i in named or random.random() >= DROP_SHARE]
    last = max(
        [0, *(o.element for o in operations if isinstance(o, SetProperty))]
        + [observation.declarations[i].element for i in named]
    )
    count = max(last + 1, len(observation.elements) - (random.random() < 0.3))
    kept = [i for i in kept if observation.declarations[i].element < count]
    moved = {old: new for new, old in enumerate(kept)}
    slots = list(observation.slots)
    if random.random() < 0.5:
        random.shuffle(slots)
    told = replace(
        observation,
        elements=_move_elements(observation.elements[:count], random),
        declarations=tuple(observation.declarations[i] for i in kept),
        slots=tuple(slots),
        cause=None if observation.cause is None else moved[observation.cause],
    )
    return told, tuple(_renumber(operation, moved) for operation in operations)


def augment_answers(
    observation: Observation, answers: Iterable[str], random: Random
) -> tuple[Observation, dict[str, str]]:
    """As ``augment``, for all answers at once: how each reads now. What is not in the language stays as it is."""
    said: dict[str, tuple[Operation, ...]] = {}
    same: dict[str, str] = {}
    for answer in answers:
        try:
            said[answer] = parse_answer(answer, observation)
        except LanguageError:
            same[answer] = answer
    told, moved = augment(observation, tuple(one for operations in said.values() for one in operations), random)
    rest = iter(moved)
    return told, same | {
        answer: format_answer(tuple(islice(rest, len(operations))), told) for answer, operations in said.items()
    }


def _move_elements(elements: tuple[ElementLine, ...], random: Random) -> tuple[ElementLine, ...]:
    """The same elements at another place of the page, some without their classes or texts: whoever knows a page by
    these has learnt the page and not the defect."""
    x, y = random.randint(-40, 40), random.randint(-300, 1200)
    return tuple(
        replace(
            one,
            label=one.label if random.random() < KEEP_NAME_SHARE else one.label.partition(".")[0],
            text=one.text if random.random() < KEEP_NAME_SHARE else "",
            box=(max(0, one.box[0] + x), max(0, one.box[1] + y), *one.box[2:]),
        )
        for one in elements
    )


def _renumber(operation: Operation, moved: dict[int, int]) -> Operation:
    if isinstance(operation, SetDeclaration | RemoveDeclaration):
        return replace(operation, declaration=moved[operation.declaration])
    return operation
