"""Reviews and fixes in the words of ReLook's own protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from relook_lsp.core.finding import RULE_FAILED, Finding, Problem
from relook_lsp.core.snapshot import Viewport
from relook_lsp.lsp import convert, protocol
from relook_lsp.report.group import grouped
from relook_lsp.session.fixes import Fix, Side
from relook_lsp.session.pictures import Picture
from relook_lsp.session.subject import Seen, Subject
from relook_lsp.session.tried import Tried

if TYPE_CHECKING:
    from relook_lsp.lsp.server import RelookServer


NOT_JUDGED = "not-judged"

_BESIDE = (RULE_FAILED, "model")
"""Kinds of problems that the status names beside what the review found."""


def identity(finding: Finding) -> str:
    return f"{finding.rule}@{finding.key}"


def find(seen: Seen, wanted: str) -> Finding | None:
    """The finding with this id."""
    return next((finding for finding in seen.report.findings if identity(finding) == wanted), None)


def reviewed(ls: RelookServer, seen: Seen) -> protocol.Reviewed:
    report, subject = seen.report, seen.subject
    pictures = ls.session.pictures.shown(subject)
    documents = ls.session.documents
    uris = {path: documents.uri(subject.root, path) for path in (*seen.texts, subject.entry) if "://" not in path}
    return protocol.Reviewed(
        page=page_uri(ls, subject),
        entry=subject.entry,
        root=subject.root.as_uri(),
        versions={uris[path]: version for path, version in seen.versions.items() if path in uris},
        score=report.score,
        valid=report.valid,
        capture=report.capture,
        milliseconds=report.milliseconds.get("total", 0.0),
        findings=[mark(ls, subject, one, seen.texts, pictures, _fix(ls, seen, one)) for one in report.findings],
        suppressed=len(report.suppressed),
        incomplete=len(report.incomplete),
        problems=[protocol.Problem(problem.kind, problem.message) for problem in report.problems],
        not_judged=report.not_judged.message if report.not_judged is not None else "",
        frames=frames(pictures),
        files=list(uris.values()),
    )


def idle(seen: Seen) -> protocol.Status:
    """The status after a review: score and findings, and what stands in their way."""
    report = seen.report
    beside = [one for one in report.problems if one.kind in _BESIDE]
    if report.not_judged is not None and report.valid:
        beside.append(Problem(NOT_JUDGED, f"not judged: {report.not_judged.message}"))
    first = beside[0] if beside else Problem("", "")
    return protocol.Status(
        "idle", first.message, first.kind, seen.subject.uri, report.score, len(grouped(report.findings))
    )


def page_uri(ls: RelookServer, subject: Subject) -> str:
    """A page's document as the client names it; a development server's page by its address."""
    return subject.entry if subject.is_url else ls.session.documents.uri(subject.root, subject.entry)


def _fix(ls: RelookServer, seen: Seen, finding: Finding) -> protocol.Fix:
    if ls.session.fixes.find(seen.subject, (finding.identity,)) is not None:
        return "verified"
    return "search" if ls.session.repairable(finding.rule) else "none"


def mark(
    ls: RelookServer,
    subject: Subject,
    one: Finding,
    texts: convert.Texts,
    pictures: Sequence[Picture],
    fix: protocol.Fix,
) -> protocol.Mark:
    documents, encoding = ls.session.documents, ls.encoding
    at = convert.location(one.cause, subject, texts, documents, encoding)
    related = [(r.message, convert.location(r.location, subject, texts, documents, encoding)) for r in one.related]
    return protocol.Mark(
        id=identity(one),
        rule=one.rule,
        severity=one.severity.value,
        message=one.message,
        source=one.source,
        help=convert.documentation(one),
        location=at,
        related=[protocol.Note(message, where) for message, where in related if where is not None],
        selector=one.selector,
        viewport=size(one.viewport),
        moment=one.moment,
        frame=_frame(one, pictures),
        box=protocol.Box(one.box.x, one.box.y, one.box.width, one.box.height),
        seen=[protocol.Sighting(size(sighting.viewport), sighting.moment) for sighting in one.seen],
        widths=one.widths,
        measured=dict(one.measured),
        required=dict(one.required),
        cost=one.cost,
        fix=fix,
    )


def _frame(one: Finding, pictures: Sequence[Picture]) -> str | None:
    """The frame of the worst sighting; for a width without a picture the one nearest to it."""
    if one.box.area <= 0 or not pictures:
        return None
    if any(picture.id == one.view for picture in pictures):
        return one.view
    last = max(picture.moment for picture in pictures)
    later = [picture for picture in pictures if picture.moment == last]
    return min(later, key=lambda picture: abs(picture.viewport.width - one.viewport.width)).id


def size(viewport: Viewport) -> protocol.Size:
    return protocol.Size(viewport.width, viewport.height, viewport.touch, viewport.scheme)


def frames(pictures: Iterable[Picture]) -> list[protocol.Frame]:
    return [
        protocol.Frame(one.id, size(one.viewport), one.moment, one.role, str(one.path), one.width, one.height)
        for one in pictures
    ]


def preview(ls: RelookServer, fix: Fix) -> protocol.Preview:
    texts, documents = fix.before.texts, ls.session.documents
    return protocol.Preview(
        id=fix.id,
        page=page_uri(ls, fix.subject),
        title=fix.patch.title,
        edits=[
            protocol.Edit(documents.uri(fix.subject.root, path), edit.range, edit.new_text)
            for path in fix.patch.paths
            for edit in convert.text_edits(fix.patch, path, texts[path], ls.encoding)
        ],
        before=_side(ls, fix.subject, fix.before),
        after=_side(ls, fix.subject, fix.after),
    )


def _side(ls: RelookServer, subject: Subject, side: Side) -> protocol.Side:
    found = [mark(ls, subject, one, side.texts, side.frames, "none") for one in side.report.findings]
    return protocol.Side(side.report.score, found, frames(side.frames))


def tried(attempts: Iterable[Tried]) -> list[protocol.Tried]:
    return [protocol.Tried(one.proposer, one.title, one.outcome, one.accepted) for one in attempts]
