"""A development server that the user named, and the workspace files behind what it serves."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from relook_lsp.browser.resource_access import MAX_FILE, ORIGIN, TOO_LARGE, ResourceAnswer, read_resource, resolve_url
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Source
from relook_lsp.core.text import decode
from relook_lsp.source import sourcemap

_SECONDS = 10
_KINDS = {"text/html": "html", "text/css": "css", "text/javascript": "js", "application/javascript": "js"}


class _ServerReply(NamedTuple):
    status: int
    content_type: str
    data: bytes


class _SameOriginRedirects(urllib.request.HTTPRedirectHandler):
    """The user named one server; it cannot send us to another one."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_from_server(page: Page, url: str) -> ResourceAnswer:
    """The server's reply to a GET. Blocking."""
    try:
        reply = _get_url(url)
    except urllib.error.HTTPError as error:
        return ResourceAnswer("missing", error.code)
    except (OSError, ValueError, HTTPException):
        return ResourceAnswer("failed", 0)
    if len(reply.data) > MAX_FILE:
        return ResourceAnswer("failed", TOO_LARGE)
    family = reply.content_type.split(";")[0].strip().lower()
    if family not in _KINDS:
        return ResourceAnswer("ok", reply.status, reply.data, reply.content_type)
    text, kind = decode(reply.data).text, _KINDS[family]
    path = _matching_workspace_file(page, url, reply.data)
    map_, originals = _load_source_map(page, url, text) if kind == "css" and path is None else ("", ())
    return ResourceAnswer(
        "ok", reply.status, text.encode("utf-8", "replace"), f"{family}; charset=utf-8", path, text, kind,
        map=map_, originals=originals,
    )  # fmt: skip


def _get_url(url: str) -> _ServerReply:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _SameOriginRedirects())
    with opener.open(url, timeout=_SECONDS) as reply:
        return _ServerReply(reply.status, reply.headers.get("Content-Type", ""), reply.read(MAX_FILE + 1))


def _matching_workspace_file(page: Page, url: str, data: bytes) -> str | None:
    """The workspace file at the URL's path, if it is what was served byte for byte."""
    path = resolve_url(
        page, f"{ORIGIN}{quote(unquote(urlsplit(url).path, errors='surrogateescape'), errors='surrogateescape')}"
    )[1]
    try:
        return path if path is not None and (page.root / path).read_bytes() == data else None
    except OSError:
        return None


def _load_source_map(page: Page, url: str, text: str) -> tuple[str, tuple[Source, ...]]:
    """The source map that a sheet names, as text, and those of its sources that are files of the workspace and still
    say what they said when the map was made. A linked map has to come from the same server."""
    name = sourcemap.source_map_url(text)
    if name is None:
        return "", ()
    map_url = urljoin(url, name)
    written = sourcemap.decode_data_url(name)
    if written is None and urlsplit(map_url)[:2] == urlsplit(url)[:2]:
        try:
            written = _get_url(map_url).data.decode("utf-8", "replace")
        except (OSError, ValueError):
            return "", ()
    found = (
        sourcemap.parse_source_map(written, url if name.startswith("data:") else map_url)
        if written is not None
        else None
    )
    if written is None or found is None:
        return "", ()
    # The map is kept with its sources resolved: whoever reads it need not know where it came from.
    return sourcemap.with_absolute_sources(written, found), tuple(_original_sources(page, found))


def _original_sources(page: Page, found: sourcemap.SourceMap) -> Iterator[Source]:
    for url, content in zip(found.sources, found.contents, strict=True):
        path = _workspace_path(page, url)
        answer = read_resource(page, path) if path is not None else None
        if answer is None or answer.outcome != "ok":
            continue
        text = answer.text if answer.text is not None else decode(answer.body).text
        if content is None or content.splitlines() == text.splitlines():
            yield Source(url, path, text, answer.version, "original")


def _workspace_path(page: Page, url: str) -> str | None:
    parts = urlsplit(url)
    path = unquote(parts.path, errors="surrogateescape")
    if parts.scheme == "file":
        path = Path(os.path.relpath(path, page.root)).as_posix()
    return resolve_url(page, f"{ORIGIN}/{quote(path.lstrip('/'), errors='surrogateescape')}")[1]
