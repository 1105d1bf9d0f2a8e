"""What was seen, on disk: one gzipped JSON file a page, pictures beside it, each stored once."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relook_lsp.core.atomic import write_atomically
from relook_lsp.core.errors import UsageError
from relook_lsp.core.failures import describe_write_error
from relook_lsp.core.finding import Problem, Report, Severity
from relook_lsp.core.page import hash_texts
from relook_lsp.core.snapshot import SCHEMA, Frame, Snapshot
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import Review, replay_review
from relook_lsp.review.snapshot_codec import decode_snapshot, encode_snapshot
from relook_lsp.review.untrusted import NotASnapshot, parse, read_picture, read_text

_SUFFIX = ".relook.json.gz"
_SEVERITIES = frozenset((*Severity, "off"))
_PICTURE = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredReview:
    """One page of a run: what the browser saw, or why it saw nothing, and how it was judged."""

    page: str
    snapshot: Snapshot | None
    problems: tuple[Problem, ...]
    options: CriticOptions
    order: int

    def review(self, options: CriticOptions | None = None) -> Review:
        """The report as it was made then, or as other options make it; no browser, no timings."""
        if self.snapshot is None:
            return Review(Report(self.page, valid=False, problems=self.problems, reviewed=False), None)
        return Review(replay_review(self.snapshot, options or self.options), self.snapshot)


def save_review(review: Review, options: CriticOptions, folder: Path, order: int = 0) -> Path:
    """Write a review's snapshot; ``order`` is its place in the run. The same page of the same folder is
    written over. Raises ``UsageError`` and ``NotWritten``."""
    try:
        return _write_snapshot(review, options, folder, order)
    except OSError as error:
        raise describe_write_error(folder, error) from error


def _write_snapshot(review: Review, options: CriticOptions, folder: Path, order: int) -> Path:
    pictures = folder / "frames"
    pictures.mkdir(parents=True, exist_ok=True)

    def keep(frame: Frame) -> str:
        target = pictures / f"{frame.hash}.png"
        if not target.exists():
            write_atomically(target, frame.png)
        return frame.hash

    page = review.report.page
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "order": order,
        "page": page,
        "problems": [] if review.snapshot is not None else review.report.problems,
        "options": {
            "contrast_level": options.contrast_level,
            "severities": dict(options.severities),
            "only": sorted(options.only),
        },
        "snapshot": None if review.snapshot is None else encode_snapshot(review.snapshot, keep),
    }
    name = "".join(c if (c.isalnum() and c.isascii()) or c in "-_." else "_" for c in page)[-80:].lstrip(".")
    target = folder / f"{name}-{hash_texts(page)[:8]}{_SUFFIX}"
    text = json.dumps(body, separators=(",", ":"))
    write_atomically(target, gzip.compress(text.encode("ascii"), compresslevel=5, mtime=0))
    return target


def snapshot_paths(folder: Path) -> list[Path]:
    """Files of the snapshots below a folder."""
    return sorted(folder.rglob(f"*{_SUFFIX}"))


def load_reviews(folder: Path) -> list[StoredReview]:
    """Every snapshot below a folder, in the order of its run. Raises ``UsageError``."""
    found = [load_review(path) for path in snapshot_paths(folder)]
    if not found:
        raise UsageError(f"there is no snapshot in {folder}")
    return sorted(found, key=lambda stored: stored.order)


def load_review(path: Path) -> StoredReview:
    """Raises ``UsageError`` where the file is not a snapshot of this version."""
    try:
        body: dict[str, Any] = parse(read_text(path))
        version = body["schema"]
        if version == SCHEMA:
            return _decode_stored_review(body, path.parent / "frames")
    except MemoryError:
        raise
    except Exception as error:
        # Whatever a foreign file makes the readers raise.
        why = str(error) if isinstance(error, NotASnapshot) else type(error).__name__
        raise UsageError(f"{path} is not a stored snapshot ({why})") from error
    if not isinstance(version, int):
        raise UsageError(f"{path} is not a stored snapshot (its version is not a number)")
    raise UsageError(f"{path} is of version {version}, not {SCHEMA}; capture the page again")


def _decode_stored_review(body: Mapping[str, Any], pictures: Path) -> StoredReview:
    frames: dict[str, Frame] = {}

    def picture(name: str) -> Frame:
        if not _PICTURE.fullmatch(name):
            raise ValueError(name)
        if name not in frames:
            frames[name] = read_picture(pictures / f"{name}.png")
        return frames[name]

    options = body["options"]
    severities = {_text(rule): _text(chosen) for rule, chosen in options["severities"].items()}
    if not set(severities.values()) <= _SEVERITIES or options["contrast_level"] not in ("AA", "AAA"):
        raise NotASnapshot("its options are unknown")
    if type(body["order"]) is not int:
        raise NotASnapshot("its place in the run is not a number")
    return StoredReview(
        page=_text(body["page"]),
        snapshot=None if body["snapshot"] is None else decode_snapshot(body["snapshot"], picture),
        problems=tuple(Problem(_text(kind), _text(message)) for kind, message in body["problems"]),
        options=CriticOptions(options["contrast_level"], severities, frozenset(map(_text, options["only"]))),
        order=body["order"],
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NotASnapshot("a text is not a text")
    return value
