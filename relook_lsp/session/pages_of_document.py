"""Which pages a document belongs to, and why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.page import is_url
from relook_lsp.session.open_documents import OpenDocument, OpenDocuments
from relook_lsp.session.reviewed_page import PageId
from relook_lsp.session.session_settings import SessionSettings

MAX_PAGES = 3
"""Pages reviewed for one style sheet or script, or for one setting."""

_TEMPLATE = re.compile(r"\{%|<\?php|<\?=|<%[=\s@]")
_MUSTACHE = re.compile(r"\{\{")
_SKELETON = re.compile(r"<(?:!doctype|html|head|body|title|meta|link|style|script)\b", re.I)
_PAGE_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))


@dataclass(frozen=True)
class PagesOfDocument:
    """``message`` says why there is no page (``kind`` is a fixed word for that), or which pages are left out."""

    page_ids: tuple[PageId, ...] = ()
    kind: str = ""
    message: str = ""


def find_pages_of(document: OpenDocument, documents: OpenDocuments, preferences: SessionSettings) -> PagesOfDocument:
    """Blocking: it may read the workspace."""
    if document.path is None:
        return _pages_of_untitled(document, preferences)
    root = preferences.root_of(document.path)
    settings = preferences.config_for(root)
    if settings.entry:
        return _entry_pages(root, settings.entry)
    name = document.path.relative_to(root).as_posix()
    if document.path.suffix.lower() in _PAGE_SUFFIXES or document.language == "html":
        kind, message = _unfit_reason(document, name)
        return PagesOfDocument((), kind, message) if kind else PagesOfDocument((PageId(root, name),))
    # On first use: it brings a parser with it.
    from relook_lsp.source.page_graph import pages_using

    pages, left = pages_using(root, name, documents.overlays_below(root), MAX_PAGES, settings.sites)
    if not pages:
        message = (
            f"No page below {root} uses {name}; open the folder of its site, put a relook.toml there, or set relook.entry "
            "to the page it belongs to."
        )
        return PagesOfDocument((), "no-page", message)
    more = f"{left} more pages use {name} and are not reviewed with it." if left else ""
    return PagesOfDocument(tuple(PageId(root, page) for page in pages), "", more)


def _pages_of_untitled(document: OpenDocument, preferences: SessionSettings) -> PagesOfDocument:
    if document.language != "html":
        return PagesOfDocument(
            (), "no-page", "This document has no file yet; save it beside its page to see it reviewed."
        )
    kind, message = _unfit_reason(document, "This document")
    root = preferences.root_without_file()
    return (
        PagesOfDocument((), kind, message)
        if kind
        else PagesOfDocument((PageId(root, document.relative_name(root) or ""),))
    )


def _entry_pages(root: Path, entries: tuple[str, ...]) -> PagesOfDocument:
    found: list[str] = []
    for entry in entries:
        if is_url(entry):
            found.append(entry)
        elif Path(entry).is_absolute() or ".." in Path(entry).parts:
            return PagesOfDocument(
                (), "page-not-found", f"relook.entry names {entry}, which leads out of the root {root}."
            )
        else:
            found += sorted(path.relative_to(root).as_posix() for path in root.glob(entry) if path.is_file())
    unique = list(dict.fromkeys(found))
    if not unique:
        message = f"relook.entry names {', '.join(entries)}, and there is no such page below {root}."
        return PagesOfDocument((), "page-not-found", message)
    left = len(unique) - MAX_PAGES
    more = f"relook.entry names {len(unique)} pages; the first {MAX_PAGES} are reviewed." if left > 0 else ""
    return PagesOfDocument(tuple(PageId(root, entry) for entry in unique[:MAX_PAGES]), "", more)


def _unfit_reason(document: OpenDocument, name: str) -> tuple[str, str]:
    """(fixed word, why) where a document cannot be looked at as a page; empty where it can."""
    text = document.text
    if not text.strip():
        return "empty", f"{name} is empty."
    # Double braces with a script may be a page that fills them in itself.
    if _TEMPLATE.search(text) or (_MUSTACHE.search(text) and "<script" not in text.lower()):
        return "template", f"{name} is a template; set relook.entry to the page or the server that renders it."
    if not _SKELETON.search(text):
        return "partial", f"{name} is a part of a page; set relook.entry to the page that includes it."
    return "", ""
