"""From "this element should have this value" to replacements in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.snapshot import Declaration, Source
from relook_lsp.core.text import Span
from relook_lsp.refine import declaration_text
from relook_lsp.refine.repair_site import RepairSite
from relook_lsp.source.custom_properties import variable_behind
from relook_lsp.source.html import Tag


class WriteTarget(StrEnum):
    """``VARIABLE``: at the custom property that is the value now; what else uses that follows. ``SOURCE``: at the
    declaration that gives the value now, also where it is inherited. ``DECLARED``: in the rule that styles the element
    now. ``INLINE``: on the tag. ``MEDIA``: in the same sheet, for the widths of the finding only."""

    VARIABLE = "variable"
    SOURCE = "source"
    DECLARED = "declared"
    MEDIA = "media"
    INLINE = "inline"


@dataclass(frozen=True)
class WantedValues:
    """``node`` shall have these values; an empty value removes the declaration. Where its own declaration is edited,
    giving that another name (``renamed``: old, new) does the same in one edit."""

    node: int
    values: tuple[tuple[str, str], ...]
    renamed: tuple[str, str] | None = None


@dataclass(frozen=True)
class StyleFix:
    """One repair: what shall be, and a few words for the menu."""

    title: str
    wants: tuple[WantedValues, ...]


def style_fix(node: int, title: str = "", **values: str) -> StyleFix:
    """One element, some properties (underscores stand for hyphens)."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in values.items())
    shown = title or "; ".join(f"{name}: {value}" if value else f"no {name}" for name, value in pairs)
    return StyleFix(shown, (WantedValues(node, pairs),))


def least_size_fix(node: int, name: str, value: str) -> StyleFix:
    """A fixed ``height`` or ``width`` becomes the least one."""
    least = f"min-{name}"
    return StyleFix(f"{least}: {value}", (WantedValues(node, ((name, "auto"), (least, value)), (name, least)),))


_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-z]+|(?:rgb|hsl)a?\([^()]*\)|var\([^()]*\)")
_UNIVERSAL = re.compile(r"^\s*(\*|html|:root|body|::?[\w-]+)?\s*(,|$)")


