"""Edits of buffers: disjoint replacements that leave every other character as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from relook_lsp.core.text import Span


class PatchError(ValueError):
    """The patch does not fit the text: out of bounds, overlapping, or the text is not what was expected."""


@dataclass(frozen=True, order=True)
class Replacement:
    """Replace ``old`` at ``span`` of the file ``path`` (relative to the root, ``/``) by ``new``."""

    path: str
    span: Span
    old: str
    new: str

    def without_common_ends(self) -> Replacement:
        """The same edit on the smallest span: common beginning and end are left out."""
        old, new, start = self.old, self.new, self.span.start
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        return Replacement(
            self.path,
            Span(start + head, start + len(old) - tail),
            old[head : len(old) - tail],
            new[head : len(new) - tail],
        )


@dataclass(frozen=True)
class Patch:
    """Replacements sorted by file and place. ``title`` says in a few words what the edit does."""

    replacements: tuple[Replacement, ...]
    title: str = ""

    @staticmethod
    def from_replacements(replacements: Iterable[Replacement], title: str = "") -> Patch:
        """Sorted and trimmed; an edit that changes nothing is dropped. Raises ``PatchError`` on overlap."""
        trimmed = (replacement.without_common_ends() for replacement in replacements)
        ordered = sorted({r for r in trimmed if r.old != r.new})
        for before, after in pairwise(ordered):
            if before.path == after.path and (
                before.span.end > after.span.start or before.span.start == after.span.start
            ):
                raise PatchError(f"two edits of {after.path} overlap at offset {after.span.start}")
        return Patch(tuple(ordered), title)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(replacement.path for replacement in self.replacements))

    @property
    def character_count(self) -> int:
        """Characters removed plus characters inserted."""
        return sum(len(r.old) + len(r.new) for r in self.replacements)

    def replacements_in(self, path: str) -> tuple[Replacement, ...]:
        return tuple(r for r in self.replacements if r.path == path)

    def without_replacement(self, index: int) -> Patch:
        return Patch(self.replacements[:index] + self.replacements[index + 1 :], self.title)

    def apply(self, path: str, text: str) -> str:
        """``text`` of file ``path`` after the patch. Raises ``PatchError`` where it does not fit."""
        parts: list[str] = []
        end = 0
        for replacement in self.replacements_in(path):
            start, stop = replacement.span
            if start < end or stop > len(text) or text[start:stop] != replacement.old:
                raise PatchError(f"{path} is not the text this edit was made for")
            parts += [text[end:start], replacement.new]
            end = stop
        return "".join((*parts, text[end:]))

    def map_offset(self, path: str, offset: int) -> int | None:
        """Where the character at ``offset`` is after the patch; None if it was replaced."""
        shift = 0
        for replacement in self.replacements_in(path):
            if offset < replacement.span.start:
                break
            if offset < replacement.span.end:
                return None
            shift += len(replacement.new) - len(replacement.old)
        return offset + shift

    def map_end_offset(self, path: str, offset: int) -> int:
        """Where the character at ``offset`` is after the patch; the end of what replaces it, where it is replaced."""
        shift = 0
        for replacement in self.replacements_in(path):
            if offset <= replacement.span.start:
                break
            shift += len(replacement.new) - len(replacement.old)
            if offset < replacement.span.end:
                return replacement.span.end + shift
        return offset + shift

    def map_key(self, key: str, entry: str) -> str | None:
        """The key of the same node of the document ``entry`` after the patch; None where its start tag was replaced."""
        digits = len(key) - len(key.lstrip("0123456789"))
        if not digits:
            return key
        moved = self.map_offset(entry, int(key[:digits]))
        return None if moved is None else f"{moved}{key[digits:]}"

    def compose(self, later: Patch, texts: dict[str, str]) -> Patch:
        """One patch on the original ``texts`` with the effect of this patch and then ``later``."""
        replacements: list[Replacement] = []
        for path in dict.fromkeys((*self.paths, *later.paths)):
            before = texts[path]
            after = later.apply(path, self.apply(path, before))
            replacements += _merge_edited_stretches(
                path, before, after, self.replacements_in(path), later.replacements_in(path)
            )
        both = self.title and later.title and self.title != later.title
        return Patch.from_replacements(
            replacements, f"{len(replacements)} edits" if both else later.title or self.title
        )


def _merge_edited_stretches(
    path: str, before: str, after: str, first: tuple[Replacement, ...], second: tuple[Replacement, ...]
) -> list[Replacement]:
    """Replacements from ``before`` to ``after``, merged where the two patches touch each other."""
    # Every edited stretch, as (start, end) in the middle text, merged when they meet.
    stretches: list[list[int]] = []
    shift = 0
    for r in first:
        start = r.span.start + shift
        stretches.append([start, start + len(r.new)])
        shift += len(r.new) - len(r.old)
    stretches += [[r.span.start, r.span.end] for r in second]
    merged: list[list[int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    result: list[Replacement] = []
    old_shift = new_shift = 0  # middle -> before, middle -> after, up to the current stretch
    for start, end in merged:
        before_start, after_start = start + old_shift, start + new_shift
        for r, offset in _with_new_offsets(first):
            if start <= offset and offset + len(r.new) <= end:
                old_shift += len(r.old) - len(r.new)
        for r in second:
            if start <= r.span.start and r.span.end <= end:
                new_shift += len(r.new) - len(r.old)
        before_end, after_end = end + old_shift, end + new_shift
        result.append(
            Replacement(
                path, Span(before_start, before_end), before[before_start:before_end], after[after_start:after_end]
            )
        )
    return result


def _with_new_offsets(replacements: tuple[Replacement, ...]) -> list[tuple[Replacement, int]]:
    """Each replacement with the offset of its new text after the patch."""
    shift = 0
    placed: list[tuple[Replacement, int]] = []
    for r in replacements:
        placed.append((r, r.span.start + shift))
        shift += len(r.new) - len(r.old)
    return placed
