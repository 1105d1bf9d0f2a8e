"""What a policy is told about a group of findings, and how its answer becomes a patch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.snapshot import Declaration
from relook_lsp.core.text import LineIndex, Span
from relook_lsp.models.edit_language import (
    DeclarationLine,
    ElementLine,
    LanguageError,
    Observation,
    Operation,
    RemoveDeclaration,
    ReplaceMarkup,
    SetDeclaration,
    SetProperty,
    SolvedValue,
)
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WantedValues, WriteTarget
from relook_lsp.refine.proposers.solved import SOLVERS
from relook_lsp.refine.repair_site import RepairSite, repair_site
from relook_lsp.refine.solvers.contrast import has_own_background, has_plain_background
from relook_lsp.refine.trajectory import PageState
from relook_lsp.report.finding_crops import crop_finding
from relook_lsp.source.cascade import winning_declaration
from relook_lsp.source.custom_properties import variables_used_by

MAX_ELEMENTS = 4
MAX_DECLARATIONS = 10
"""For each element."""
MAX_VARIABLES = 4
"""Custom properties for each element."""
MAX_SLOTS = 12
AROUND = 160
"""CSS pixels of the page that a large policy sees around a finding."""
SOURCE_LINES = 12
"""Lines around the cause that a large policy sees."""


@dataclass(frozen=True)
class ObservedGroup:
    """An observation and what its indices stand for."""

    observation: Observation
    site: RepairSite
    nodes: tuple[int, ...]
    declarations: tuple[Declaration, ...]


def observe_group(state: PageState, target: Sequence[Finding], *, source: bool = False) -> ObservedGroup | None:
    """None where the findings have no element. ``source`` adds the focused text and the picture, for large policies."""
    place = repair_site(state, target)
    if place is None:
        return None
    finding = place.finding
    nodes = _nodes_to_describe(place)
    declarations: list[Declaration] = []
    lines: list[DeclarationLine] = []
    for index, node in enumerate(nodes):
        winning = _winning_declarations(place, node)
        for one in (*winning, *_variable_declarations(place, node, winning)):
            if one not in declarations:
                declarations.append(one)
                lines.append(DeclarationLine(index, one.name, one.value, one.selector))
    cause = _find_cause(place, declarations, nodes[0])
    if cause is not None and cause not in declarations:
        declarations.append(cause)
        lines.append(DeclarationLine(0, cause.name, cause.value, cause.selector))
    observation = Observation(
        rule=finding.rule,
        severity=finding.severity.value,
        message=finding.message,
        places=len(target),
        measured=finding.measured,
        required=finding.required,
        viewport=str(finding.viewport),
        moment=finding.moment,
        widths=finding.failing_widths,
        elements=tuple(_element_line(place, node, index) for index, node in enumerate(nodes)),
        declarations=tuple(lines),
        slots=tuple(_solved_values(place))[:MAX_SLOTS],
        cause=None if cause is None else declarations.index(cause),
        source=_focused_source(place) if source else "",
        picture=crop_finding(place.snapshot, finding, AROUND) if source else None,
    )
    return ObservedGroup(observation, place, nodes, tuple(declarations))


def _nodes_to_describe(place: RepairSite) -> tuple[int, ...]:
    layout = place.layout
    first = layout.nearest_element(place.culprit)
    chosen = [first, *(n for n in [layout.nearest_element(place.element)] if n != first and layout.names[n] != "html")]
    chosen += [n for n in place.editable_ancestors(first)[1:] if n not in chosen]
    return tuple(chosen[:MAX_ELEMENTS])


def _winning_declarations(place: RepairSite, node: int) -> list[Declaration]:
    """Declarations of the element that win and can be edited, in the order of the cascade."""
    own = [d for d in place.declarations(node) if d.level == 0 and _is_written(d)]
    kept = [d for d in own if not d.name.startswith("--") and winning_declaration(own, d.name, inherit=False) == d]
    return [d for d in kept if place.locator.locate_declaration(d) is not None][-MAX_DECLARATIONS:]


def _find_cause(place: RepairSite, told: Sequence[Declaration], first: int) -> Declaration | None:
    """The declaration that the finding stands on: one of those that are told, one that the first element inherits, or
    one that it has with the keyboard's focus."""
    matched = (*place.declarations(first), *place.focused_declarations(first))
    every = (*told, *(one for one in matched if _is_written(one)))
    return next((one for one in every if place.locator.locate_declaration(one) == place.finding.cause), None)