class PatchWriter:
    """Writes fixes into the sources of one site."""

    def __init__(self, site: RepairSite) -> None:
        self._site = site
        self.asked: list[StyleFix] = []
        """Every fix that was to be written, also those that could not be."""

    def write_patch_at(self, fix: StyleFix, where: WriteTarget) -> Patch | None:
        """The fix as a patch; None where it cannot be written there (no rule of the workspace, a generated node)."""
        replacements: list[Replacement] = []
        for want in fix.wants:
            written = self._write_wanted(want, where)
            if written is None:
                return None
            replacements += written
        try:
            title = "; ".join(one.new for one in replacements) if where is WriteTarget.VARIABLE else fix.title
            patch = Patch.from_replacements(declaration_text.join_insertions(replacements), title)
        except PatchError:
            return None
        return patch if patch.replacements else None

    def write_patches(self, fixes: Iterable[StyleFix], *places: WriteTarget) -> Iterator[Patch]:
        """Every fix at the first place, then every fix at the next; what cannot be written is left out."""
        every = tuple(dict.fromkeys(fixes))
        self.asked += every
        for where in places:
            for one in every:
                patch = self.write_patch_at(one, where)
                if patch is not None:
                    yield patch

    def _write_wanted(self, want: WantedValues, where: WriteTarget) -> list[Replacement] | None:
        if where is WriteTarget.VARIABLE:
            return self._write_variable(want)
        if where is WriteTarget.INLINE:
            return self._write_inline_style(want)
        if where is WriteTarget.MEDIA:
            return self._write_media_rule(want)
        if want.renamed is not None:
            return self._write_renamed_property(want.node, *want.renamed)
        replaced: list[Replacement] = []
        added: list[tuple[str, str]] = []
        for name, value in want.values:
            inherited = where is WriteTarget.SOURCE
            present = (self._site.winning_declaration if inherited else self._site.own_declaration)(want.node, name)
            placed = None if present is None else self._declaration_span(present)
            # A declaration of many elements (`* { … }`) is left alone: the rule nearest to the element is edited.
            if (
                present is None
                or placed is None
                or (self._is_broad_rule(present.selector, want.node) and not inherited)
            ):
                if inherited:
                    return None
                if value:
                    added.append((name, value))
                continue
            source, span = placed
            text = source.text[span.start : span.end]
            plain = (
                present.name == "background" and name == "background-color" and _COLOUR.fullmatch(present.value.strip())
            )
            if plain:
                replaced.append(
                    declaration_text.replace_span(
                        source, span, declaration_text.format_declaration(text, "background", value), text
                    )
                )
            elif present.name == name or not value:
                replaced.append(
                    declaration_text.replace_span(
                        source, span, declaration_text.format_declaration(text, name, value), text
                    )
                )
            else:
                # The shorthand stays; the longhand behind it overrides one part.
                flag = " !important" if present.important else ""
                replaced.append(declaration_text.insert_text(source, span.end, f"; {name}: {value}{flag}"))
        if added:
            inserted = self._write_into_rule(want.node, added)
            if inserted is None:
                return None
            replaced += inserted
        return replaced

    def _write_variable(self, want: WantedValues) -> list[Replacement] | None:
        edits: list[Replacement] = []
        for name, value in want.values:
            present = self._site.winning_declaration(want.node, name)
            variable = None if present is None else variable_behind(self._site.declarations(want.node), present)
            if present is None or variable is None or self._declaration_span(variable) is None or not value:
                return None
            # Of a shorthand, only a colour can be told from the rest.
            if present.name != name and not _COLOUR.fullmatch(variable.value.strip()):
                return None
            edits.append(self.rewrite_declaration(variable, value))
        return edits

    def _write_renamed_property(self, node: int, old: str, new: str) -> list[Replacement] | None:
        present = self._site.own_declaration(node, old)
        placed = None if present is None or present.name != old else self._declaration_span(present)
        if present is None or placed is None or self._is_broad_rule(present.selector, node):
            return None
        source, span = placed
        text = source.text[span.start : span.end]
        return [declaration_text.replace_span(source, span, new + text[text.index(":") :], text)]

    def rewrite_declaration(self, declaration: Declaration, value: str) -> Replacement:
        """Another value for a written declaration; an empty one removes it. Raises ``PatchError``."""
        placed = self._declaration_span(declaration)
        if placed is None:
            raise PatchError(f"{declaration.name} is not declared in a file of the workspace")
        source, span = placed
        text = source.text[span.start : span.end]
        return declaration_text.replace_span(
            source, span, declaration_text.format_declaration(text, text.split(":")[0].strip(), value), text
        )

    def _declaration_span(self, declaration: Declaration) -> tuple[Source, Span] | None:
        place = self._site.locator.locate_declaration(declaration)
        source = None if place is None or place.url is None else self._site.snapshot.sources.get(place.url)
        if place is None or source is None or source.path is None or ":" not in source.text[slice(*place.span)]:
            return None
        return source, place.span

    def _strongest_own_rule(self, node: int) -> tuple[Source, Span, Declaration] | None:
        """The strongest rule of the workspace that is about this element and not about nearly all."""
        for declaration in reversed(self._site.declarations(node)):
            if declaration.level or declaration.origin != "rule" or self._is_broad_rule(declaration.selector, node):
                continue
            placed = self._site.locator.source_span(declaration.rule_range, declaration)
            if placed is None or placed[0].path is None:
                continue
            source, span = placed
            if source.text[span.end - 1 : span.end] == "}":
                return source, span, declaration
        return None

    def _is_broad_rule(self, selector: str, node: int) -> bool:
        """Whether a rule styles nearly all elements; one for ``body`` alone is not broad where the body is meant."""
        parts = [part.strip() for part in selector.split(",")] if selector else []
        return any(_UNIVERSAL.match(part) for part in parts if part != self._site.layout.names[node])

    def _write_into_rule(self, node: int, values: list[tuple[str, str]]) -> list[Replacement] | None:
        found = self._strongest_own_rule(node)
        if found is None:
            return None
        source, span, _ = found
        return [declaration_text.append_declarations(source, span, values)]

    def _write_media_rule(self, want: WantedValues) -> list[Replacement] | None:
        widths = self._site.finding.failing_widths
        found = self._strongest_own_rule(want.node)
        if widths is None or found is None or not all(value for _, value in want.values):
            return None
        source, span, declaration = found
        low, high = widths
        bounds = [f"(min-width: {low}px)"] if low > 320 else []
        bounds += [f"(max-width: {high}px)"] if high < 1400 else []
        if not bounds or declaration.media:
            return None
        line = source.text.rfind("\n", 0, span.start) + 1
        indent = re.match(r"[ \t]*", source.text[line : span.start])
        margin = indent.group() if indent else ""
        step = "\t" if "\t" in margin else "  "
        inner = [f"{margin}{step}{step}{name}: {value};" for name, value in want.values]
        block = declaration_text.line_ending_of(source.text).join(
            (
                "",
                f"{margin}@media {' and '.join(bounds)} {{",
                f"{margin}{step}{declaration.selector} {{",
                *inner,
                f"{margin}{step}}}",
                f"{margin}}}",
            )
        )
        return [declaration_text.insert_text(source, span.end, block)]

    def _write_inline_style(self, want: WantedValues) -> list[Replacement] | None:
        entry, tag = self._source_and_tag(want.node)
        if entry is None or tag is None or not all(value for _, value in want.values):
            return None
        body = "; ".join(f"{name}: {value}" for name, value in want.values)
        style = tag.attribute("style")
        if style is None:
            return [declaration_text.insert_text(entry, tag.name_end, f' style="{body}"')]
        text = entry.text[style.value.start : style.value.end]
        if "&" in text or entry.text[style.value.end : style.value.end + 1] not in ("'", '"'):
            return None
        separator = "" if not text.strip() else (" " if text.rstrip().endswith(";") else "; ")
        return [declaration_text.insert_text(entry, style.value.end, f"{separator}{body}")]

    def _source_and_tag(self, node: int) -> tuple[Source | None, Tag | None]:
        entry, document = self._site.locator.entry, self._site.locator.document
        origin = self._site.layout.source_offset(node)
        if entry is None or entry.path is None or document is None or origin is None:
            return None, None
        return entry, document.tag_at(origin)

    def write_attributes(self, node: int, title: str, **values: str) -> Patch | None:
        """Set attributes on the element's tag."""
        entry, tag = self._source_and_tag(node)
        if entry is None or tag is None:
            return None
        replacements: list[Replacement] = []
        missing = ""
        for name, value in values.items():
            present = tag.attribute(name)
            if present is None:
                missing += f' {name}="{value}"'
            else:
                text = entry.text[present.span.start : present.span.end]
                replacements.append(declaration_text.replace_span(entry, present.span, f'{name}="{value}"', text))
        if missing:
            replacements.append(declaration_text.insert_text(entry, tag.name_end, missing))
        return Patch.from_replacements(replacements, title)

    def insert_into_head(self, markup: str, title: str) -> Patch | None:
        """Insert markup into the head: behind the charset, else behind ``<head>``, else before everything in it."""
        entry, document = self._site.locator.entry, self._site.locator.document
        if entry is None or entry.path is None or document is None:
            return None
        tags = document.tags
        behind = next((t for t in tags if t.name == "meta" and t.attribute("charset")), None)
        behind = behind or next((t for t in tags if t.name == "head"), None)
        if behind is None:
            first = next((t for t in tags if t.name not in ("html",)), None)
            if first is None:
                return None
            return Patch.from_replacements(
                [
                    declaration_text.insert_text(
                        entry, first.span.start, markup + declaration_text.line_ending_of(entry.text)
                    )
                ],
                title,
            )
        line = entry.text.rfind("\n", 0, behind.span.start) + 1
        margin = entry.text[line : behind.span.start]
        margin = margin if not margin.strip() else ""
        extra = "  " if behind.name == "head" else ""
        text = f"{declaration_text.line_ending_of(entry.text)}{margin}{extra}{markup}"
        return Patch.from_replacements([declaration_text.insert_text(entry, behind.span.end, text)], title)
