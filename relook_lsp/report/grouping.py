"""Findings that one edit would mend belong together."""

from __future__ import annotations

from collections.abc import Iterable

from relook_lsp.core.finding import Finding, Report

Group = tuple[Finding, ...]
"""Findings with the same rule and cause, the worst first: one thing to read and one thing to mend. They stay findings of
their own in the report, so that a repair has to mend every place and the score counts every place."""


def group_by_cause(findings: Iterable[Finding]) -> list[Group]:
    """In the order in which the first of each group comes."""
    groups: dict[tuple[str, str | None, int, int, str], list[Finding]] = {}
    for one in findings:
        place = one.cause
        # Two errors that one line throws are two things to mend.
        said = one.message if one.node is None else ""
        groups.setdefault((one.rule, place.path or place.url, place.span.start, place.span.end, said), []).append(one)
    return [tuple(sorted(group, key=lambda f: (-f.severity.rank, -f.extent))) for group in groups.values()]


def group_by_file(groups: Iterable[Group]) -> list[tuple[str, list[Group]]]:
    """(path or URL, its groups), files in the order of their first group."""
    files: dict[str, list[Group]] = {}
    for group in groups:
        place = group[0].cause
        files.setdefault(place.path or place.url or "", []).append(group)
    return list(files.items())


def count_severities(groups: Iterable[Group]) -> dict[str, int]:
    """How many of each severity; those that do not occur are left out."""
    severities = [group[0].severity.value for group in groups]
    return {name: severities.count(name) for name in ("error", "warning", "information") if name in severities}


def format_count(number: int, severity: str) -> str:
    """``1 error``, ``2 warnings``, ``3 notes``."""
    name = "note" if severity == "information" else severity
    return f"{number} {name}{'' if number == 1 else 's'}"


def nothing(report: Report) -> str:
    """What a report without findings says: that nothing is wrong is known only where all was judged."""
    return "nothing found" if report.score is not None else "nothing found in what was judged"