def _is_written(declaration: Declaration) -> bool:
    return declaration.range is not None and declaration.origin in ("rule", "inline")


def _variable_declarations(place: RepairSite, node: int, winning: Sequence[Declaration]) -> list[Declaration]:
    """The custom properties that give these declarations their values."""
    every = place.declarations(node)
    found = [variable for one in winning for _, variable in variables_used_by(every, one)]
    return [one for one in dict.fromkeys(found) if place.locator.locate_declaration(one) is not None][:MAX_VARIABLES]


def _element_line(place: RepairSite, node: int, index: int) -> ElementLine:
    layout = place.layout
    rect = layout.rect(node)
    text = " ".join(run.text.strip() for run in layout.text_runs if run.element == node)
    label = layout.names[node] + "".join(f".{c}" for c in (layout.attribute(node, "class") or "").split()[:2])
    relation = "cause" if index == 0 else ("place" if node == layout.nearest_element(place.element) else "above")
    box = (round(rect.x), round(rect.y), round(rect.width), round(rect.height))
    return ElementLine(label[:60], relation, box, text)


def _solved_values(place: RepairSite) -> list[SolvedValue]:
    """Values that the solvers computed for these findings, best first."""
    solver = SOLVERS.get(place.finding.rule)
    if solver is None:
        return []
    writer = PatchWriter(place)
    for _ in solver(place, writer):
        pass
    return list(
        dict.fromkeys(
            SolvedValue(*pair) for fix in writer.asked for want in fix.wants for pair in want.values if pair[1]
        )
    )


def _focused_source(place: RepairSite) -> str:
    cause = place.finding.cause
    source = place.snapshot.sources.get(cause.url or "")
    if source is None:
        return ""
    index = LineIndex(source.text)
    first = index.line_span(cause.range.start.line - SOURCE_LINES).start
    last = index.line_span(cause.range.end.line + SOURCE_LINES).end
    return source.text[first:last][:4000]


def operations_to_patch(observed: ObservedGroup, operations: Iterable[Operation], title: str = "") -> Patch:
    """The edit as replacements. Raises ``LanguageError`` where an operation cannot be written."""
    writer = PatchWriter(observed.site)
    replacements: list[Replacement] = []
    for operation in operations:
        replacements += _operation_replacements(observed, writer, operation)
    try:
        return Patch.from_replacements(replacements, title)
    except PatchError as error:
        raise LanguageError(str(error)) from error


def _operation_replacements(
    observed: ObservedGroup, writer: PatchWriter, operation: Operation
) -> tuple[Replacement, ...]:
    match operation:
        case SetDeclaration(index, value):
            return (writer.rewrite_declaration(observed.declarations[index], value),)
        case RemoveDeclaration(index):
            return (writer.rewrite_declaration(observed.declarations[index], ""),)
        case SetProperty(index, name, value):
            node = observed.nodes[index]
            # Such a value was computed for the element that paints what is behind the text.
            computed = name == "background-color" and SolvedValue(name, value) in observed.observation.slots
            if computed and not has_own_background(observed.site, node) and has_plain_background(observed.site):
                raise LanguageError(f"e{index} has no background, and on plain ground it would be a bar")
            fix = StyleFix("", (WantedValues(node, ((name, value),)),))
            patch = writer.write_patch_at(fix, WriteTarget.DECLARED) or writer.write_patch_at(fix, WriteTarget.INLINE)
            if patch is None:
                raise LanguageError(f"e{index} has no rule or tag that could be edited")
            return patch.replacements
        case ReplaceMarkup(search, replace):
            return (_markup_replacement(observed, search, replace),)


def _markup_replacement(observed: ObservedGroup, search: str, replace: str) -> Replacement:
    cause = observed.site.finding.cause
    source = observed.site.snapshot.sources.get(cause.url or "")
    if source is None or source.path is None or not search or source.text.count(search) != 1:
        raise LanguageError("the SEARCH text does not occur exactly once")
    at = source.text.index(search)
    return Replacement(source.path, Span(at, at + len(search)), search, replace)
