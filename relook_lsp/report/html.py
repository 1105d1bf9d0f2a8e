"""The report for people as one file: every page's frames with boxes drawn over them, beside its findings.

It reads without scripts; the script filters, and shows the box of a finding. All that a page controls is escaped
where it enters the markup (``entry.safe``, ``html.escape``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from relook_lsp.core.finding import Report
from relook_lsp.core.undecided import why
from relook_lsp.report import Notice, Reviewed
from relook_lsp.report.document import document
from relook_lsp.report.embed import MAX_BYTES, Album
from relook_lsp.report.entry import Texts, entry, path, prose, safe
from relook_lsp.report.group import counted, counts, grouped, nothing
from relook_lsp.report.opinion import summary
from relook_lsp.report.stage import Stage


def render(pages: Sequence[Reviewed], rules: Texts, limit: int = MAX_BYTES, notices: Sequence[Notice] = ()) -> str:
    """The whole document; its pictures take at most ``limit`` bytes."""
    album = Album(limit)
    sections: list[str] = []
    style: list[str] = []
    for index, page in enumerate(pages):
        section, boxes = _page(index, page, rules, album)
        sections.append(section)
        style.append(boxes)
    everything = [group for page in pages for group in grouped(page.report.findings)]
    parts = [f"{len(pages)} pages" if len(pages) != 1 else "1 page"]
    parts += [counted(number, name) for name, number in counts(everything).items()] or ["nothing found"]
    overview = _overview(pages) if len(pages) > 1 else ""
    full = '<p class="problem">Some pictures were left out, so that this file stays small.</p>' if album.full else ""
    told = "".join(f'<p class="problem">{prose(notice.message)}</p>' for notice in notices)
    body = f"{told}{full}{overview}{_filters(pages, rules)}{''.join(sections)}"
    return document("ReLook report", ", ".join(parts), body, "report", "".join(style))


def _filters(pages: Sequence[Reviewed], rules: Texts) -> str:
    groups = [group for page in pages for group in grouped(page.report.findings)]
    found = [finding for group in groups for finding in group]
    if not found:
        return ""
    severities = "".join(
        f'<label class="pill {name}"><input type="checkbox" name="severity" value="{name}" checked>{counted(number, name)}</label>'
        for name, number in counts(groups).items()
    )
    used = sorted({one.rule for one in found}, key=lambda rule: rules.get(rule, (rule, "", ""))[0])
    options = "".join(f'<option value="{escape(r)}">{escape(rules.get(r, (r, "", ""))[0])}</option>' for r in used)
    sizes = sorted({(s.viewport.width, s.viewport.height) for one in found for s in one.seen})
    windows = "".join(f"<option>{width} × {height}</option>" for width, height in sizes)
    return (
        f'<form class="filters" aria-label="Filter" hidden><span class="pills">{severities}</span>'
        f'<label>Rule <select name="rule"><option value="">all rules</option>{options}</select></label>'
        f'<label>Window <select name="window"><option value="">all windows</option>{windows}</select></label>'
        '<output class="count"></output></form>\n'
    )


def _overview(pages: Sequence[Reviewed]) -> str:
    cards = "".join(
        f'<li><a class="card" href="#page-{index}">{_score(page.report)}'
        f'<span class="name"><b>{path(page.report.page)}</b><span>{_summary(page.report)}</span></span></a></li>'
        for index, page in enumerate(pages)
    )
    return f'<nav aria-label="Pages"><ul class="overview">{cards}</ul></nav>\n'


def _summary(report: Report) -> str:
    if not report.reviewed:
        return "could not be reviewed"
    parts = [counted(number, name) for name, number in counts(grouped(report.findings)).items()] or [nothing(report)]
    if report.not_judged is not None and report.valid:
        parts.insert(0, "not judged")
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} silenced")
    return ", ".join(parts)


def _score(report: Report) -> str:
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


def _page(index: int, page: Reviewed, rules: Texts, album: Album) -> tuple[str, str]:
    """Markup of a page, and the style of its boxes."""
    report = page.report
    groups = grouped(report.findings)
    stage = Stage(index, groups, page.snapshot, album)
    entries = "".join(
        entry(index, number, group, page.snapshot, rules, stage.boxed.get(number, ""), album)
        for number, group in enumerate(groups, start=1)
    )
    notes = "".join(f'<p class="problem">{prose(problem.message)}</p>' for problem in report.problems)
    if report.reviewed and not report.valid:
        notes += '<p class="problem">This page does not render.</p>'
    if report.capture != "exact":
        notes += '<p class="problem">Looked at in real time: slower, with the same rules.</p>'
    if report.not_judged is not None and report.valid:
        notes += f'<p class="problem">Not judged: {prose(report.not_judged.message)}.</p>'
    if not groups and report.score is not None and report.valid:
        notes += '<p class="clean">Nothing to mend here.</p>'
    if report.opinion is not None:
        notes += f'<p class="opinion">{safe(summary(report.opinion))}</p>'
    notes += _undecided(report, rules)
    findings = f'<ol class="findings">{entries}</ol>' if entries else ""
    return (
        f'<section class="page" id="page-{index}"><div class="head">{_score(report)}<div><h2>{path(report.page)}</h2>'
        f'<p>{_summary(report)}</p></div></div><div class="both">{stage.markup}<div class="list">{notes}{findings}</div></div></section>\n',
        stage.rules,
    )


def _undecided(report: Report, rules: Texts) -> str:
    """What the critics could not tell, and why, in how many places."""
    places = Counter(
        (rule, reason) for rule, reason, _ in {(one.rule, one.reason, one.key) for one in report.incomplete}
    )
    if not places:
        return ""
    lines = "".join(
        f"<li>{escape(rules.get(rule, (rule, '', ''))[0])}: {safe(why(reason))}{f' ({number} places)' if number > 1 else ''}</li>"
        for (rule, reason), number in sorted(places.items())
    )
    total = places.total()
    summary = f"{total} place{'' if total == 1 else 's'} could not be decided"
    return f'<details class="left"><summary>{summary}</summary><ul>{lines}</ul></details>'
