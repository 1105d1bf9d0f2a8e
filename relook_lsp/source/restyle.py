"""What an edit changes, where it changes nothing but style: whole sheets and ``style`` attributes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Source
from relook_lsp.source.html import Document, Tag, parse


@dataclass(frozen=True)
class Change:
    """Text of a sheet or value of an attribute; None where there is no attribute."""

    old: str | None
    new: str | None


@dataclass(frozen=True)
class Restyle:
    """``sheets`` by the URL of a linked sheet or the offset of a ``<style>`` tag, ``attributes`` by the offset of the
    start tag that carries ``style``; offsets are those of the text before."""

    sheets: Mapping[str | int, Change] = field(default_factory=dict[str | int, Change])
    attributes: Mapping[int, Change] = field(default_factory=dict[int, Change])


def restyle(patch: Patch, sources: Iterable[Source], entry: str) -> Restyle | None:
    """None where the patch changes more than style, or a file that is neither a sheet nor the entry document.
    Raises ``PatchError`` where it does not fit."""
    sheets: dict[str | int, Change] = {}
    attributes: dict[int, Change] = {}
    for source in sources:
        if source.path not in patch.paths:
            continue
        after = patch.apply(source.path, source.text)
        if source.kind == "css":
            sheets[source.url] = Change(source.text, after)
        elif source.kind == "html" and source.path == entry:
            if not _compare(parse(source.text), parse(after), sheets, attributes):
                return None
        else:
            return None
    return Restyle(sheets, attributes)


def _compare(before: Document, after: Document, sheets: dict[str | int, Change], attributes: dict[int, Change]) -> bool:
    """Whether the documents are the same but for style; what differs is noted."""
    if len(before.tags) != len(after.tags) or _skeleton(before) != _skeleton(after):
        return False
    for old, new in zip(before.tags, after.tags, strict=True):
        if old.name == "style":
            change = Change(_text(before, old), _text(after, new))
            if change.old != change.new:
                sheets[old.span.start] = change
        change = Change(_style(before, old), _style(after, new))
        if change.old != change.new:
            attributes[old.span.start] = change
    return True


def _text(document: Document, tag: Tag) -> str:
    content = document.content(tag)
    return document.text[content.start : content.end]


def _style(document: Document, tag: Tag) -> str | None:
    attribute = tag.attribute("style")
    return None if attribute is None else html.unescape(document.value(attribute))


def _skeleton(document: Document) -> str:
    """The text without sheets and ``style`` attributes; white space does not count."""
    cut = [document.content(tag) for tag in document.named("style")]
    cut += [a.span for tag in document.tags if (a := tag.attribute("style")) is not None]
    parts: list[str] = []
    end = 0
    for span in sorted(cut):
        parts.append(document.text[end : max(end, span.start)])
        end = max(end, span.end)
    return "".join("".join((*parts, document.text[end:])).split())
