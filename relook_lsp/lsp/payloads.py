"""Reviews and fixes in the words of ReLook's own protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from relook_lsp.core.finding import RULE_FAILED, Finding, Problem
from relook_lsp.core.snapshot import Viewport
from relook_lsp.lsp import convert, protocol
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.session.attempt_summary import AttemptSummary
from relook_lsp.session.fix_store import FixSide, VerifiedFix
from relook_lsp.session.image_files import ImageFile
from relook_lsp.session.reviewed_page import PageId, ReviewedPage

if TYPE_CHECKING:
    from relook_lsp.lsp.server import RelookServer


NOT_JUDGED = "not-judged"

_BESIDE = (RULE_FAILED, "model")
"""Kinds of problems that the status names beside what the review found."""


def finding_id(finding: Finding) -> str:
    return f"{finding.rule}@{finding.key}"


def find_by_id(reviewed: ReviewedPage, wanted: str) -> Finding | None:
    """The finding with this id."""
    return next((finding for finding in reviewed.report.findings if finding_id(finding) == wanted), None)


def review_payload(ls: RelookServer, reviewed: ReviewedPage) -> protocol.ReviewPayload:
    report, page_id = reviewed.report, reviewed.page_id
    pictures = ls.session.pictures.frames_of(page_id)
    documents = ls.session.documents
    uris = {
        path: documents.uri_of(page_id.root, path) for path in (*reviewed.texts, page_id.entry) if "://" not in path
    }
    return protocol.ReviewPayload(
        page=page_uri(ls, page_id),
        entry=page_id.entry,
        root=page_id.root.as_uri(),
        versions={uris[path]: version for path, version in reviewed.versions.items() if path in uris},
        score=report.score,
        valid=report.valid,
        capture=report.capture,
        milliseconds=report.milliseconds.get("total", 0.0),
        findings=[
            mark_payload(ls, page_id, one, reviewed.texts, pictures, _fix_payload(ls, reviewed, one))
            for one in report.findings
        ],
        suppressed=len(report.suppressed),
        incomplete=len(report.incomplete),
        problems=[protocol.ProblemPayload(problem.kind, problem.message) for problem in report.problems],
        not_judged=report.not_judged.message if report.not_judged is not None else "",
        frames=frame_payloads(pictures),
        files=list(uris.values()),
    )


def idle(reviewed: ReviewedPage) -> protocol.StatusParams:
    """The status after a review: score and findings, and what stands in their way."""
    report = reviewed.report
    beside = [one for one in report.problems if one.kind in _BESIDE]
    if report.not_judged is not None and report.valid:
        beside.append(Problem(NOT_JUDGED, f"not judged: {report.not_judged.message}"))
    first = beside[0] if beside else Problem("", "")
    return protocol.StatusParams(
        "idle", first.message, first.kind, reviewed.page_id.uri, report.score, len(group_by_cause(report.findings))
    )


def page_uri(ls: RelookServer, page_id: PageId) -> str:
    """A page's document as the client names it; a development server's page by its address."""
    return page_id.entry if page_id.is_url else ls.session.documents.uri_of(page_id.root, page_id.entry)


def _fix_payload(ls: RelookServer, reviewed: ReviewedPage, finding: Finding) -> protocol.Fix:
    if ls.session.fixes.find_fix(reviewed.page_id, (finding.identity,)) is not None:
        return "verified"
    return "search" if ls.session.is_repairable(finding.rule) else "none"


def mark_payload(
    ls: RelookServer,
    page_id: PageId,
    one: Finding,
    texts: convert.Texts,
    pictures: Sequence[ImageFile],
    fix: protocol.Fix,
) -> protocol.MarkPayload:
    documents, encoding = ls.session.documents, ls.encoding
    at = convert.to_protocol_location(one.cause, page_id, texts, documents, encoding)
    related = [
        (r.message, convert.to_protocol_location(r.location, page_id, texts, documents, encoding)) for r in one.related
    ]
    return protocol.MarkPayload(
        id=finding_id(one),
        rule=one.rule,
        severity=one.severity.value,
        message=one.message,
        source=one.source,
        help=convert.documentation_url(one),
        location=at,
        related=[protocol.RelatedNotePayload(message, where) for message, where in related if where is not None],
        selector=one.selector,
        viewport=size_payload(one.viewport),
        moment=one.moment,
        frame=_frame_id(one, pictures),
        box=protocol.BoxPayload(one.box.x, one.box.y, one.box.width, one.box.height),
        reviewed=[
            protocol.SightingPayload(size_payload(sighting.viewport), sighting.moment) for sighting in one.sightings
        ],
        widths=one.failing_widths,
        measured=dict(one.measured),
        required=dict(one.required),
        cost=one.cost,
        fix=fix,
    )


def _frame_id(one: Finding, pictures: Sequence[ImageFile]) -> str | None:
    """The frame of the worst sighting; for a width without a picture the one nearest to it."""
    if one.box.area <= 0 or not pictures:
        return None
    if any(picture.id == one.view for picture in pictures):
        return one.view
    last = max(picture.moment for picture in pictures)
    later = [picture for picture in pictures if picture.moment == last]
    return min(later, key=lambda picture: abs(picture.viewport.width - one.viewport.width)).id


def size_payload(viewport: Viewport) -> protocol.SizePayload:
    return protocol.SizePayload(viewport.width, viewport.height, viewport.touch, viewport.scheme)


def frame_payloads(pictures: Iterable[ImageFile]) -> list[protocol.FramePayload]:
    return [
        protocol.FramePayload(
            one.id, size_payload(one.viewport), one.moment, one.role, str(one.path), one.width, one.height
        )
        for one in pictures
    ]


def preview_payload(ls: RelookServer, fix: VerifiedFix) -> protocol.PreviewPayload:
    texts, documents = fix.before.texts, ls.session.documents
    return protocol.PreviewPayload(
        id=fix.id,
        page=page_uri(ls, fix.page_id),
        title=fix.patch.title,
        edits=[
            protocol.EditPayload(documents.uri_of(fix.page_id.root, path), edit.range, edit.new_text)
            for path in fix.patch.paths
            for edit in convert.build_text_edits(fix.patch, path, texts[path], ls.encoding)
        ],
        before=_side_payload(ls, fix.page_id, fix.before),
        after=_side_payload(ls, fix.page_id, fix.after),
    )


def _side_payload(ls: RelookServer, page_id: PageId, side: FixSide) -> protocol.SidePayload:
    found = [mark_payload(ls, page_id, one, side.texts, side.frames, "none") for one in side.report.findings]
    return protocol.SidePayload(side.report.score, found, frame_payloads(side.frames))


def attempt_payloads(attempts: Iterable[AttemptSummary]) -> list[protocol.AttemptPayload]:
    return [protocol.AttemptPayload(one.proposer, one.title, one.outcome, one.accepted) for one in attempts]
