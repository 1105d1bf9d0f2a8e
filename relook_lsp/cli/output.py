"""Where a review goes: the terminal, a file, a folder of pictures."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from relook_lsp.core.atomic import check_folder, check_writable, write_atomically
from relook_lsp.core.errors import UsageError
from relook_lsp.core.failures import describe_write_error
from relook_lsp.core.page import CODE_SUFFIXES, Page
from relook_lsp.report import Notice, PageReview
from relook_lsp.review.pipeline import Review

SETTINGS_FILES = ("relook.toml", "pyproject.toml")
_REPORT_TITLE = b"<title>ReLook "

_SUFFIXES = {".json": "json", ".sarif": "sarif", ".html": "html", ".htm": "html"}


class CropFolder:
    """Pictures of findings, written as the reviews come in. Without a folder nothing is written."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.files: dict[tuple[str, str, str], str] = {}
        """Path of the picture by (page, rule, key)."""

    def save_crops(self, review: Review) -> None:
        """The name says rule, page and place, so that the same finding keeps its file. Raises ``UsageError`` and
        ``NotWritten``."""
        from relook_lsp.report.finding_crops import crop_finding

        report, snapshot = review.report, review.snapshot
        if self._folder is None or snapshot is None:
            return
        for finding in report.all_findings:
            data = crop_finding(snapshot, finding)
            if data is not None:
                place = hashlib.sha256(f"{report.page}\0{finding.key}".encode("utf-8", "replace")).hexdigest()[:12]
                target = self._folder / f"{finding.rule}-{place}.png"
                write_output(target, data)
                self.files[report.page, finding.rule, finding.key] = target.as_posix()


def chosen_format(options: argparse.Namespace) -> str:
    """``--format``, else what the name of ``--output`` says, else the terminal's."""
    if options.format:
        return options.format
    return _SUFFIXES.get(options.output.suffix.lower(), "terminal") if options.output else "terminal"


def write_report(
    pages: Sequence[PageReview], options: argparse.Namespace, crops: CropFolder, notices: Sequence[Notice] = ()
) -> None:
    """Write the report of all pages. The terminal shows ``notices`` on stderr. Raises ``UsageError`` and
    ``NotWritten``."""
    kind = chosen_format(options)
    if kind == "terminal":
        _write_text(pages, options)
        return
    data = _render_report(kind, pages, crops, notices, timings=options.timings).encode("utf-8", "replace")
    if options.output is not None:
        write_output(options.output, data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def _render_report(
    kind: str, pages: Sequence[PageReview], crops: CropFolder, notices: Sequence[Notice], *, timings: bool
) -> str:
    from relook_lsp.critics.registry import RULES

    if kind == "json":
        from relook_lsp.report import json

        return json.render_json(pages, crops.files, notices, timings=timings)
    if kind == "sarif":
        from relook_lsp.report import sarif

        return sarif.render_sarif(pages, [sarif.describe_rule(rule) for rule in RULES], notices)
    from relook_lsp.report import html

    return html.render_html(pages, {rule.id: (rule.title, rule.why, rule.fix) for rule in RULES}, notices=notices)


def _write_text(pages: Sequence[PageReview], options: argparse.Namespace) -> None:
    import io

    from rich.console import Console

    from relook_lsp.report.terminal import render_terminal

    if options.output is None:
        render_terminal(pages, Console(highlight=False, soft_wrap=True), quiet=options.quiet)
        return
    text = io.StringIO()
    render_terminal(pages, Console(file=text, highlight=False, soft_wrap=True, width=160), quiet=options.quiet)
    write_output(options.output, text.getvalue().encode("utf-8", "replace"))


def check_output_target(options: argparse.Namespace) -> None:
    """Before a long review: say now what cannot be written in the end. Raises ``UsageError`` and ``NotWritten``."""
    output: Path | None = options.output
    named = output
    try:
        for named in (options.pictures, options.save_snapshots):
            if named is not None:
                named.mkdir(parents=True, exist_ok=True)
                check_folder(named)
        named = output
        if output is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
            check_writable(output)
    except OSError as error:
        raise describe_write_error(named or Path(), error) from error


def refuse_to_overwrite(output: Path | None, pages: Iterable[Page]) -> None:
    """Raise ``UsageError`` if the report would replace a page, a settings file, a style sheet or a script. A former
    report may be replaced, also where it was found among the pages of its folder."""
    if output is None or not output.is_file():
        return
    target = output.resolve()
    page_list = [page for page in pages if not page.is_url]
    own = {(page.root / page.entry).resolve() for page in page_list}
    own |= {page.root.resolve() / name for page in page_list for name in SETTINGS_FILES}
    if target.suffix.lower() in CODE_SUFFIXES or (target in own and not _is_report(target)):
        raise UsageError(f"--output {output} would replace a file of the project. Name another file.")


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return _REPORT_TITLE in file.read(4096)


def write_output(target: Path, data: bytes) -> None:
    """Write a whole file or nothing. Raises ``UsageError`` and ``NotWritten``."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, data)
    except OSError as error:
        raise describe_write_error(target, error) from error
