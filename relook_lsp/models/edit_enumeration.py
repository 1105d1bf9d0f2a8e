"""The edits that an observation names: few enough for a small model to weigh each."""

from __future__ import annotations

from relook_lsp.models.edit_language import (
    Observation,
    Operation,
    RemoveDeclaration,
    SetDeclaration,
    SetProperty,
    format_answer,
    is_meant_for,
)

MOST = 64


def enumerate_edits(observation: Observation, elements: int) -> list[str]:
    """Every answer of one edit without a free value, for the first ``elements`` elements; those of the cause first
    (the declaration, then the element), at most ``MOST``. Pure."""
    lines, slots = observation.declarations, observation.slots
    found = [] if observation.cause is None else _edits_of_declaration(observation.cause, observation)
    for element in range(min(elements, len(observation.elements))):
        here = [(index, line.name) for index, line in enumerate(lines) if line.element == element]
        for index, _ in here:
            found += _edits_of_declaration(index, observation)
        declared = {name for _, name in here}
        found += [SetProperty(element, slot.name, slot.value) for slot in slots if slot.name not in declared]
    return list(dict.fromkeys(format_answer((operation,), observation) for operation in found))[:MOST]


def _edits_of_declaration(index: int, observation: Observation) -> list[Operation]:
    """The declaration removed, or with a slot's value."""
    meaning = [slot.value for slot in observation.slots if is_meant_for(slot, observation.declarations[index].name)]
    return [RemoveDeclaration(index), *(SetDeclaration(index, value) for value in meaning)]
