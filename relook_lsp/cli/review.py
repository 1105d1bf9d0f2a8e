"""``relook review``."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from relook_lsp.browser.driver import Driver
from relook_lsp.cli.parallel import over
from relook_lsp.cli.targets import Target, jobs, targets
from relook_lsp.cli.targets import arguments as shared
from relook_lsp.core.errors import UsageError
from relook_lsp.core.finding import Severity
from relook_lsp.report import Reviewed

HELP = "look at pages and say what is visibly wrong"
FORMATS = ("terminal", "json", "sarif", "html")
FAIL_ON = ("error", "warning", "never")


def arguments(parser: argparse.ArgumentParser) -> None:
    shared(parser)
    parser.add_argument("--format", choices=FORMATS, help="default: terminal, or what the name of --output says")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write a picture of every finding there")
    parser.add_argument("--fail-on", choices=FAIL_ON, default="error", help="exit with 1 from this severity on")
    parser.add_argument("--quiet", action="store_true", help="no progress, and nothing about pages without findings")
    parser.add_argument("--save-snapshots", type=Path, metavar="DIR", help="keep what the browser saw")
    parser.add_argument("--from-snapshots", type=Path, metavar="DIR", help="judge what was kept, without a browser")


def run(options: argparse.Namespace) -> int:
    """0 nothing at or above ``--fail-on``, 1 findings, 3 where a page could not be reviewed."""
    if options.from_snapshots is not None:
        pages = _replayed(options)
    else:
        chosen = targets(options)
        pages = asyncio.run(_reviewed(chosen, options))
    files = _pictures(pages, options.pictures, options.output) if options.pictures else {}
    _write(pages, options, files)
    if any(not page.report.reviewed for page in pages):
        return 3
    return 1 if _fails(pages, options.fail_on) else 0


async def _reviewed(chosen: Sequence[Target], options: argparse.Namespace) -> list[Reviewed]:
    from relook_lsp.review.review import review
    from relook_lsp.review.store import save

    keep_pictures = options.pictures is not None or _format(options) == "html"

    async def one(driver: Driver, target: Target) -> Reviewed:
        result = await review(driver, target.page, target.config.settings)
        if options.save_snapshots is not None and result.snapshot is not None:
            await asyncio.to_thread(save, result.snapshot, options.save_snapshots)
        needs = keep_pictures or _format(options) == "terminal"
        return Reviewed(result.report, result.snapshot if needs else None)

    first = chosen[0].config
    return await over(
        chosen, one, browser=first.browser, jobs=jobs(first), quiet=options.quiet, name=lambda target: target.page.entry
    )


def _replayed(options: argparse.Namespace) -> list[Reviewed]:
    from relook_lsp.critics.rule import Options
    from relook_lsp.review import config
    from relook_lsp.review.review import replay
    from relook_lsp.review.store import load_all

    base = config.load(config.find_root(Path.cwd(), options.root), {}, options.config).settings.options
    judged = Options(base.contrast_level, base.severities, frozenset(options.rule or ()))
    pages = [Reviewed(replay(snapshot, judged), snapshot) for snapshot in load_all(options.from_snapshots)]
    if not pages:
        raise UsageError(f"there is no snapshot in {options.from_snapshots}")
    return pages


def _format(options: argparse.Namespace) -> str:
    if options.format:
        return options.format
    by_suffix = {".json": "json", ".sarif": "sarif", ".html": "html", ".htm": "html"}
    return by_suffix.get(options.output.suffix.lower(), "terminal") if options.output else "terminal"


def _write(pages: Sequence[Reviewed], options: argparse.Namespace, files: dict[tuple[str, str, str], str]) -> None:
    kind = _format(options)
    if kind == "terminal":
        from rich.console import Console

        from relook_lsp.report.terminal import render

        if options.output is None:
            render(pages, Console(highlight=False, soft_wrap=True), quiet=options.quiet)
            return
        options.output.parent.mkdir(parents=True, exist_ok=True)
        with options.output.open("w", encoding="utf-8") as file:
            render(pages, Console(file=file, highlight=False, soft_wrap=True, width=160), quiet=options.quiet)
        return
    if kind == "json":
        from relook_lsp.report.json import render as render_json

        text = render_json(pages, files)
    elif kind == "sarif":
        from relook_lsp.critics.registry import RULES
        from relook_lsp.report.sarif import described
        from relook_lsp.report.sarif import render as render_sarif

        text = render_sarif(pages, [described(rule) for rule in RULES])
    else:
        from relook_lsp.critics.registry import BY_ID
        from relook_lsp.report.html import render as render_html

        text = render_html(pages, {name: (rule.title, rule.why, rule.fix) for name, rule in BY_ID.items()})
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, "utf-8")


def _pictures(pages: Sequence[Reviewed], folder: Path, output: Path | None) -> dict[tuple[str, str, str], str]:
    """Write the crops; the name says page, rule and place, so that the same finding keeps its file."""
    from relook_lsp.report.pictures import crop

    folder.mkdir(parents=True, exist_ok=True)
    files: dict[tuple[str, str, str], str] = {}
    for page in pages:
        if page.snapshot is None:
            continue
        for finding in (*page.report.findings, *page.report.suppressed):
            data = crop(page.snapshot, finding)
            if data is not None:
                key = hashlib.sha256(f"{page.report.page}\0{finding.key}".encode()).hexdigest()[:12]
                name = f"{finding.rule}-{key}.png"
                (folder / name).write_bytes(data)
                files[page.report.page, finding.rule, finding.key] = (folder / name).as_posix()
    return files


def _fails(pages: Sequence[Reviewed], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    least = Severity(fail_on).rank
    return any(finding.severity.rank >= least for page in pages for finding in page.report.findings)
