"""What an edit changes, where it changes nothing but style: whole sheets and ``style`` attributes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Source
from relook_lsp.source.html import HtmlDocument, Tag, parse_html


@dataclass(frozen=True)
class StyleChange:
    """Text of a sheet or value of an attribute; None where there is no attribute."""

    old: str | None
    new: str | None


@dataclass(frozen=True)
class StyleChanges:
    """``sheets`` by the URL of a linked sheet or the offset of a ``<style>`` tag, ``attributes`` by the offset of the
    start tag that carries ``style``; offsets are those of the text before."""

    sheets: Mapping[str | int, StyleChange] = field(default_factory=dict[str | int, StyleChange])
    attributes: Mapping[int, StyleChange] = field(default_factory=dict[int, StyleChange])


def style_changes_of(patch: Patch, sources: Iterable[Source], entry: str) -> StyleChanges | None:
    """None where the patch changes more than style, or a file that is neither a sheet nor the entry document.
    Raises ``PatchError`` where it does not fit."""
    sheets: dict[str | int, StyleChange] = {}
    attributes: dict[int, StyleChange] = {}
    for source in sources:
        if source.path not in patch.paths:
            continue
        after = patch.apply(source.path, source.text)
        if source.kind == "css":
            sheets[source.url] = StyleChange(source.text, after)
        elif source.kind == "html" and source.path == entry:
            if not _collect_style_changes(parse_html(source.text), parse_html(after), sheets, attributes):
                return None
        else:
            return None
    return StyleChanges(sheets, attributes)


def _collect_style_changes(
    before: HtmlDocument, after: HtmlDocument, sheets: dict[str | int, StyleChange], attributes: dict[int, StyleChange]
) -> bool:
    """Whether the documents are the same but for style; what differs is noted."""
    if len(before.tags) != len(after.tags) or _text_without_style(before) != _text_without_style(after):
        return False
    for old, new in zip(before.tags, after.tags, strict=True):
        if old.name == "style":
            change = StyleChange(_sheet_text(before, old), _sheet_text(after, new))
            if change.old != change.new:
                sheets[old.span.start] = change
        change = StyleChange(_style_attribute(before, old), _style_attribute(after, new))
        if change.old != change.new:
            attributes[old.span.start] = change
    return True


def _sheet_text(document: HtmlDocument, tag: Tag) -> str:
    content = document.content_span(tag)
    return document.text[content.start : content.end]


def _style_attribute(document: HtmlDocument, tag: Tag) -> str | None:
    attribute = tag.attribute("style")
    return None if attribute is None else html.unescape(document.written_value(attribute))


def _text_without_style(document: HtmlDocument) -> str:
    """The text without sheets and ``style`` attributes; white space does not count."""
    cut = [document.content_span(tag) for tag in document.tags_named("style")]
    cut += [a.span for tag in document.tags if (a := tag.attribute("style")) is not None]
    parts: list[str] = []
    end = 0
    for span in sorted(cut):
        parts.append(document.text[end : max(end, span.start)])
        end = max(end, span.end)
    return "".join("".join((*parts, document.text[end:])).split())
