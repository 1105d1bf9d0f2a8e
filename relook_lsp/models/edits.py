"""The edits that an observation names: few enough for a small model to weigh each."""

from __future__ import annotations

from relook_lsp.models.language import (
    Observation,
    Operation,
    RemoveDeclaration,
    SetDeclaration,
    SetProperty,
    meant,
    write,
)

MOST = 64


def named(observation: Observation, elements: int) -> list[str]:
    """Every answer of one edit without a free value, for the first ``elements`` elements; those of the cause first, at
    most ``MOST``. Pure."""
    found: list[Operation] = []
    lines, slots = observation.declarations, observation.slots
    for element in range(min(elements, len(observation.elements))):
        here = [(index, line.name) for index, line in enumerate(lines) if line.element == element]
        for index, name in here:
            found.append(RemoveDeclaration(index))
            found += [SetDeclaration(index, slot.value) for slot in slots if meant(slot, name)]
        declared = {name for _, name in here}
        found += [SetProperty(element, slot.name, slot.value) for slot in slots if slot.name not in declared]
    return list(dict.fromkeys(write((operation,), observation) for operation in found))[:MOST]
