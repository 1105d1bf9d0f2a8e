"""Failures that are not the author's. Each is made once, at the boundary where it enters."""

from __future__ import annotations


class RelookError(Exception):
    """One clear sentence that says what to do. ``kind`` is a fixed word for machines."""

    kind = "internal"


class BrowserMissing(RelookError):
    kind = "no-browser"


class NoFonts(RelookError):
    """The browser paints no letters, so nothing of a page's text could be judged."""

    kind = "no-fonts"


class BrowserFailed(RelookError):
    """The browser crashed, hung or refused; the page is not to blame."""

    kind = "browser-failed"


class CaptureTimeout(RelookError):
    kind = "timeout"


class PageNotFound(RelookError):
    kind = "page-not-found"


class PageUnreadable(RelookError):
    """The page is there, and cannot be read: no permission, or larger than the limit."""

    kind = "page-unreadable"


class SettingsError(RelookError):
    kind = "settings"


class UsageError(RelookError):
    kind = "usage"


class NotWritten(RelookError):
    """A file could not be written; it is as it was."""

    kind = "not-written"


class MachineLimit(RelookError):
    """The machine has no more memory, files, processes or disk for us, or denies a file."""

    kind = "machine"
