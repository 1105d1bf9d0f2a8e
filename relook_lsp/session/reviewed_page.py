"""What is looked at over time: a page, and the last review of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from relook_lsp.core.finding import Report
from relook_lsp.core.page import Page, is_url
from relook_lsp.core.snapshot import Evidence, Snapshot

if TYPE_CHECKING:
    from relook_lsp.review.pipeline import Review


@dataclass(frozen=True)
class PageId:
    """One page: identity over time."""

    root: Path
    entry: str

    @property
    def is_url(self) -> bool:
        """A page of a development server: it knows what was saved, not what is being typed."""
        return is_url(self.entry)

    @property
    def uri(self) -> str:
        return self.entry if self.is_url else (self.root / self.entry).as_uri()


@dataclass(frozen=True)
class ReviewedPage:
    """The last review of a subject and the versions of the buffers that it saw (path -> version)."""

    page_id: PageId
    page: Page
    report: Report
    snapshot: Snapshot | None
    versions: Mapping[str, int]

    @staticmethod
    def from_review(page_id: PageId, page: Page, review: Review) -> ReviewedPage:
        versions = {path: buffer.version for path, buffer in page.overlays.items()}
        snapshot = None if review.snapshot is None else _without_layout_only_views(review.snapshot)
        return ReviewedPage(page_id, page, review.report, snapshot, versions)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Path -> text of every file of the workspace that the page used."""
        sources = self.snapshot.sources.values() if self.snapshot is not None else ()
        return {source.path: source.text for source in sources if source.path is not None}

    @property
    def used(self) -> frozenset[str]:
        """Paths of the files whose open documents this review is for: all that the page used; where it could not be
        reviewed, all that were open."""
        return frozenset((self.page_id.entry, *(self.texts or self.page.overlays)))


def _without_layout_only_views(snapshot: Snapshot) -> Snapshot:
    """What an editor can be asked about later: views with a picture. The rest is most of the memory."""
    views = tuple(replace(view, background=None, images=()) for view in snapshot.views if view.frame is not None)
    return replace(snapshot, views=views, evidence=Evidence(), axe=None)
