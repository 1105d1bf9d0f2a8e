"""Edits of a settings file that leave everything else in it as it was."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import PurePosixPath
from typing import Any

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span


def turn_rule_off(path: str, text: str, rule: str) -> Patch | None:
    """Turn a rule off in ``relook.toml`` or ``pyproject.toml``; None where the file is not understood."""
    line = f'{rule} = "off"'
    for pattern, insertion in (
        (rf"^\[{_table_name(path, 'rules')}\][^\n]*\n", f"{line}\n"),
        (r"^rules\s*=\s*\{[ \t]*(?=\})", line),
        (r"^rules\s*=\s*\{", f" {line},"),
        (r"^(?=rules\.[\w-]+\s*=)", f"rules.{line}\n"),
    ):
        patch = _insert_after_match(path, text, pattern, insertion, f"{rule} off")
        if patch is not None and _parse_toml(path, patch.apply(path, text)).get("rules", {}).get(rule) == "off":
            return patch
    end = "" if not text or text.endswith("\n") else "\n"
    gap = "\n" if text else ""
    patch = _insertion_at(path, len(text), f"{end}{gap}[{_table_name(path, 'rules')}]\n{line}\n", f"{rule} off")
    return patch if _parse_toml(path, patch.apply(path, text)).get("rules", {}).get(rule) == "off" else None


def allow_host(path: str, text: str, host: str) -> Patch | None:
    """Allow a host in ``relook.toml`` or ``pyproject.toml``; None where the file is not understood."""
    name, title = json.dumps(host), f"allow {host}"
    start = r"^" if _is_pyproject(path) is False else r"^\[tool\.relook\][^\n]*\n"
    for pattern, insertion in (
        (r"^allowedHosts\s*=\s*\[\s*(?=\])", name),
        (r"^allowedHosts\s*=\s*\[", f"{name}, "),
        (start, f"allowedHosts = [{name}]\n"),
    ):
        patch = _insert_after_match(path, text, pattern, insertion, title)
        if patch is not None and host in _parse_toml(path, patch.apply(path, text)).get("allowedHosts", []):
            return patch
    return None


def _is_pyproject(path: str) -> bool:
    return PurePosixPath(path).name == "pyproject.toml"


def _table_name(path: str, name: str) -> str:
    return f"tool.relook.{name}" if _is_pyproject(path) else name


def _insert_after_match(path: str, text: str, pattern: str, insertion: str, title: str) -> Patch | None:
    match = re.search(pattern, text, re.M)
    return None if match is None else _insertion_at(path, match.end(), insertion, title)


def _insertion_at(path: str, offset: int, insertion: str, title: str) -> Patch:
    return Patch.from_replacements([Replacement(path, Span(offset, offset), "", insertion)], title)


def _parse_toml(path: str, text: str) -> dict[str, Any]:
    """What the file says; nothing where it is no valid TOML any more."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    return data.get("tool", {}).get("relook", {}) if _is_pyproject(path) else data
