"""A snapshot as plain JSON values, and back. Pictures and layouts that views share are written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, get_origin, get_type_hints

from cattrs import Converter

from relook_lsp.core.snapshot import Evidence, Frame, Layout, Snapshot
from relook_lsp.review.untrusted import MAX_COORDINATE, check_axe, check_layout, check_snapshot

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
    """Raises an ``Exception`` of some kind for anything that ``encoded`` did not make: the body may come from anyone."""
    layouts: list[Layout] = []
    for raw, properties in body["layouts"]:
        check_layout(raw, properties)
        layouts.append(Layout(raw, tuple(properties)))
    check_axe(body["axe"])
    convert, plain = _make_converter(), _make_converter()
    convert.register_structure_hook(Frame, lambda name, _: picture(name))

    def layout(number: object, _: object) -> Layout:
        if type(number) is not int or number < 0:
            raise ValueError(number)
        return layouts[number]

    convert.register_structure_hook(Layout, layout)

    def evidence(value: Mapping[str, Any], _: object) -> Evidence:
        fields = {name: {tuple(k): v for k, v in field} if name in _PAIRS else field for name, field in value.items()}
        return plain.structure(fields, Evidence)

    convert.register_structure_hook(Evidence, evidence)
    snapshot = convert.structure(body, Snapshot)
    check_snapshot(snapshot)
    return snapshot


def _make_converter() -> Converter:
    """Converts nothing: a value that has not the type of its field is refused."""
    convert = Converter(detailed_validation=False)
    for kind, read in ((str, _exactly(str)), (bool, _exactly(bool)), (int, _whole), (float, _real)):
        convert.register_structure_hook(kind, read)

    def named(values: Sequence[Any], kind: Any) -> Any:
        fields = _fields(kind)
        if len(values) != len(fields):
            raise ValueError(kind.__name__)
        return kind(*(convert.structure(value, hint) for value, hint in zip(values, fields, strict=True)))

    convert.register_structure_hook_func(_is_plain_named_tuple, named)
    return convert


@cache
def _fields(kind: Any) -> tuple[Any, ...]:
    return tuple(get_type_hints(kind).values())


def _exactly(kind: type) -> Callable[[object, object], object]:
    def read(value: object, _: object) -> object:
        if type(value) is not kind:
            raise ValueError(f"{value!r:.40} is not {kind.__name__}")
        return value

    return read


def _whole(value: object, _: object) -> int:
    if type(value) is not int or abs(value) >= 1 << 53:
        raise ValueError(f"{value!r:.40} is not a whole number")
    return value


def _real(value: object, _: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= MAX_COORDINATE:
        raise ValueError(f"{value!r:.40} is not a number")
    return float(value)


def _is_plain_named_tuple(kind: Any) -> bool:
    """Rectangles, viewports and the like: all of their fields are plain values."""
    return isinstance(kind, type) and hasattr(kind, "_fields")
