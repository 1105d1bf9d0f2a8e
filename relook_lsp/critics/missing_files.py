"""Files that a page asked for and did not get, and what that says of the page."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from relook_lsp.core.snapshot import ResourceRequest
from relook_lsp.critics.script_errors import needs_server

_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|<\?|<%|\$\{|undefined|\[object|\bnull\b|NaN")
_HOSTED = re.compile(r"/(_vercel|cdn-cgi|\.netlify)/")
"""Paths that a host answers by itself, with what counts visits and the like."""


def request_path(request: ResourceRequest) -> str:
    return unquote(urlsplit(request.url).path)


def file_name(request: ResourceRequest) -> str:
    """The file as its author names it: a path below the root, or the URL on another host."""
    url = urlsplit(request.url)
    return (
        request_path(request).lstrip("/")
        if url.hostname == "relook.localhost"
        else f"{url.scheme}://{url.netloc}{url.path}"
    )


def excuse_missing_file(request: ResourceRequest) -> str:
    """Why a missing file may be no mistake of the page's; empty where nothing says so."""
    if request.outcome == "remote":
        return "remote-blocked"
    if request.outcome == "outside":
        return "outside-root"
    if request.outcome == "failed":
        return "unreadable"
    if needs_server(request) or _HOSTED.match(request_path(request)):
        return "no-server"
    return "template" if _TEMPLATE.search(request_path(request)) else ""


def absence_reason(request: ResourceRequest) -> str:
    """Why nothing is known of what the page would be with the file; empty where it came, or where nothing hangs on it."""
    reason = "" if request.outcome == "ok" else excuse_missing_file(request) or "file-missing"
    return "" if reason == "no-server" else reason


def describe_failure(request: ResourceRequest) -> str:
    """What the file's trouble is, to follow its name in a sentence."""
    if request.outcome == "missing":
        return "was not found"
    if request.outcome == "ok":
        return "is not a picture that browsers know"
    hidden = any(part.startswith(".") for part in request_path(request).split("/"))
    return "is hidden (its name begins with a dot) and is not served" if hidden else "lies outside the root"
