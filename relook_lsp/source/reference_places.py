"""Where a source names a resource."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from posixpath import basename
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from relook_lsp.core.snapshot import Snapshot, Source
from relook_lsp.core.text import Span
from relook_lsp.source.html import HtmlDocument
from relook_lsp.source.url_references import CSS_COMMENT, CSS_IMPORT, CSS_URL, JS_COMMENT, JS_IMPORT, MEDIA, SRCSET

_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`$]*)`")

_TAGS = {**MEDIA, "link": ("href", "imagesrcset"), "script": ("src",)}


def find_reference(snapshot: Snapshot, document: HtmlDocument | None, url: str) -> tuple[Source, Span] | None:
    """The first place that names the URL: an attribute, one candidate of a ``srcset``, ``url()``, ``@import``,
    ``import``, else a string of a script that says it."""
    wanted = _normalised_url(url)
    places = _all_references(snapshot, document)
    return next(
        ((source, span) for source, span, base, text in places if _normalised_url(urljoin(base, text)) == wanted), None
    ) or (_find_string_in_scripts(snapshot, document, wanted))


def _normalised_url(url: str) -> str:
    return unquote(urldefrag(url)[0])


def base_url(snapshot: Snapshot, document: HtmlDocument | None) -> str:
    """What relative URLs of the document start from (``<base href>``)."""
    tag = None if document is None else next(document.tags_named("base"), None)
    attribute = None if tag is None else tag.attribute("href")
    if document is None or attribute is None:
        return snapshot.url
    return urljoin(snapshot.url, html.unescape(document.written_value(attribute)).strip())


def _all_references(snapshot: Snapshot, document: HtmlDocument | None) -> Iterator[tuple[Source, Span, str, str]]:
    """(source, span, base, URL as written), the document first, then sheets and scripts."""
    entry = snapshot.sources.get(snapshot.url)
    base = base_url(snapshot, document)
    if document is not None and entry is not None:
        for span, text in _attribute_references(document):
            yield entry, span, base, text
        for tag in document.tags_named("style", "script"):
            content = document.content_span(tag)
            find = _css_reference_spans if tag.name == "style" else _js_reference_spans
            for span, text in find(document.text[content.start : content.end]):
                yield entry, Span(content.start + span.start, content.start + span.end), base, text
        for tag in document.tags if "url(" in document.text else ():
            style = tag.attribute("style")
            if style is not None:
                for span, text in _css_reference_spans(document.written_value(style)):
                    start = style.value.start
                    yield entry, Span(start + span.start, start + span.end), base, html.unescape(text).strip("\"'")
    for source in snapshot.sources.values():
        if source.url != snapshot.url and source.kind in ("css", "js"):
            for span, text in (_css_reference_spans if source.kind == "css" else _js_reference_spans)(source.text):
                yield source, span, source.url, text


def _attribute_references(document: HtmlDocument) -> Iterator[tuple[Span, str]]:
    for tag in document.tags_named(*_TAGS):
        for name in _TAGS[tag.name]:
            attribute = tag.attribute(name)
            if attribute is None:
                continue
            text = document.written_value(attribute)
            if not name.endswith("srcset"):
                yield attribute.span, html.unescape(text).strip()
                continue
            for match in SRCSET.finditer(text):
                start = attribute.value.start
                yield Span(start + match.start(1), start + match.end(1)), html.unescape(match.group(1))


def _css_reference_spans(text: str) -> Iterator[tuple[Span, str]]:
    yield from _matches_outside_comments(CSS_COMMENT, CSS_IMPORT, text)
    yield from _matches_outside_comments(CSS_COMMENT, CSS_URL, text)


def _js_reference_spans(text: str) -> Iterator[tuple[Span, str]]:
    yield from _matches_outside_comments(JS_COMMENT, JS_IMPORT, text)


def _matches_outside_comments(
    comment: re.Pattern[str], pattern: re.Pattern[str], text: str
) -> Iterator[tuple[Span, str]]:
    """Matches where comments count as blanks; offsets stay those of the text. A group of ``comment`` is kept as it is."""
    plain = comment.sub(lambda match: match.group() if match.lastindex else " " * len(match.group()), text)
    for match in pattern.finditer(plain):
        group = next((n for n in range(1, len(match.groups()) + 1) if match.group(n)), None)
        if group is not None:
            yield Span(match.start(group), match.end(group)), match.group(group)


def _find_string_in_scripts(
    snapshot: Snapshot, document: HtmlDocument | None, wanted: str
) -> tuple[Source, Span] | None:
    """A string of a script that is the URL, relative to the document as ``fetch`` and ``src`` take it."""
    base, name = base_url(snapshot, document), basename(urlsplit(wanted).path)
    entry = snapshot.sources.get(snapshot.url)
    texts = [(source, Span(0, len(source.text))) for source in snapshot.sources.values() if source.kind == "js"]
    if document is not None and entry is not None:
        texts = [(entry, document.content_span(tag)) for tag in document.tags_named("script")] + texts
    for source, within in texts:
        text = source.text[within.start : within.end]
        if not name or name not in unquote(text):
            continue
        for span, said in _matches_outside_comments(JS_COMMENT, _STRING, text):
            if _normalised_url(urljoin(base, said)) == wanted:
                return source, Span(within.start + span.start, within.start + span.end)
    return None
