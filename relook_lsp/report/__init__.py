"""Reports for people and for machines. Pure: a report and its snapshot in, text or bytes out."""

from __future__ import annotations

from dataclasses import dataclass

from relook_lsp.core.finding import Report
from relook_lsp.core.snapshot import Snapshot


@dataclass(frozen=True)
class PageReview:
    """One page of a report; no snapshot where the page could not be looked at."""

    report: Report
    snapshot: Snapshot | None
    folder: str = ""
    """The site's root relative to its repository, with ``/`` at its end; empty where they are the same folder."""


@dataclass(frozen=True)
class Notice:
    """What the user should know of the whole run; ``kind`` is a fixed word. It changes neither score nor exit code."""

    kind: str
    message: str
