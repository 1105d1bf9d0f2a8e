"""Stored snapshots of the cases: one archive a rule, so that what its pages and windows share is compressed once.

An archive holds ``<case>.json`` (when the snapshot is valid, and the snapshot as ``relook_lsp.review.snapshot_codec`` writes it)
and ``frames/<hash>.png``. Frames are uncompressed PNG with the same pixels as the browser's: xz compresses them together,
many times better than one by one.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from PIL import Image

from relook_lsp.browser.gather.dom import PROPERTIES
from relook_lsp.core.atomic import write_atomically
from relook_lsp.core.finding import Need, Report
from relook_lsp.core.snapshot import SCHEMA, Frame, Snapshot
from relook_lsp.critics.engine import judge_snapshot
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.assemble import assemble_report, needed_styles
from relook_lsp.review.snapshot_codec import decode_snapshot, encode_snapshot
from tests.rules.case import ARCHIVE, PLAN, Case

_PACKED = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 26}]


class Unusable(Exception):
    """A stored snapshot cannot stand for its page; the message says what to do."""

    def __init__(self, case: Case, why: str) -> None:
        super().__init__(f"{case}: {why}; run 'make snapshots RULES={case.rule}'.")


@dataclass(frozen=True)
class StoredSnapshot:
    """``unanswered`` are the questions of the rules and of the locator that the browser could not answer."""

    snapshot: Snapshot
    unanswered: frozenset[str]


def replayed(case: Case) -> tuple[Report, Snapshot]:
    """The report of the stored snapshot. Raises ``Unusable``."""
    stored = load(case)
    snapshot = stored.snapshot
    absent = {name for view in snapshot.views for name in set(PROPERTIES) - set(view.layout.properties)}
    if absent:
        raise Unusable(case, f"the stored snapshot lacks computed styles ({', '.join(sorted(absent))})")
    judgement = judge_snapshot(snapshot, case.options)
    new = _open_questions(judgement.needs, needed_styles(judgement), snapshot) - stored.unanswered
    if new:
        raise Unusable(case, f"the stored snapshot lacks an answer that is now asked for ({min(new)})")
    return assemble_report(snapshot, judgement), snapshot


def _open_questions(needs: Iterable[Need], styles: Iterable[tuple[str, str]], snapshot: Snapshot) -> frozenset[str]:
    """What the snapshot does not answer, in a form that is independent of the names of classes."""
    kinds = get_args(Need)
    asked = [f"question {kinds.index(type(need))} about {json.dumps(need)}" for need in needs]
    answered = snapshot.evidence.styles
    return frozenset(asked) | {f"declarations of {json.dumps(pair)}" for pair in styles if pair not in answered}


def to_store(snapshot: Snapshot, options: CriticOptions) -> StoredSnapshot:
    """A snapshot whose review has ended: what is still asked now, the browser could not answer."""
    judgement = judge_snapshot(snapshot, options)
    return StoredSnapshot(snapshot, _open_questions(judgement.needs, needed_styles(judgement), snapshot))


# -- archives


def load(case: Case) -> StoredSnapshot:
    """Raises ``Unusable`` where there is none, or one that is of another page, format or plan."""
    files = _files(case.folder / ARCHIVE)
    text = files.get(f"{case.name}.json")
    if text is None:
        raise Unusable(case, "there is no stored snapshot")
    body: dict[str, Any] = json.loads(text)
    if body["format"] != snapshot_format():
        raise Unusable(case, "the stored snapshot has another format (the fields of Snapshot or its SCHEMA changed)")
    if body["files"] != case.fingerprint():
        raise Unusable(case, "the stored snapshot is older than its page or a file beside it")
    if body["plan"] != plan():
        raise Unusable(case, "the stored snapshot was captured with another plan (windows, moments or widths)")
    frames: dict[str, Frame] = {}

    def frame(name: str) -> Frame:
        if name not in frames:
            frames[name] = Frame(files[f"frames/{name}.png"])
        return frames[name]

    try:
        snapshot = decode_snapshot(body["snapshot"], frame)
    except Exception as error:
        # Whatever another format makes the reader raise.
        raise Unusable(case, f"the stored snapshot cannot be read ({type(error).__name__}: {error})") from error
    return StoredSnapshot(snapshot, frozenset(body["unanswered"]))


def stored_names(folder: Path) -> frozenset[str]:
    """Names of the cases that a rule's archive holds."""
    return frozenset(name.removesuffix(".json") for name in _files(folder / ARCHIVE) if name.endswith(".json"))


@lru_cache(maxsize=1)  # some 100 MB
def _files(archive: Path) -> Mapping[str, bytes]:
    if not archive.is_file():
        return {}
    with tarfile.open(archive, "r:xz") as tar:
        return {member.name: content.read() for member in tar if (content := tar.extractfile(member)) is not None}


def write(folder: Path, snapshots: Mapping[Case, StoredSnapshot]) -> None:
    """Replace the archive of a rule. The same snapshots give the same bytes. Raises ``OSError``."""
    frames: dict[str, bytes] = {}
    bodies: dict[str, bytes] = {}

    def keep(frame: Frame) -> str:
        png = _uncompressed(frame.png)
        name = hashlib.sha256(png).hexdigest()[:20]
        frames[f"frames/{name}.png"] = png
        return name

    for case, stored in snapshots.items():
        body = {
            "format": snapshot_format(),
            "files": case.fingerprint(),
            "plan": plan(),
            "unanswered": sorted(stored.unanswered),
            "snapshot": encode_snapshot(stored.snapshot, keep),
        }
        bodies[f"{case.name}.json"] = json.dumps(body, separators=(",", ":")).encode("ascii")
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        # In the order of the cases, so that like lies beside like.
        for name, data in (*bodies.items(), *frames.items()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    write_atomically(folder / ARCHIVE, lzma.compress(content.getvalue(), check=lzma.CHECK_CRC64, filters=_PACKED))
    _files.cache_clear()


def _uncompressed(png: bytes) -> bytes:
    """The same pixels; a byte a pixel where a palette holds all colours."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    colours = picture.getcolors(256)
    if colours is not None:
        palette = [colour for _, colour in sorted(colours, key=lambda one: one[1])]
        indexed = picture.quantize(palette=_palette(palette), dither=Image.Dither.NONE)
        if indexed.convert("RGB").tobytes() == picture.tobytes():
            picture = indexed
    target = io.BytesIO()
    picture.save(target, "png", compress_level=0)
    return target.getvalue()


def _palette(colours: list[Any]) -> Image.Image:
    image = Image.new("P", (1, 1))
    image.putpalette([channel for colour in colours for channel in colour])
    return image


# -- what a snapshot depends on


def plan() -> str:
    """What a capture looks at, without how long it may take."""
    return hashlib.sha256(json.dumps(asdict(replace(PLAN, timeout=0)), sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def snapshot_format() -> str:
    """Changes with ``SCHEMA`` and with the fields of everything that a snapshot is made of."""
    fields: list[str] = [str(SCHEMA)]
    waiting: list[Any] = [Snapshot]
    known: set[Any] = set()
    while waiting:
        kind: Any = waiting.pop()
        if kind in known:
            continue
        known.add(kind)
        waiting += get_args(kind)
        if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
            hints = get_type_hints(kind)
            fields += hints  # in their order: tuples are stored without names
            waiting += hints.values()
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
