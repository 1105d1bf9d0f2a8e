"""Which settings the files of a project may choose before the user trusts the project.

The schema classifies each key by ``setBy``. Keys that choose a program, a host or an endpoint belong to the user: whoever
wrote the project must not decide what runs on the user's machine or where the user's data goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from relook_lsp.core.page import is_url


def _paths(value: Any) -> Any:
    """Those of one or several entries that are no URLs."""
    if isinstance(value, str):
        return None if is_url(value) else value
    return [one for one in value if not is_url(one)]


PROJECT_MAY_SET: Mapping[str, Callable[[Any], Any]] = {
    "anyone": lambda value: value,
    "user": lambda _value: None,
    "user if URL": _paths,
    "user to turn on": lambda value: None if value else value,
}
"""For each class of ``setBy``: the part of a value that an untrusted project may set, None for nothing. The value has
passed the schema."""


@dataclass(frozen=True)
class IgnoredSettings:
    """Settings of an untrusted project that have no effect. ``keys`` are dotted names in the order of the file;
    ``source`` names the file, or the channel, that holds them."""

    keys: tuple[str, ...] = ()
    source: str = ""

    def __bool__(self) -> bool:
        return bool(self.keys)

    def message(self, how_to_trust: str) -> str:
        """One sentence for the user; ``how_to_trust`` completes "to use them, ..."."""
        names = ", ".join(f"'{key}'" for key in self.keys)
        it, were = ("it", "was") if len(self.keys) == 1 else ("them", "were")
        return (
            f"{names} in {self.source} {were} ignored, because a project may not choose what runs or where data goes; "
            f"to use {it}, {how_to_trust}."
        )


NONE_IGNORED = IgnoredSettings()


def split_untrusted_settings(
    values: Mapping[str, Any], schema: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(what an untrusted project may set of ``values``, dotted names of the keys of which something is left out).
    ``values`` passed the schema."""
    allowed: dict[str, Any] = {}
    ignored: list[str] = []
    for key, value in values.items():
        part: Mapping[str, Any] = schema["properties"][key]
        if "properties" in part:
            inner, names = split_untrusted_settings(cast("Mapping[str, Any]", value), part)
            ignored += [f"{key}.{name}" for name in names]
            if inner:
                allowed[key] = inner
            continue
        left = PROJECT_MAY_SET[part["setBy"]](value)
        if left is not None:
            allowed[key] = left
        if left != value:
            ignored.append(key)
    return allowed, tuple(ignored)


def is_covered_by_trust(trusted_folders: tuple[Path, ...], root: Path) -> bool:
    """Whether trust in these folders holds for a root: it lies in one of them. Trust in a folder says nothing of the
    folders above it, which may belong to somebody else (``/tmp``)."""
    return any(root.is_relative_to(folder) for folder in trusted_folders)
