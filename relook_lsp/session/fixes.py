"""Verified edits that wait to be asked for, and what was tried in vain."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relook_lsp.core.finding import Report
from relook_lsp.core.patch import Patch
from relook_lsp.session.pictures import Picture
from relook_lsp.session.subject import Subject
from relook_lsp.session.tried import Tried

MAX_PREVIEWS = 8

Place = tuple[str, str]
"""Rule and key of a finding."""


@dataclass(frozen=True)
class Side:
    """A page before or after an edit. ``texts`` are those of every file of the workspace that the page used."""

    report: Report
    frames: tuple[Picture, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Fix:
    """A patch that was verified for exactly ``before.texts``. ``definite``: no model had a part in it. ``unseen`` names
    pages that use the same files and were too many to be looked at."""

    id: str
    subject: Subject
    patch: Patch
    before: Side
    after: Side
    definite: bool
    unseen: tuple[str, ...] = ()


@dataclass
class Prepared:
    """What idle time found for one state of a page."""

    single: dict[Place, Fix] = field(default_factory=dict[Place, Fix])
    joint: Fix | None = None
    tried: dict[Place, tuple[Tried, ...]] = field(default_factory=dict[Place, tuple[Tried, ...]])


class Fixes:
    """Kept until the page is reviewed again; previews until they are decided on, at most ``MAX_PREVIEWS``."""

    def __init__(self) -> None:
        self._prepared: dict[Subject, Prepared] = {}
        self._previews: dict[str, Fix] = {}

    def of(self, subject: Subject) -> Prepared:
        return self._prepared.setdefault(subject, Prepared())

    def forget(self, subject: Subject) -> list[Fix]:
        """The page has changed; what was found for it is given back, previews excepted."""
        old = self._prepared.pop(subject, Prepared())
        found = [*old.single.values(), *([old.joint] if old.joint is not None else [])]
        return [fix for fix in found if fix.id not in self._previews]

    def find(self, subject: Subject, places: Sequence[Place]) -> Fix | None:
        """The fix for the first of these findings that has one; for no places the joint one."""
        prepared = self.of(subject)
        if not places:
            return prepared.joint
        return next((fix for place in places if (fix := prepared.single.get(place)) is not None), None)

    def why(self, subject: Subject, places: Sequence[Place]) -> tuple[Tried, ...] | None:
        """What was tried for these findings; None where nobody has looked yet."""
        tried = self.of(subject).tried
        return next((tried[place] for place in places if place in tried), None)

    def show(self, fix: Fix) -> list[Fix]:
        """Keep a fix as a preview; those that had to go for it, and that nobody else keeps."""
        self._previews.pop(fix.id, None)
        self._previews[fix.id] = fix
        oldest = list(self._previews)[:-MAX_PREVIEWS]
        return [gone for one in oldest if (gone := self.decide(one)) is not None]

    def preview(self, identity: str) -> Fix | None:
        return self._previews.get(identity)

    def decide(self, identity: str) -> Fix | None:
        """Take a preview away: it was accepted or discarded. None where it may still be asked for again."""
        fix = self._previews.pop(identity, None)
        return None if fix is None or self._waits(fix) else fix

    def _waits(self, fix: Fix) -> bool:
        prepared = self._prepared.get(fix.subject, Prepared())
        return fix is prepared.joint or any(fix is one for one in prepared.single.values())


def new_id() -> str:
    return uuid.uuid4().hex
