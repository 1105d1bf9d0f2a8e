"""Where a source names a resource."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from posixpath import basename
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from relook_lsp.core.snapshot import Snapshot, Source
from relook_lsp.core.text import Span
from relook_lsp.source.html import Document
from relook_lsp.source.names import CSS_COMMENT, CSS_IMPORT, CSS_URL, JS_COMMENT, JS_IMPORT, MEDIA, SRCSET

_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`$]*)`")

_TAGS = {**MEDIA, "link": ("href", "imagesrcset"), "script": ("src",)}


def named(snapshot: Snapshot, document: Document | None, url: str) -> tuple[Source, Span] | None:
    """The first place that names the URL: an attribute, one candidate of a ``srcset``, ``url()``, ``@import``,
    ``import``, else a string of a script that says it."""
    wanted = _plain(url)
    places = _places(snapshot, document)
    return next(
        ((source, span) for source, span, base, text in places if _plain(urljoin(base, text)) == wanted), None
    ) or (_said(snapshot, document, wanted))


def _plain(url: str) -> str:
    return unquote(urldefrag(url)[0])


def base_url(snapshot: Snapshot, document: Document | None) -> str:
    """What relative URLs of the document start from (``<base href>``)."""
    tag = None if document is None else next(document.named("base"), None)
    attribute = None if tag is None else tag.attribute("href")
    if document is None or attribute is None:
        return snapshot.url
    return urljoin(snapshot.url, html.unescape(document.value(attribute)).strip())


def _places(snapshot: Snapshot, document: Document | None) -> Iterator[tuple[Source, Span, str, str]]:
    """(source, span, base, URL as written), the document first, then sheets and scripts."""
    entry = snapshot.sources.get(snapshot.url)
    base = base_url(snapshot, document)
    if document is not None and entry is not None:
        for span, text in _attributes(document):
            yield entry, span, base, text
        for tag in document.named("style", "script"):
            content = document.content(tag)
            find = _in_css if tag.name == "style" else _in_js
            for span, text in find(document.text[content.start : content.end]):
                yield entry, Span(content.start + span.start, content.start + span.end), base, text
        for tag in document.tags if "url(" in document.text else ():
            style = tag.attribute("style")
            if style is not None:
                for span, text in _in_css(document.value(style)):
                    start = style.value.start
                    yield entry, Span(start + span.start, start + span.end), base, html.unescape(text).strip("\"'")
    for source in snapshot.sources.values():
        if source.url != snapshot.url and source.kind in ("css", "js"):
            for span, text in (_in_css if source.kind == "css" else _in_js)(source.text):
                yield source, span, source.url, text


def _attributes(document: Document) -> Iterator[tuple[Span, str]]:
    for tag in document.named(*_TAGS):
        for name in _TAGS[tag.name]:
            attribute = tag.attribute(name)
            if attribute is None:
                continue
            text = document.value(attribute)
            if not name.endswith("srcset"):
                yield attribute.span, html.unescape(text).strip()
                continue
            for match in SRCSET.finditer(text):
                start = attribute.value.start
                yield Span(start + match.start(1), start + match.end(1)), html.unescape(match.group(1))


def _in_css(text: str) -> Iterator[tuple[Span, str]]:
    yield from _outside(CSS_COMMENT, CSS_IMPORT, text)
    yield from _outside(CSS_COMMENT, CSS_URL, text)


def _in_js(text: str) -> Iterator[tuple[Span, str]]:
    yield from _outside(JS_COMMENT, JS_IMPORT, text)


def _outside(comment: re.Pattern[str], pattern: re.Pattern[str], text: str) -> Iterator[tuple[Span, str]]:
    """Matches where comments count as blanks; offsets stay those of the text. A group of ``comment`` is kept as it is."""
    plain = comment.sub(lambda match: match.group() if match.lastindex else " " * len(match.group()), text)
    for match in pattern.finditer(plain):
        group = next((n for n in range(1, len(match.groups()) + 1) if match.group(n)), None)
        if group is not None:
            yield Span(match.start(group), match.end(group)), match.group(group)


def _said(snapshot: Snapshot, document: Document | None, wanted: str) -> tuple[Source, Span] | None:
    """A string of a script that is the URL, relative to the document as ``fetch`` and ``src`` take it."""
    base, name = base_url(snapshot, document), basename(urlsplit(wanted).path)
    entry = snapshot.sources.get(snapshot.url)
    texts = [(source, Span(0, len(source.text))) for source in snapshot.sources.values() if source.kind == "js"]
    if document is not None and entry is not None:
        texts = [(entry, document.content(tag)) for tag in document.named("script")] + texts
    for source, within in texts:
        text = source.text[within.start : within.end]
        if not name or name not in unquote(text):
            continue
        for span, said in _outside(JS_COMMENT, _STRING, text):
            if _plain(urljoin(base, said)) == wanted:
                return source, Span(within.start + span.start, within.start + span.end)
    return None
