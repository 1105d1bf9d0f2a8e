"""Verified edits that wait to be asked for, and what was tried in vain."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relook_lsp.core.finding import Report
from relook_lsp.core.patch import Patch
from relook_lsp.session.attempt_summary import AttemptSummary
from relook_lsp.session.image_files import ImageFile
from relook_lsp.session.reviewed_page import PageId

MAX_PREVIEWS = 8

Place = tuple[str, str]
"""Rule and key of a finding."""


@dataclass(frozen=True)
class FixSide:
    """A page before or after an edit. ``texts`` are those of every file of the workspace that the page used."""

    report: Report
    frames: tuple[ImageFile, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class VerifiedFix:
    """A patch that was verified for exactly ``before.texts``. ``definite``: no model had a part in it. ``unseen`` names
    pages that use the same files and were too many to be looked at."""

    id: str
    page_id: PageId
    patch: Patch
    before: FixSide
    after: FixSide
    definite: bool
    unseen: tuple[str, ...] = ()


@dataclass
class PreparedFixes:
    """What idle time found for one state of a page."""

    single: dict[Place, VerifiedFix] = field(default_factory=dict[Place, VerifiedFix])
    joint: VerifiedFix | None = None
    tried: dict[Place, tuple[AttemptSummary, ...]] = field(default_factory=dict[Place, tuple[AttemptSummary, ...]])


class FixStore:
    """Kept until the page is reviewed again; previews until they are decided on, at most ``MAX_PREVIEWS``."""

    def __init__(self) -> None:
        self._prepared: dict[PageId, PreparedFixes] = {}
        self._previews: dict[str, VerifiedFix] = {}

    def prepared_for(self, page_id: PageId) -> PreparedFixes:
        return self._prepared.setdefault(page_id, PreparedFixes())

    def drop_page(self, page_id: PageId) -> list[VerifiedFix]:
        """The page has changed; what was found for it is given back, previews excepted."""
        old = self._prepared.pop(page_id, PreparedFixes())
        found = [*old.single.values(), *([old.joint] if old.joint is not None else [])]
        return [fix for fix in found if fix.id not in self._previews]

    def find_fix(self, page_id: PageId, places: Sequence[Place]) -> VerifiedFix | None:
        """The fix for the first of these findings that has one; for no places the joint one."""
        prepared = self.prepared_for(page_id)
        if not places:
            return prepared.joint
        return next((fix for place in places if (fix := prepared.single.get(place)) is not None), None)

    def attempts_for(self, page_id: PageId, places: Sequence[Place]) -> tuple[AttemptSummary, ...] | None:
        """What was tried for these findings; None where nobody has looked yet."""
        tried = self.prepared_for(page_id).tried
        return next((tried[place] for place in places if place in tried), None)

    def keep_preview(self, fix: VerifiedFix) -> list[VerifiedFix]:
        """Keep a fix as a preview; those that had to go for it, and that nobody else keeps."""
        self._previews.pop(fix.id, None)
        self._previews[fix.id] = fix
        oldest = list(self._previews)[:-MAX_PREVIEWS]
        return [gone for one in oldest if (gone := self.take_preview(one)) is not None]

    def find_preview(self, identity: str) -> VerifiedFix | None:
        return self._previews.get(identity)

    def take_preview(self, identity: str) -> VerifiedFix | None:
        """Take a preview away: it was accepted or discarded. None where it may still be asked for again."""
        fix = self._previews.pop(identity, None)
        return None if fix is None or self._is_waiting(fix) else fix

    def _is_waiting(self, fix: VerifiedFix) -> bool:
        prepared = self._prepared.get(fix.page_id, PreparedFixes())
        return fix is prepared.joint or any(fix is one for one in prepared.single.values())


def new_id() -> str:
    return uuid.uuid4().hex
