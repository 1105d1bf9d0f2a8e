"""The report for people as one file: every page's frames with boxes drawn over them, beside its findings.

It reads without scripts; the script filters, and shows the box of a finding. All that a page controls is escaped
where it enters the markup (``entry.safe``, ``html.escape``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from relook_lsp.core.finding import Report
from relook_lsp.core.incomplete_reasons import explain_reason
from relook_lsp.report import Notice, PageReview
from relook_lsp.report.critic_summary import opinion_summary
from relook_lsp.report.embedded_images import MAX_BYTES, ImageAlbum
from relook_lsp.report.finding_entry import Texts, escape_line, message_markup, path_markup, render_finding
from relook_lsp.report.grouping import count_severities, format_count, group_by_cause, nothing
from relook_lsp.report.html_document import build_html_document
from relook_lsp.report.page_figure import PageFigure


def render_html(
    pages: Sequence[PageReview], rules: Texts, limit: int = MAX_BYTES, notices: Sequence[Notice] = ()
) -> str:
    """The whole document; its pictures take at most ``limit`` bytes."""
    album = ImageAlbum(limit)
    sections: list[str] = []
    style: list[str] = []
    for index, page in enumerate(pages):
        section, boxes = _render_page(index, page, rules, album)
        sections.append(section)
        style.append(boxes)
    everything = [group for page in pages for group in group_by_cause(page.report.findings)]
    parts = [f"{len(pages)} pages" if len(pages) != 1 else "1 page"]
    parts += [format_count(number, name) for name, number in count_severities(everything).items()] or ["nothing found"]
    overview = _render_overview(pages) if len(pages) > 1 else ""
    full = '<p class="problem">Some pictures were left out, so that this file stays small.</p>' if album.full else ""
    told = "".join(f'<p class="problem">{message_markup(notice.message)}</p>' for notice in notices)
    body = f"{told}{full}{overview}{_render_filters(pages, rules)}{''.join(sections)}"
    return build_html_document("ReLook report", ", ".join(parts), body, "report", "".join(style))


def _render_filters(pages: Sequence[PageReview], rules: Texts) -> str:
    groups = [group for page in pages for group in group_by_cause(page.report.findings)]
    found = [finding for group in groups for finding in group]
    if not found:
        return ""
    severities = "".join(
        f'<label class="pill {name}"><input type="checkbox" name="severity" value="{name}" checked>{format_count(number, name)}</label>'
        for name, number in count_severities(groups).items()
    )
    used = sorted({one.rule for one in found}, key=lambda rule: rules.get(rule, (rule, "", ""))[0])
    options = "".join(f'<option value="{escape(r)}">{escape(rules.get(r, (r, "", ""))[0])}</option>' for r in used)
    sizes = sorted({(s.viewport.width, s.viewport.height) for one in found for s in one.sightings})
    windows = "".join(f"<option>{width} × {height}</option>" for width, height in sizes)
    return (
        f'<form class="filters" aria-label="Filter" hidden><span class="pills">{severities}</span>'
        f'<label>Rule <select name="rule"><option value="">all rules</option>{options}</select></label>'
        f'<label>Window <select name="window"><option value="">all windows</option>{windows}</select></label>'
        '<output class="count"></output></form>\n'
    )


def _render_overview(pages: Sequence[PageReview]) -> str:
    cards = "".join(
        f'<li><a class="card" href="#page-{index}">{_render_score(page.report)}'
        f'<span class="name"><b>{path_markup(page.report.page)}</b><span>{_summary_line(page.report)}</span></span></a></li>'
        for index, page in enumerate(pages)
    )
    return f'<nav aria-label="Pages"><ul class="overview">{cards}</ul></nav>\n'


def _summary_line(report: Report) -> str:
    if not report.reviewed:
        return "could not be reviewed"
    parts = [
        format_count(number, name) for name, number in count_severities(group_by_cause(report.findings)).items()
    ] or [nothing(report)]
    if report.not_judged is not None and report.valid:
        parts.insert(0, "not judged")
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} silenced")
    return ", ".join(parts)


def _render_score(report: Report) -> str:
    """A ring that is as full as the score is high."""
    score = report.score
    if score is None:
        return (
            '<span class="score none" role="img" aria-label="No score"><svg viewBox="0 0 36 36" aria-hidden="true">'
            '<circle cx="18" cy="18" r="16" class="track"/></svg><b>–</b></span>'
        )
    level = "good" if score >= 90 else "fair" if score >= 60 else "poor"
    return (
        f'<span class="score {level}" role="img" aria-label="Score {score} of 100">'
        '<svg viewBox="0 0 36 36" aria-hidden="true"><circle cx="18" cy="18" r="16" class="track"/>'
        f'<circle cx="18" cy="18" r="16" pathLength="100" stroke-dasharray="{score} 100" class="fill"/></svg>'
        f"<b>{score}</b></span>"
    )


def _render_page(index: int, page: PageReview, rules: Texts, album: ImageAlbum) -> tuple[str, str]:
    """Markup of a page, and the style of its boxes."""
    report = page.report
    groups = group_by_cause(report.findings)
    stage = PageFigure(index, groups, page.snapshot, album)
    entries = "".join(
        render_finding(index, number, group, page.snapshot, rules, stage.box_by_group.get(number, ""), album)
        for number, group in enumerate(groups, start=1)
    )
    notes = "".join(f'<p class="problem">{message_markup(problem.message)}</p>' for problem in report.problems)
    if report.reviewed and not report.valid:
        notes += '<p class="problem">This page does not render.</p>'
    if report.capture != "exact":
        notes += '<p class="problem">Captured in real time: slower, with the same rules.</p>'
    if report.not_judged is not None and report.valid:
        notes += f'<p class="problem">Not judged: {message_markup(report.not_judged.message)}.</p>'
    if not groups and report.score is not None and report.valid:
        notes += '<p class="clean">Nothing to fix here.</p>'
    if report.opinion is not None:
        notes += f'<p class="opinion">{escape_line(opinion_summary(report.opinion))}</p>'
    notes += _render_incomplete(report, rules)
    findings = f'<ol class="findings">{entries}</ol>' if entries else ""
    return (
        f'<section class="page" id="page-{index}"><div class="head">{_render_score(report)}<div><h2>{path_markup(report.page)}</h2>'
        f'<p>{_summary_line(report)}</p></div></div><div class="both">{stage.markup}<div class="list">{notes}{findings}</div></div></section>\n',
        stage.rules,
    )


def _render_incomplete(report: Report, rules: Texts) -> str:
    """What the critics could not tell, and why, in how many places."""
    places = Counter(
        (rule, reason) for rule, reason, _ in {(one.rule, one.reason, one.key) for one in report.incomplete}
    )
    if not places:
        return ""
    lines = "".join(
        f"<li>{escape(rules.get(rule, (rule, '', ''))[0])}: {escape_line(explain_reason(reason))}{f' ({number} places)' if number > 1 else ''}</li>"
        for (rule, reason), number in sorted(places.items())
    )
    total = places.total()
    summary = f"{total} place{'' if total == 1 else 's'} could not be decided"
    return f'<details class="left"><summary>{summary}</summary><ul>{lines}</ul></details>'
