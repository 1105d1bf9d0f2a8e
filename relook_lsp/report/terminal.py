"""The report for people at a terminal. Colour only where the console is a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from relook_lsp.core.finding import Report, Severity
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.report import PageReview
from relook_lsp.report.critic_summary import opinion_summary
from relook_lsp.report.excerpt import excerpt_of
from relook_lsp.report.grouping import Group, count_severities, format_count, group_by_cause, group_by_file, nothing
from relook_lsp.report.sanitize import to_plain_line

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan"}
_INDENT = 10


def render_terminal(pages: Sequence[PageReview], console: Console, *, quiet: bool = False) -> None:
    """Write all pages to the console; with ``quiet`` pages without findings and problems are left out."""
    for page in pages:
        if not quiet or page.report.findings or page.report.problems or page.report.not_judged:
            _print_page(page, console)
    if len(pages) > 1:
        _print_summary(pages, console)


def _print_page(page: PageReview, console: Console) -> None:
    report = page.report
    console.print(Text(to_plain_line(report.page), "bold"))
    for problem in report.problems:
        console.print(Text(f"  {to_plain_line(problem.message)}", "magenta"))
    for file, groups in group_by_file(group_by_cause(report.findings)):
        if file != report.page:
            console.print(Text(f"  {to_plain_line(file)}", "underline"))
        for group in groups:
            _print_group(group, page.snapshot, console)
    console.print(_verdict_line(report))


def _print_group(group: Group, snapshot: Snapshot | None, console: Console) -> None:
    one = group[0]
    start = one.cause.range.start
    line = Text(f"{start.line + 1}:{start.character + 1}".rjust(_INDENT - 2) + "  ", "dim")
    line.append(format_count(1, one.severity.value)[2:], _STYLE[one.severity])
    line.append(f"  {to_plain_line(one.message)}")
    if len(group) > 1:
        line.append(f" ({len(group)} places)", "bold")
    line.append(f"  {to_plain_line(one.rule)}", "dim")
    console.print(line)
    shown = excerpt_of(one, snapshot)
    if shown is None:
        return
    margin = " " * _INDENT
    console.print(Text(f"{margin}{shown.before}{shown.marked}{shown.after}"))
    caret = "^" * max(1, cell_len(shown.marked))
    console.print(Text(f"{margin}{' ' * cell_len(shown.before)}{caret}", _STYLE[one.severity]))


def _verdict_line(report: Report) -> Text:
    if not report.reviewed:
        return Text("  could not be reviewed", "bold magenta")
    text = Text("  ")
    score = report.score
    if score is None:
        text.append(
            f"not judged: {to_plain_line(report.not_judged.message) if report.not_judged else ''}", "bold magenta"
        )
    else:
        text.append(f"score {score}", f"bold {'green' if score >= 90 else 'yellow'}")
    if not report.valid:
        text.append("  the page does not render", "bold red")
    parts = [
        format_count(number, name) for name, number in count_severities(group_by_cause(report.findings)).items()
    ] or [nothing(report)]
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} silenced")
    if report.incomplete:
        parts.append(f"{len({(i.rule, i.key) for i in report.incomplete})} incomplete")
    text.append("  " + ", ".join(parts), "dim")
    if report.opinion is not None:
        text.append(f", {to_plain_line(opinion_summary(report.opinion))}", "dim")
    if report.capture != "exact":
        text.append(" (in real time: slower, same rules)", "dim")
    return text


def _print_summary(pages: Sequence[PageReview], console: Console) -> None:
    reviewed = [page.report for page in pages if page.report.reviewed]
    groups = [group for report in reviewed for group in group_by_cause(report.findings)]
    parts = [f"{len(pages)} pages", f"{sum(not report.findings for report in reviewed)} without findings"]
    scores = [score for report in reviewed if (score := report.score) is not None]
    if scores:
        parts.append(f"mean score {sum(scores) / len(scores):.0f}")
    if len(scores) < len(reviewed):
        parts.append(f"{len(reviewed) - len(scores)} not judged")
    parts += [format_count(number, name) for name, number in count_severities(groups).items()]
    if len(reviewed) < len(pages):
        parts.append(f"{len(pages) - len(reviewed)} could not be reviewed")
    console.print(Text(", ".join(parts), "bold"))
