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

from relook_lsp.browser.serve import MAX_FILE, ORIGIN, TOO_LARGE, Answer, read, resolve
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Source
from relook_lsp.core.text import decode
from relook_lsp.source import sourcemap

_SECONDS = 10
_KINDS = {"text/html": "html", "text/css": "css", "text/javascript": "js", "application/javascript": "js"}


class _Reply(NamedTuple):
    status: int
    content_type: str
    data: bytes


class _SameOrigin(urllib.request.HTTPRedirectHandler):
    """The user named one server; it cannot send us to another one."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def ask(page: Page, url: str) -> Answer:
    """The server's reply to a GET. Blocking."""
    try:
        reply = _get(url)
    except urllib.error.HTTPError as error:
        return Answer("missing", error.code)
    except (OSError, ValueError, HTTPException):
        return Answer("failed", 0)
    if len(reply.data) > MAX_FILE:
        return Answer("failed", TOO_LARGE)
    family = reply.content_type.split(";")[0].strip().lower()
    if family not in _KINDS:
        return Answer("ok", reply.status, reply.data, reply.content_type)
    text, kind = decode(reply.data).text, _KINDS[family]
    path = _file(page, url, reply.data)
    map_, originals = _map(page, url, text) if kind == "css" and path is None else ("", ())
    return Answer(
        "ok", reply.status, text.encode("utf-8", "replace"), f"{family}; charset=utf-8", path, text, kind,
        map=map_, originals=originals,
    )  # fmt: skip


def _get(url: str) -> _Reply:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _SameOrigin())
    with opener.open(url, timeout=_SECONDS) as reply:
        return _Reply(reply.status, reply.headers.get("Content-Type", ""), reply.read(MAX_FILE + 1))


def _file(page: Page, url: str, data: bytes) -> str | None:
    """The workspace file at the URL's path, if it is what was served byte for byte."""
    path = resolve(
        page, f"{ORIGIN}{quote(unquote(urlsplit(url).path, errors='surrogateescape'), errors='surrogateescape')}"
    )[1]
    try:
        return path if path is not None and (page.root / path).read_bytes() == data else None
    except OSError:
        return None


def _map(page: Page, url: str, text: str) -> tuple[str, tuple[Source, ...]]:
    """The source map that a sheet names, as text, and those of its sources that are files of the workspace and still
    say what they said when the map was made. A linked map has to come from the same server."""
    name = sourcemap.reference(text)
    if name is None:
        return "", ()
    map_url = urljoin(url, name)
    written = sourcemap.inline(name)
    if written is None and urlsplit(map_url)[:2] == urlsplit(url)[:2]:
        try:
            written = _get(map_url).data.decode("utf-8", "replace")
        except (OSError, ValueError):
            return "", ()
    found = sourcemap.read(written, url if name.startswith("data:") else map_url) if written is not None else None
    if written is None or found is None:
        return "", ()
    # The map is kept with its sources resolved: whoever reads it need not know where it came from.
    return sourcemap.resolved(written, found), tuple(_originals(page, found))


def _originals(page: Page, found: sourcemap.SourceMap) -> Iterator[Source]:
    for url, content in zip(found.sources, found.contents, strict=True):
        path = _workspace_path(page, url)
        answer = read(page, path) if path is not None else None
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
    return resolve(page, f"{ORIGIN}/{quote(path.lstrip('/'), errors='surrogateescape')}")[1]
