"""The URLs that one text names, as written."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urljoin

from relook_lsp.source.html import HtmlDocument, Tag, parse_html

CSS_IMPORT = re.compile(r"@import\s+(?:url\(\s*)?(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'();]+))", re.I)
CSS_URL = re.compile(r"url\(\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'()]+))\s*\)", re.I)
CSS_COMMENT = re.compile(
    r"(\"(?:\\.|[^\"\\\n])*+\"|'(?:\\.|[^'\\\n])*+'|url\(\s*+[^\"'\s)][^)\n]*+\))|/\*.*?(?:\*/|\Z)", re.S | re.I
)
"""Comments, and as the first group the strings and URLs in which the signs of a comment are no comment."""
JS_IMPORT = re.compile(
    r"(?<![\w$.])(?:import\s*\(\s*|import\s+(?:[\w$*{][^'\"`;()]*?\bfrom\s*)?|import(?=['\"])"
    r"|import\s*[{*][^'\"`;()]*?\bfrom\s*|export\s*[{*][^'\"`;()]*?\bfrom\s*)(?:\"([^\"\n]+)\"|'([^'\n]+)'|`([^`$\n]+)`)"
)
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'`\\])//[^\n\r]*", re.S)
SRCSET = re.compile(r"([^\s,][^\s]*[^\s,]|[^\s,])(?:\s+[^,]*)?(?:,|\Z)")

_CODE_RELS = frozenset(("stylesheet", "modulepreload"))
MEDIA = {
    "img": ("src", "srcset"), "source": ("src", "srcset"), "video": ("src", "poster"), "audio": ("src",),
    "track": ("src",), "embed": ("src",), "object": ("data",), "input": ("src",), "iframe": ("src",),
    "image": ("href", "xlink:href"), "use": ("href", "xlink:href"),
}  # fmt: skip
_SCRIPT_TYPES = frozenset(("", "module", "text/javascript", "application/javascript", "text/ecmascript"))


@dataclass(frozen=True)
class ImportMap:
    """Import maps of a page (HTML Living Standard, 8.1.5.3); keys and addresses are absolute URLs or bare names."""

    imports: Mapping[str, str] = field(default_factory=dict[str, str])
    scopes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def resolve(self, name: str, base: str) -> str | None:
        """The URL that a module at ``base`` means by ``name``; None for a bare name that is not in the map."""
        relative = name.startswith(("/", "./", "../")) or "://" in name
        wanted = urljoin(base, name) if relative else name
        for scope in sorted(self.scopes, key=len, reverse=True):
            if base == scope or (scope.endswith("/") and base.startswith(scope)):
                found = _match_import_map(self.scopes[scope], wanted)
                if found is not None:
                    return found
        found = _match_import_map(self.imports, wanted)
        return found if found is not None else (wanted if relative else None)


def _match_import_map(table: Mapping[str, str], wanted: str) -> str | None:
    for key in sorted(table, key=len, reverse=True):
        if wanted == key:
            return table[key]
        if key.endswith("/") and wanted.startswith(key):
            return urljoin(table[key], wanted[len(key) :])
    return None


@dataclass(frozen=True)
class UrlReferences:
    """``base`` is the document's ``<base href>``; ``code`` style sheets and classic scripts; ``modules`` module
    specifiers; ``other`` pictures, fonts and the like."""

    base: str = ""
    code: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    imports: ImportMap = ImportMap()


def url_references_in(text: str, suffix: str, url: str) -> UrlReferences:
    """What a ``.css``, ``.js`` or HTML text at ``url`` names. Never raises."""
    if suffix == ".css":
        return _css_references(text)
    if suffix in (".js", ".mjs", ".cjs"):
        return UrlReferences(modules=_js_references(text))
    return _html_references(parse_html(text), url)


def srcset_urls(srcset: str) -> list[str]:
    """The URLs of a ``srcset``."""
    return [match.group(1) for match in SRCSET.finditer(srcset)]


def _quoted_matches(pattern: re.Pattern[str], text: str) -> list[str]:
    return [next(filter(None, match.groups()), "") for match in pattern.finditer(text)]


def _css_references(text: str) -> UrlReferences:
    plain = CSS_COMMENT.sub(lambda match: match[1] or " ", text)
    sheets = tuple(filter(None, _quoted_matches(CSS_IMPORT, plain)))
    return UrlReferences(code=sheets, other=tuple(u for u in _quoted_matches(CSS_URL, plain) if u not in sheets))


def _js_references(text: str) -> tuple[str, ...]:
    if "import" not in text and "export" not in text:
        return ()
    return tuple(dict.fromkeys(_quoted_matches(JS_IMPORT, JS_COMMENT.sub(" ", text))))


def _html_references(document: HtmlDocument, url: str) -> UrlReferences:
    code: list[str] = []
    modules: list[str] = []
    other: list[str] = []
    maps: list[str] = []
    base = ""
    for tag in document.tags_named("base", "link", "script", "style"):
        attributes = {a.name: html.unescape(document.written_value(a)).strip() for a in tag.attributes}
        kind, target = attributes.get("type", "").lower(), attributes.get("href" if tag.name != "script" else "src", "")
        if tag.name == "base":
            base = base or target
        elif tag.name == "link":
            rels = set(attributes.get("rel", "").lower().split())
            (code if rels & _CODE_RELS else other).append(target)
        elif tag.name == "style":
            sheet = _css_references(_text_content(document, tag))
            code += sheet.code
            other += sheet.other
        elif kind == "importmap":
            maps.append(_text_content(document, tag))
        elif kind in _SCRIPT_TYPES:
            # What src names is a URL even for a module; only what is imported goes through the map.
            code.append(target)
            modules += [] if "src" in attributes else _js_references(_text_content(document, tag))
    other += _media_urls(document)
    return UrlReferences(
        base, _decode_urls(code), tuple(modules), _decode_urls(other), _parse_import_maps(maps, urljoin(url, base))
    )


def _media_urls(document: HtmlDocument) -> Iterator[str]:
    for tag in document.tags_named(*MEDIA):
        for name in MEDIA[tag.name]:
            attribute = tag.attribute(name)
            if attribute is not None:
                value = html.unescape(document.written_value(attribute)).strip()
                yield from srcset_urls(value) if name == "srcset" else (value,)
    if "url(" in document.text:
        styled = (tag.attribute("style") for tag in document.tags)
        for attribute in filter(None, styled):
            yield from _css_references(html.unescape(document.written_value(attribute))).other


def _decode_urls(urls: Iterable[str]) -> tuple[str, ...]:
    return tuple(url for url in urls if url)


def _text_content(document: HtmlDocument, tag: Tag) -> str:
    content = document.content_span(tag)
    return document.text[content.start : content.end]


def _parse_import_maps(texts: Iterable[str], base: str) -> ImportMap:
    imports: dict[str, str] = {}
    scopes: dict[str, Mapping[str, str]] = {}
    for text in texts:
        try:
            whole: object = json.loads(text)
        except ValueError:
            continue
        for key, value in _object_member(whole, "imports").items():
            imports.update(_import_map_entry(key, value, base))
        for scope, table in _object_member(whole, "scopes").items():
            entries = [_import_map_entry(key, value, base) for key, value in _as_object(table).items()]
            scopes[urljoin(base, scope)] = {key: value for entry in entries for key, value in entry.items()}
    return ImportMap(imports, scopes)


def _import_map_entry(key: str, value: object, base: str) -> dict[str, str]:
    if not isinstance(value, str) or not (value.startswith(("/", "./", "../")) or "://" in value):
        return {}
    return {urljoin(base, key) if key.startswith(("/", "./", "../")) else key: urljoin(base, value)}


def _object_member(whole: object, name: str) -> dict[str, object]:
    return _as_object(_as_object(whole).get(name))


def _as_object(thing: object) -> dict[str, object]:
    return cast("dict[str, object]", thing) if isinstance(thing, dict) else {}
