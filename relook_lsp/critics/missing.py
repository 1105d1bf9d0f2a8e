"""Files that a page asked for and did not get, and what that says of the page."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from relook_lsp.core.snapshot import Request
from relook_lsp.critics.script_errors import needs_server

_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|<\?|<%|\$\{|undefined|\[object|\bnull\b|NaN")
_HOSTED = re.compile(r"/(_vercel|cdn-cgi|\.netlify)/")
"""Paths that a host answers by itself, with what counts visits and the like."""


def path(request: Request) -> str:
    return unquote(urlsplit(request.url).path)


def file_name(request: Request) -> str:
    """The file as its author names it: a path below the root, or the URL on another host."""
    url = urlsplit(request.url)
    return path(request).lstrip("/") if url.hostname == "relook.localhost" else f"{url.scheme}://{url.netloc}{url.path}"


def excuse(request: Request) -> str:
    """Why a missing file may be no mistake of the page's; empty where nothing says so."""
    if request.outcome == "remote":
        return "remote-blocked"
    if request.outcome == "outside":
        return "outside-root"
    if request.outcome == "failed":
        return "unreadable"
    if needs_server(request) or _HOSTED.match(path(request)):
        return "no-server"
    return "template" if _TEMPLATE.search(path(request)) else ""


def absence(request: Request) -> str:
    """Why nothing is known of what the page would be with the file; empty where it came, or where nothing hangs on it."""
    reason = "" if request.outcome == "ok" else excuse(request) or "file-missing"
    return "" if reason == "no-server" else reason


def problem(request: Request) -> str:
    """What the file's trouble is, to follow its name in a sentence."""
    if request.outcome == "missing":
        return "was not found"
    if request.outcome == "ok":
        return "is not a picture that browsers know"
    hidden = any(part.startswith(".") for part in path(request).split("/"))
    return "is hidden (its name begins with a dot) and is not served" if hidden else "lies outside the root"
