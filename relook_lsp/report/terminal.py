"""The report for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from relook_lsp.core.finding import Finding, Report, Severity
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.core.text import LineIndex
from relook_lsp.report import Reviewed
from relook_lsp.report.plain import plain

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan"}
_EXCERPT = 100


def render(pages: Sequence[Reviewed], console: Console, *, quiet: bool = False) -> None:
    """Write all pages to the console; with ``quiet`` only findings, no clean pages and no summary of them."""
    for page in pages:
        if quiet and not page.report.findings and not page.report.problems:
            continue
        _page(page, console)
    if len(pages) > 1:
        _summary(pages, console)


def grouped(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Findings with the same rule and cause are one entry; the worst is first in it."""
    groups: dict[tuple[str, str | None, int, int], list[Finding]] = {}
    for one in findings:
        place = one.cause
        groups.setdefault((one.rule, place.path or place.url, place.span.start, place.span.end), []).append(one)
    return [tuple(sorted(group, key=lambda f: -f.extent)) for group in groups.values()]


def _page(page: Reviewed, console: Console) -> None:
    report = page.report
    head = Text(plain(report.page), "bold")
    if report.reviewed:
        head.append(f"  score {report.score}", "bold green" if report.score >= 90 else "bold yellow")
        if not report.valid:
            head.append("  the page does not render", "bold red")
        if report.capture != "exact":
            head.append("  (real time: slower, same rules)", "dim")
    console.print(head)
    for problem in report.problems:
        console.print(Text(f"  {plain(problem.message)}", "magenta"))
    for group in grouped(report.findings):
        _group(group, page.snapshot, console)
    if report.reviewed:
        console.print(Text(f"  {_counts(report)}", "dim"))


def _group(group: tuple[Finding, ...], snapshot: Snapshot | None, console: Console) -> None:
    one = group[0]
    where = one.cause
    start = where.range.start
    line = Text(f"  {plain(where.path or where.url or '')}:{start.line + 1}:{start.character + 1} ", "dim")
    line.append(one.severity.value, _STYLE[one.severity])
    line.append(f" {plain(one.message)}")
    if len(group) > 1:
        line.append(f" (and {len(group) - 1} more places)", "dim")
    line.append(f"  {one.rule}", "dim")
    console.print(line)
    source = snapshot.sources.get(where.url or "") if snapshot is not None else None
    if source is None:
        return
    span = LineIndex(source.text).line_span(start.line)
    text = source.text[span.start : span.end]
    before = max(0, where.span.start - span.start - _EXCERPT // 2)
    shown = text[before : before + _EXCERPT].expandtabs(1)
    lead = len(shown) - len(shown.lstrip())
    marked = max(1, min(where.span.end, span.end) - where.span.start)
    left = where.span.start - span.start - before - lead
    cleaned = "".join(c if c.isprintable() else " " for c in shown.lstrip())
    console.print(Text(f"      {cleaned}", "default"))
    console.print(
        Text(f"      {' ' * max(0, left)}{'^' * min(marked, max(1, len(cleaned) - left))}", _STYLE[one.severity])
    )


def _counts(report: Report) -> str:
    counts = {severity: sum(f.severity is severity for f in report.findings) for severity in Severity}
    names = {"error": "error", "warning": "warning", "information": "note"}
    parts = [f"{n} {names[s.value]}{'' if n == 1 else 's'}" for s, n in counts.items() if n]
    text = ", ".join(parts) or "nothing found"
    if report.suppressed:
        text += f", {len(report.suppressed)} silenced"
    if report.incomplete:
        text += f", {len({(i.rule, i.key) for i in report.incomplete})} not decided"
    return text


def _summary(pages: Sequence[Reviewed], console: Console) -> None:
    reviewed = [page.report for page in pages if page.report.reviewed]
    clean = sum(not report.findings for report in reviewed)
    failed = len(pages) - len(reviewed)
    text = f"{len(pages)} pages, {clean} without findings"
    console.print(Text(text + (f", {failed} could not be reviewed" if failed else ""), "bold"))
