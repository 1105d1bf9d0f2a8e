"""Edits of settings files keep everything else, and give valid files."""

from __future__ import annotations

import tomllib

import pytest

from relook_lsp.review import config
from relook_lsp.review.settings_edits import allow_host, turn_rule_off

FILES = {
    "nothing": ("relook.toml", ""),
    "no line end": ("relook.toml", 'viewports = ["375x812"]'),
    "comment and tables": ("relook.toml", '# ours\nallowedHosts = [\n  "a.test",\n]\n\n[contrast]\nlevel = "AAA"\n'),
    "table": ("relook.toml", '[contrast]\nlevel = "AA"\n[rules]\nuneven-gaps = "off"\n'),
    "inline table": ("relook.toml", 'rules = { uneven-gaps = "off" }\n[editor]\ndelay = 5\n'),
    "empty inline table": ("relook.toml", "rules = {}\n"),
    "dotted": ("relook.toml", 'rules.uneven-gaps = "off"\nallowedHosts = []\n'),
    "project": ("pyproject.toml", '[project]\nname = "x"\n[tool.relook]\njobs = 2\n[tool.other]\na = 1\n'),
    "project with table": ("pyproject.toml", '[tool.relook]\nallowedHosts = ["a.test"]\n\n[tool.relook.rules]\nuneven-gaps = "off"\n'),
}  # fmt: skip


def _read(path: str, text: str) -> dict[str, object]:
    data = tomllib.loads(text)
    return data.get("tool", {}).get("relook", {}) if path == "pyproject.toml" else data


@pytest.mark.parametrize("name", FILES)
def test_a_rule_is_turned_off(name: str) -> None:
    path, before = FILES[name]
    patch = turn_rule_off(path, before, "low-contrast")
    assert patch is not None
    after = patch.apply(path, before)
    values, old = _read(path, after), _read(path, before)
    config.check_settings(values, path)
    assert values["rules"] == {**old.get("rules", {}), "low-contrast": "off"}  # type: ignore[dict-item]
    assert {**values, "rules": 0} == {**old, "rules": 0}
    assert all(line in after for line in before.splitlines() if "rules = {" not in line)


@pytest.mark.parametrize("name", FILES)
def test_a_host_is_allowed(name: str) -> None:
    path, before = FILES[name]
    patch = allow_host(path, before, "fonts.test")
    assert patch is not None
    values, old = _read(path, patch.apply(path, before)), _read(path, before)
    config.check_settings(values, path)
    assert sorted(values["allowedHosts"]) == sorted([*old.get("allowedHosts", []), "fonts.test"])  # type: ignore[call-overload,misc]
    assert {**values, "allowedHosts": 0} == {**old, "allowedHosts": 0}


def test_a_file_that_is_not_understood_is_left_alone() -> None:
    assert turn_rule_off("relook.toml", "rules = ", "low-contrast") is None
    assert allow_host("relook.toml", "[broken", "a.test") is None
