"""What a page may read: buffers first, then files inside the root; everything else is refused and recorded."""

from __future__ import annotations

import asyncio
import mimetypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from relook_lsp.core.page import Page, site_base_folders
from relook_lsp.core.snapshot import Source
from relook_lsp.core.text import decode

ORIGIN = "http://relook.localhost"
"""Synthetic origin of workspace pages; ``.localhost`` is a secure context and never leaves the machine."""

MAX_FILE = 64 * 1024 * 1024
TOO_LARGE = 413
"""Status of a file above that size (RFC 9110)."""

_TEXT = {".html": "html", ".htm": "html", ".xhtml": "html", ".css": "css", ".js": "js", ".mjs": "js", ".cjs": "js"}
_TYPES = {
    ".html": "text/html", ".htm": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
    ".cjs": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json", ".wasm": "application/wasm",
    ".woff2": "font/woff2", ".woff": "font/woff", ".ttf": "font/ttf", ".otf": "font/otf", ".webp": "image/webp",
    ".avif": "image/avif", ".xhtml": "application/xhtml+xml",
}  # fmt: skip


@dataclass(frozen=True)
class ResourceAnswer:
    """Reply to one request. ``outcome`` as in ``snapshot.Request``; ``text`` where the body is source text."""

    outcome: str
    status: int = 200
    body: bytes = b""
    content_type: str = "application/octet-stream"
    path: str | None = None
    text: str | None = None
    kind: str = ""
    version: int = 0
    map: str = ""
    """Source map of a sheet (``snapshot.Source``)."""
    originals: tuple[Source, ...] = ()
    """Workspace files that the sheet was made from."""
    headers: tuple[tuple[str, str], ...] | None = None
    """Of a reply that another host gave; None where this process has to say what the body is."""


def page_url(page: Page) -> str:
    """URL under which the entry document is loaded."""
    return page.entry if page.is_url else f"{ORIGIN}/{quote(page.entry, errors='surrogateescape')}"


def resolve_url(page: Page, url: str) -> tuple[str, str | None]:
    """(outcome, path relative to the root) of a URL of the synthetic origin, symlinks followed."""
    wanted = unquote(urlsplit(url).path, errors="surrogateescape").lstrip("/")
    outcome = "missing"
    for start in site_base_folders(page.entry, page.sites):
        relative = f"{start}/{wanted}".lstrip("/")
        if relative in page.overlays:
            return "ok", relative
        outcome, path = _check_inside_root(page.root, relative)
        if path is not None or outcome == "refused":
            return outcome, path
    return outcome, None


def _check_inside_root(root: Path, relative: str) -> tuple[str, str | None]:
    if "\0" in relative or any(part.startswith(".") for part in relative.split("/")):
        return "refused", None
    target = root / relative
    try:
        real = Path(os.path.realpath(target))
        base = Path(os.path.realpath(root))
        if real != base and base not in real.parents:
            return "refused", None
        if any(part.startswith(".") for part in real.relative_to(base).parts):
            return "refused", None
        if real.is_dir():
            real = real / "index.html"
            relative = f"{relative.rstrip('/')}/index.html".lstrip("/")
        if not real.is_file():
            return "missing", None
    except (OSError, ValueError):
        return "missing", None
    return "ok", relative


def read_resource(page: Page, relative: str) -> ResourceAnswer:
    """The buffer or file at a path that ``resolve`` allowed."""
    suffix = Path(relative).suffix.lower()
    kind = _TEXT.get(suffix, "")
    content_type = _TYPES.get(suffix) or mimetypes.guess_type(relative)[0] or "application/octet-stream"
    overlay = page.overlays.get(relative)
    if overlay is not None:
        text, version = overlay.text, overlay.version
        if not kind and relative == page.entry:
            kind, content_type = "html", "text/html"
    else:
        target = page.root / relative
        try:
            if target.stat().st_size > MAX_FILE:
                return ResourceAnswer("failed", TOO_LARGE, path=relative)
            data = target.read_bytes()
        except FileNotFoundError:
            return ResourceAnswer("missing", 404, path=relative)
        except OSError:
            return ResourceAnswer("failed", 403, path=relative)
        if relative == page.entry and kind != "html":
            kind, content_type = "html", "text/html"
        if not kind:
            return ResourceAnswer("ok", 200, data, content_type, relative)
        text, version = decode(data).text, 0
    body = text.encode("utf-8", "replace")
    return ResourceAnswer("ok", 200, body, f"{content_type}; charset=utf-8", relative, text, kind, version)


def is_host_allowed(url: str, allowed: tuple[str, ...]) -> bool:
    """Whether the URL's host is in the list, or a sub-domain of a host that is."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removesuffix(".")
    if parts.scheme not in ("http", "https") or not host:
        return False
    # A host that ends in a number is an address (as browsers have it): "0.0.1" is no domain above 127.0.0.1.
    named = not host.rpartition(".")[2].isdigit()
    return host in allowed or (named and any(host.endswith(f".{name}") for name in allowed))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


async def answer_request(page: Page, url: str, ask: Callable[[Page, str], ResourceAnswer]) -> ResourceAnswer | None:
    """The reply to a request for a file of the page's own; None where another host has it. ``ask`` puts requests to
    the development server that the page comes from."""
    if url.startswith(ORIGIN + "/"):
        outcome, path = resolve_url(page, url)
        if path is None:
            return ResourceAnswer(outcome, 404)
        return await asyncio.to_thread(read_resource, page, path)
    if page.is_url and _origin(url) == _origin(page.entry):
        return await asyncio.to_thread(ask, page, url)
    return None
