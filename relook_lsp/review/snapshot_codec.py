"""A snapshot as plain JSON values, and back. Pictures and layouts that views share are written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_origin

from cattrs import Converter

from relook_lsp.core.snapshot import Evidence, Frame, Layout, Snapshot

_PAIRS = ("styles", "paints", "focus", "flicker")
"""Fields of ``Evidence`` whose keys are pairs, which JSON has no keys for."""


def encode_snapshot(snapshot: Snapshot, keep: Callable[[Frame], str]) -> dict[str, Any]:
    """``keep`` stores a picture and gives its name."""
    layouts = {id(view.layout): view.layout for view in snapshot.views}
    index = {identity: number for number, identity in enumerate(layouts)}
    convert = Converter()
    plain = Converter()
    convert.register_unstructure_hook(Frame, keep)
    convert.register_unstructure_hook(Layout, lambda layout: index[id(layout)])
    convert.register_unstructure_hook_func(lambda kind: get_origin(kind) is frozenset, sorted)

    def evidence(value: Evidence) -> dict[str, Any]:
        fields = plain.unstructure(value)
        return {name: sorted(map(list, field.items())) if name in _PAIRS else field for name, field in fields.items()}

    convert.register_unstructure_hook(Evidence, evidence)
    body = convert.unstructure(snapshot)
    return {"layouts": [[layout.raw, layout.properties] for layout in layouts.values()], **body}


def decode_snapshot(body: Mapping[str, Any], picture: Callable[[str], Frame]) -> Snapshot:
    """Raises an ``Exception`` of some kind for anything that ``encoded`` did not make."""
    layouts = [Layout(raw, tuple(properties)) for raw, properties in body["layouts"]]
    convert, plain = _make_converter(), _make_converter()
    convert.register_structure_hook(Frame, lambda name, _: picture(name))

    def layout(number: int, _: object) -> Layout:
        return layouts[number]

    convert.register_structure_hook(Layout, layout)

    def evidence(value: Mapping[str, Any], _: object) -> Evidence:
        fields = {name: {tuple(k): v for k, v in field} if name in _PAIRS else field for name, field in value.items()}
        return plain.structure(fields, Evidence)

    convert.register_structure_hook(Evidence, evidence)
    return convert.structure(body, Snapshot)


def _make_converter() -> Converter:
    convert = Converter(detailed_validation=False)
    convert.register_structure_hook_func(_is_plain_named_tuple, lambda values, kind: kind(*values))
    return convert


def _is_plain_named_tuple(kind: Any) -> bool:
    """Rectangles, viewports and the like: all of their fields are plain values."""
    return isinstance(kind, type) and hasattr(kind, "_fields")
