"""Snapshots on disk: one gzipped JSON file a page, pictures beside it, each stored once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from relook_lsp.core.errors import UsageError
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import text_hash
from relook_lsp.core.snapshot import (
    SCHEMA,
    Declaration,
    Evidence,
    Frame,
    Image,
    Layout,
    Message,
    Paint,
    Request,
    ScriptPlace,
    Snapshot,
    Source,
    View,
    Viewport,
)  # fmt: skip

_SUFFIX = ".relook.json.gz"


def save(snapshot: Snapshot, folder: Path) -> Path:
    """Write a snapshot; the same page of the same folder is written over."""
    pictures = folder / "frames"
    pictures.mkdir(parents=True, exist_ok=True)

    def frame(one: Frame | None) -> str | None:
        if one is None:
            return None
        target = pictures / f"{one.hash}.png"
        if not target.exists():
            target.write_bytes(one.png)
        return one.hash

    evidence = snapshot.evidence
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "page": snapshot.page,
        "url": snapshot.url,
        "capture": snapshot.capture,
        "views": [
            {
                "viewport": list(view.viewport), "moment": view.moment, "role": view.role, "raw": view.layout.raw,
                "properties": view.layout.properties, "frame": frame(view.frame), "background": frame(view.background),
                "images": [list(vars(image).values()) for image in view.images],
            }
            for view in snapshot.views
        ],
        "messages": [[m.kind, m.text, m.place, m.moment] for m in snapshot.messages],
        "requests": [[r.url, r.kind, r.outcome, r.status, r.path, r.initiator] for r in snapshot.requests],
        "sources": [[s.url, s.path, s.text, s.version, s.kind] for s in snapshot.sources.values()],
        "hang": snapshot.hang,
        "hung": snapshot.hung,
        "listeners": snapshot.listeners,
        "axe": snapshot.axe,
        "unstable": sorted(snapshot.unstable),
        "styles": [[*key, [list(vars(d).values()) for d in value]] for key, value in evidence.styles.items()],
        "paints": [[*key, value.changed, list(value.box)] for key, value in evidence.paints.items()],
        "focus": [[*key, value] for key, value in evidence.focus.items()],
        "creators": [[key, value] for key, value in evidence.creators.items()],
    }  # fmt: skip
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in snapshot.page)[-80:]
    target = folder / f"{name}-{text_hash(snapshot.url)[:8]}{_SUFFIX}"
    with gzip.GzipFile(target, "wb", compresslevel=5, mtime=0) as file:
        file.write(json.dumps(body, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    return target


def load_all(folder: Path) -> Iterator[Snapshot]:
    """Every snapshot of a folder, by name. Raises ``UsageError`` for a file of another version."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        yield load(path)


def load(path: Path) -> Snapshot:
    """Raises ``UsageError`` where the file is not a snapshot of this version."""
    try:
        body: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass"))
        if body["schema"] != SCHEMA:
            raise UsageError(f"{path} is of version {body['schema']}, not {SCHEMA}; capture the page again.")
        return _snapshot(body, path.parent / "frames")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is not a stored snapshot ({type(error).__name__}).") from error


def _snapshot(body: Mapping[str, Any], pictures: Path) -> Snapshot:
    frames: dict[str, Frame] = {}

    def frame(name: str | None) -> Frame | None:
        if name is None:
            return None
        if name not in frames:
            frames[name] = Frame((pictures / f"{name}.png").read_bytes())
        return frames[name]

    views = tuple(
        View(
            Viewport(*v["viewport"]), v["moment"], v["role"], Layout(v["raw"], tuple(v["properties"])),
            frame(v["frame"]), frame(v["background"]), tuple(Image(*image) for image in v["images"]),
        )
        for v in body["views"]
    )  # fmt: skip
    evidence = Evidence(
        styles={(v, k): tuple(_declaration(d) for d in ds) for v, k, ds in body["styles"]},
        paints={(v, k): Paint(n, Rect(*box)) for v, k, n, box in body["paints"]},
        focus={(v, k): n for v, k, n in body["focus"]},
        creators={k: ScriptPlace(*place) for k, place in body["creators"]},
    )
    return Snapshot(
        page=body["page"],
        url=body["url"],
        capture=body["capture"],
        views=views,
        messages=tuple(Message(kind, text, _place(place), moment) for kind, text, place, moment in body["messages"]),
        requests=tuple(Request(u, k, o, s, p, _place(i)) for u, k, o, s, p, i in body["requests"]),
        sources={s[0]: Source(*s) for s in body["sources"]},
        hang=_place(body["hang"]),
        hung=body["hung"],
        listeners=body["listeners"],
        evidence=evidence,
        axe=None if body["axe"] is None else tuple(body["axe"]),
        unstable=frozenset(body["unstable"]),
    )


def _place(value: list[Any] | None) -> ScriptPlace | None:
    return None if value is None else ScriptPlace(*value)


def _declaration(values: list[Any]) -> Declaration:
    return Declaration(*(tuple(value) if isinstance(value, list) else value for value in values))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
