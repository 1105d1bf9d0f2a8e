"""Which pages a command is about, and the settings that hold for them."""

from __future__ import annotations

import argparse
import glob
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from relook_lsp.cli import option_types
from relook_lsp.cli.trust import notice, trust_argument
from relook_lsp.core.errors import UsageError
from relook_lsp.core.page import CODE_SUFFIXES, Page, is_url
from relook_lsp.report import Notice
from relook_lsp.review import config
from relook_lsp.review.config import Config
from relook_lsp.review.roots import unmarked_root

log = logging.getLogger(__name__)

SUFFIXES = (".html", ".htm", ".xhtml")
SKIPPED = frozenset(("node_modules", "bower_components", "__pycache__", "vendor"))
"""Folders whose pages are not the author's; folders that begin with a dot are left out too."""


@dataclass(frozen=True)
class ReviewTarget:
    page: Page
    config: Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that review and refine share."""
    keys = config.settings_schema()["properties"]
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="pages, style sheets and scripts of pages, globs, folders or URLs (default: 'entry')",
    )
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="folder below which the page may read files (default: found from the page)",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file instead of the root's relook.toml")
    trust_argument(parser)
    parser.add_argument(
        "--viewport",
        type=option_types.parse_viewport_option,
        action="append",
        metavar="WxH",
        help="window size to review; may be repeated",
    )
    parser.add_argument(
        "--rule", type=option_types.parse_rule_id, action="append", metavar="ID", help="only this rule; may be repeated"
    )
    parser.add_argument(
        "--allow-host",
        type=option_types.parse_host,
        action="append",
        metavar="HOST",
        help="host that pages may load from, with its sub-domains; may be repeated",
    )
    parser.add_argument(
        "--jobs",
        type=option_types.count_between(0, keys["jobs"]["maximum"]),
        metavar="N",
        help="pages in parallel (default: one per core)",
    )
    parser.add_argument(
        "--timeout",
        type=option_types.seconds_up_to(keys["timeout"]["maximum"]),
        metavar="S",
        help="seconds for one page",
    )
    parser.add_argument(
        "--critic",
        type=option_types.parse_server,
        metavar="URL",
        help="ask a multimodal model for a second opinion (an OpenAI-compatible server)",
    )
    parser.add_argument(
        "--critic-model", metavar="NAME", help="name of that model (default: the first that the server names)"
    )
    parser.add_argument(
        "--timings",
        action="store_true",
        help="add durations to the JSON report, which then differs from run to run",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the report to this file instead of the terminal"
    )


def resolve_targets(options: argparse.Namespace) -> list[ReviewTarget]:
    """All pages in the order given, each once. A page that is not there is one too, so that the others are still
    looked at, unless there is nothing else. Raises ``UsageError`` and ``SettingsError``."""
    if options.root is not None and not options.root.is_dir():
        raise UsageError(f"the root {options.root} is not a folder")
    configs: dict[Path, Config] = {}

    def settings(root: Path) -> Config:
        if root not in configs:
            configs[root] = _load_config(root, options)
        return configs[root]

    here = config.find_root(Path.cwd(), options.root)
    words: list[str] = options.paths or _settings_entries(here, settings(here))
    if not words and settings(here).ignored:
        raise UsageError(f"name at least one page, folder or URL; {notice(settings(here).ignored).message}")
    if not words:
        raise UsageError("name at least one page, folder or URL, or set 'entry' in relook.toml")
    found: dict[tuple[Path, str], ReviewTarget] = {}
    missing: list[str] = []
    for word in words:
        pages = [page for file in _pages_named_by(word, options.root) for page in _pages_of(file, settings)]
        if not pages:
            missing.append(word)
            pages = [(here, word)]
        for root, entry in pages:
            if not options.paths and not root.is_relative_to(here):
                raise UsageError(f"'entry' names {word}, which leads out of the root {here}; name that page yourself")
            found.setdefault((root, entry), ReviewTarget(Page(root, entry, sites=settings(root).sites), settings(root)))
    if len(missing) == len(words):
        where = "below" if Path(missing[0]).is_dir() else "at"
        raise UsageError(f"there is no page ({', '.join(SUFFIXES)}) {where} {missing[0]}")
    _take_back_interrupted(dict.fromkeys(root for root, _ in found))
    return list(found.values())


def _take_back_interrupted(roots: Iterable[Path]) -> None:
    """Undo edits that a killed run left half written, before a page is captured that they would break."""
    from relook_lsp.refine.journal import take_back_interrupted

    for root in roots:
        for message in take_back_interrupted(root):
            log.warning("%s", message)


def _pages_of(file: tuple[Path, str], settings: Callable[[Path], Config]) -> Iterator[tuple[Path, str]]:
    """The page itself, or the pages that use a style sheet or script. Raises ``UsageError`` where none does."""
    root, name = file
    if is_url(name) or not name.lower().endswith(tuple(CODE_SUFFIXES)):
        yield file
        return
    # On first use: it brings a parser with it.
    from relook_lsp.source.page_graph import MAX_PAGES, pages_using

    pages, _ = pages_using(root, name, {}, MAX_PAGES, settings(root).sites)
    if not pages:
        raise UsageError(f"no page below {root} uses {name}; name the page that it belongs to, or the site's --root")
    for page in pages:
        yield root, page


def notices_of(chosen: Sequence[ReviewTarget]) -> list[Notice]:
    """What the user must know of the settings, once for each settings file."""
    found = dict.fromkeys(target.config.ignored for target in chosen if target.config.ignored)
    return [notice(ignored) for ignored in found]


def _settings_entries(root: Path, settings: Config) -> list[str]:
    return [one if is_url(one) else str(root / one) for one in settings.entry]


def _pages_named_by(text: str, root: Path | None) -> Iterator[tuple[Path, str]]:
    """(root, entry) of every page that a word names; none where nothing is there."""
    if is_url(text):
        if not option_types.has_host(text):
            raise UsageError(f"'{text}' is no URL of a page; write it as http://localhost:5173/")
        yield config.find_root(Path.cwd(), root), text
        return
    path = Path(text)
    if path.is_dir():
        top, files = path, _pages_below(path)
    elif path.is_file():
        top, files = path.parent, [path]
    else:
        literal = next((i for i, part in enumerate(path.parts) if glob.has_magic(part)), len(path.parts))
        top = Path(*path.parts[:literal])
        files = sorted(Path(name) for name in glob.iglob(text, recursive=True) if Path(name).is_file())  # noqa: PTH207
    for file in files:
        yield _locate_page(
            file, root.resolve() if root is not None else config.marked_root(file) or _unmarked(file, top)
        )


def _unmarked(file: Path, top: Path) -> Path:
    """For a style sheet or script named alone the folder of its pages, else the folder that the command names."""
    code = file.suffix.lower() in CODE_SUFFIXES and top == file.parent
    return unmarked_root(file.parent.resolve() / file.name) if code else top.resolve()


def _locate_page(file: Path, base: Path) -> tuple[Path, str]:
    # The folder is resolved and the file is not: where a link leads out of the root, the capture says so.
    absolute = file.parent.resolve() / file.name
    if not absolute.is_relative_to(base):
        raise UsageError(f"{file} is not below the root {base}")
    return base, absolute.relative_to(base).as_posix()


def _pages_below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
        found += [Path(here, name) for name in files if name.lower().endswith(SUFFIXES) and not name.startswith(".")]
    return sorted(found)


def _load_config(root: Path, options: argparse.Namespace) -> Config:
    given = {"viewports": options.viewport, "timeout": options.timeout, "jobs": options.jobs}
    overrides: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    critic = {"endpoint": options.critic, "model": options.critic_model}
    overrides["critic"] = {key: value for key, value in critic.items() if value is not None}
    loaded = config.load_config(root, overrides, options.config, trusted=options.trust)
    hosts: list[str] = options.allow_host or []
    settings = loaded.settings
    plan = replace(settings.plan, allowed_hosts=(*settings.plan.allowed_hosts, *hosts))
    chosen = replace(settings.options, only=frozenset(options.rule or ()))
    return replace(loaded, settings=replace(settings, plan=plan, options=chosen))


def job_count(config_: Config) -> int:
    """How many pages are looked at side by side."""
    return config_.jobs or max(1, os.cpu_count() or 1)
