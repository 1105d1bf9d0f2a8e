"""Texts as the editor has them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from pygls import uris

from relook_lsp.lsp.server import RelookServer
from relook_lsp.review.config import FILE, EditorSettings
from relook_lsp.session.open_documents import OpenDocument


def put_document(ls: RelookServer, uri: str, language: str, version: int, text: str) -> OpenDocument:
    """Replace the text of a document as a whole."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    document = OpenDocument(uri, Path(path).resolve() if path else None, language, version, text)
    ls.session.put_document(document)
    return document


def editor_settings_for(ls: RelookServer, document: OpenDocument) -> EditorSettings:
    preferences = ls.session.preferences
    root = preferences.root_of(document.path) if document.path is not None else preferences.root_without_file()
    return preferences.config_for(root).editor


def is_settings_file(uri: str) -> bool:
    return unquote(urlsplit(uri).path).rpartition("/")[2] in (FILE, "pyproject.toml")
