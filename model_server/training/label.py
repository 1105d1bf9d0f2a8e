"""Derives the label of an example: the operations that undo its defect."""

from __future__ import annotations

import re

from model_server.training.defects.inject import Defect
from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.text import Span
from relook_lsp.models.edit_language import (
    LanguageError,
    Operation,
    RemoveDeclaration,
    SetDeclaration,
    SetProperty,
    format_answer,
    parse_answer,
)
from relook_lsp.refine.proposers.observation import ObservedGroup, operations_to_patch
from relook_lsp.refine.trajectory import PageState, texts_of


def derive_label(
    observed: ObservedGroup, broken: PageState, defect: Defect, back: Patch, joint: Patch
) -> tuple[Operation, ...] | None:
    """The one operation that undoes what breaks the page; ``back`` undoes the whole defect on the broken texts.
    None where what must be edited is not in the observation. Where the defect is one declaration, the operation must
    lead to the clean text (but for white space and what is empty)."""
    name, value = defect.values[0] if defect.values else ("", "")
    if not name:
        return None
    operation = (
        _restore_declaration(observed, defect, back, joint, name)
        if not value
        else _undo_declaration(observed, back, name, value)
    )
    if operation is None:
        return None
    try:
        parse_answer(format_answer((operation,), observed.observation), observed.observation)
        patch = operations_to_patch(observed, (operation,))
    except (LanguageError, PatchError):
        return None
    if len(defect.values) == 1 and not _same_text(broken, patch, back):
        return None
    return (operation,)


def _undo_declaration(observed: ObservedGroup, back: Patch, name: str, value: str) -> Operation | None:
    """The broken declaration gets its old value, or goes where it had none."""
    for index, declaration in enumerate(observed.declarations):
        place = observed.site.locator.locate_declaration(declaration)
        custom = declaration.name.startswith("--")
        if place is None or place.path is None or (declaration.name != name and not custom):
            continue
        if "".join(declaration.value.split()) != "".join(value.split()):
            continue
        source = observed.site.snapshot.sources[place.url or ""]
        old = _text_after(source.text, place.span, back.replacements_in(place.path))
        if old is not None:
            _, colon, before = old.partition(":")
            return SetDeclaration(index, before.strip()) if colon and before.strip() else RemoveDeclaration(index)
    return None


def _text_after(text: str, span: Span, edits: tuple[Replacement, ...]) -> str | None:
    """What stands at the span after the edits; None where they do not touch it."""
    out, at, touched = "", span.start, False
    for edit in edits:
        if edit.span.end <= span.start or edit.span.start >= span.end:
            continue
        touched = True
        out += text[at : max(at, edit.span.start)] + edit.new
        at = min(span.end, edit.span.end)
    return out + text[at : span.end] if touched else None


def _restore_declaration(
    observed: ObservedGroup, defect: Defect, back: Patch, joint: Patch, name: str
) -> Operation | None:
    """A declaration that was removed is declared again."""
    key = joint.map_key(defect.key, observed.site.state.page.entry)
    layout = observed.site.layout
    element = next((i for i, node in enumerate(observed.nodes) if layout.key(node) == key), None)
    written = re.search(rf"{re.escape(name)}\s*:\s*([^;}}]+)", " ".join(edit.new for edit in back.replacements))
    if element is None or written is None:
        return None
    return SetProperty(element, name, written.group(1).strip())


_EMPTY = re.compile(r"@media[^{}]*\{[^{}]*\{\}\}|style=\"\"|[\s;]+")


def _same_text(broken: PageState, patch: Patch, back: Patch) -> bool:
    texts = texts_of(broken)
    return all(
        _EMPTY.sub("", patch.apply(path, texts[path])) == _EMPTY.sub("", back.apply(path, texts[path]))
        for path in {*patch.paths, *back.paths}
    )
