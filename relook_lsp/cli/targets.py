"""Which pages a command is about, and the settings that hold for them."""

from __future__ import annotations

import argparse
import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from relook_lsp.core.errors import SettingsError, UsageError
from relook_lsp.core.page import Page
from relook_lsp.critics.registry import BY_ID
from relook_lsp.review import config
from relook_lsp.review.config import Config

_SUFFIXES = (".html", ".htm", ".xhtml")
_SKIPPED = frozenset(("node_modules", "__pycache__", "vendor", "bower_components"))


@dataclass(frozen=True)
class Target:
    page: Page
    config: Config


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options that review and refine share."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="pages, globs, folders or URLs")
    parser.add_argument("--root", type=Path, help="folder below which files may be read (default: found from the page)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file instead of the root's relook.toml")
    parser.add_argument("--viewport", action="append", metavar="WxH", help="window size to look at; may be repeated")
    parser.add_argument("--rule", action="append", metavar="ID", help="only this rule; may be repeated")
    parser.add_argument(
        "--allow-host", action="append", metavar="HOST", help="host the page may load from; may be repeated"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="pages side by side (default: one a core)")
    parser.add_argument("--timeout", type=float, metavar="S", help="seconds for one page")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there instead of to the terminal")


def targets(options: argparse.Namespace) -> list[Target]:
    """All pages in the order given, each once. Raises ``UsageError`` and ``SettingsError``."""
    if not options.paths:
        raise UsageError("name at least one page, folder or URL")
    unknown = next((rule for rule in options.rule or () if rule not in BY_ID), None)
    if unknown is not None:
        raise UsageError(f"there is no rule '{unknown}'; 'relook rules' lists them")
    found: dict[tuple[Path, str], Target] = {}
    configs: dict[Path, Config] = {}
    for text in options.paths:
        for root, entry in _pages(text, options.root):
            if root not in configs:
                configs[root] = _config(root, options)
            loaded = configs[root]
            found.setdefault((root, entry), Target(Page(root, entry, sites=loaded.sites), loaded))
    return list(found.values())


def _pages(text: str, root: Path | None) -> Iterator[tuple[Path, str]]:
    if text.startswith(("http://", "https://")):
        yield config.find_root(Path.cwd(), root), text
        return
    path = Path(text)
    if path.is_dir():
        files = sorted(
            p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file() and not _hidden(p, path)
        )
        if not files:
            raise UsageError(f"there is no page in {text}")
    elif path.is_file():
        files = [path]
    else:
        files = sorted(Path(name) for name in glob.iglob(text, recursive=True) if Path(name).is_file())  # noqa: PTH207
        if not files:
            raise UsageError(f"there is no page at {text}")
    for file in files:
        base = config.find_root(file, root)
        try:
            relative = file.resolve().relative_to(base)
        except ValueError:
            raise UsageError(f"{file} is not below the root {base}") from None
        yield base, relative.as_posix()


def _hidden(path: Path, base: Path) -> bool:
    parts = path.relative_to(base).parts
    return any(part.startswith(".") or part in _SKIPPED for part in parts)


def _config(root: Path, options: argparse.Namespace) -> Config:
    overrides: dict[str, object] = {}
    if options.viewport:
        overrides["viewports"] = options.viewport
    if options.timeout is not None:
        overrides["timeout"] = options.timeout
    if options.jobs is not None:
        overrides["jobs"] = options.jobs
    loaded = config.load(root, overrides, options.config)
    hosts = tuple(host.lower() for host in options.allow_host or ())
    if any(not host or "/" in host for host in hosts):
        raise SettingsError("--allow-host takes a host name, for example cdn.example.com.")
    settings = loaded.settings
    plan = replace(settings.plan, allowed_hosts=(*settings.plan.allowed_hosts, *hosts))
    chosen = replace(settings.options, only=frozenset(options.rule or ()))
    return replace(loaded, settings=replace(settings, plan=plan, options=chosen))


def jobs(config_: Config) -> int:
    """How many pages are looked at side by side."""
    return config_.jobs or max(1, os.cpu_count() or 1)
