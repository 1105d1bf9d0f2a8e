"""The extension's settings are those of the server: one list of each, compared here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = json.loads((ROOT / "client-vscode/package.json").read_text("utf-8"))
SCHEMA = json.loads((ROOT / "relook_lsp/review/config.schema.json").read_text("utf-8"))
SETTINGS: dict[str, dict[str, Any]] = PACKAGE["contributes"]["configuration"]["properties"]

OWN = {"relook.python", "relook.trace.server"}
"""Of the extension alone."""

COMMAND_LINE = {"jobs"}
"""Of the command line alone."""

SAME = ("type", "enum", "default", "items", "minimum", "maximum", "exclusiveMinimum", "description")


def keys(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in schema["properties"].items():
        if "properties" in value:
            yield from keys(value, f"{prefix}{key}.")
        elif prefix + key not in COMMAND_LINE:
            yield prefix + key, value


def test_the_lists_are_the_same() -> None:
    assert set(SETTINGS) - OWN == {f"relook.{key}" for key, _ in keys(SCHEMA)}


def test_each_setting_is_the_same() -> None:
    for key, value in keys(SCHEMA):
        shown = SETTINGS[f"relook.{key}"]
        assert {name: shown.get(name) for name in SAME} == {name: value.get(name) for name in SAME}, key


def test_what_runs_or_is_asked_is_not_the_workspaces_to_choose() -> None:
    """The settings of a workspace (``.vscode/settings.json``) are part of the project."""
    restricted = set(PACKAGE["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    users = {f"relook.{key}" for key, value in keys(SCHEMA) if value["setBy"] != "anyone"}
    assert restricted == users | {"relook.python"}
    for key in ("relook.python", "relook.browser", "relook.policy.endpoint", "relook.critic.endpoint"):
        assert key in restricted
        assert SETTINGS[key]["scope"] == "machine-overridable"


def test_every_command_of_a_menu_is_declared() -> None:
    declared = {one["command"] for one in PACKAGE["contributes"]["commands"]}
    menus = PACKAGE["contributes"]["menus"].values()
    assert {entry["command"] for menu in menus for entry in menu} <= declared
    # The language client registers the server's own commands; ours must have other names.
    assert not declared & {"relook.refine", "relook.why", "relook.review", "relook.report"}


def test_every_picture_that_is_named_is_there_and_small() -> None:
    client = ROOT / "client-vscode"
    steps = [step for one in PACKAGE["contributes"]["walkthroughs"] for step in one["steps"]]
    named = re.findall(r"\]\((media/[^)]+)\)", (client / "README.md").read_text("utf-8"))
    named += [PACKAGE["icon"], *(step["media"]["image"] for step in steps)]
    sizes = {name: (client / name).stat().st_size for name in named}
    assert set(named) == {f"media/{path.name}" for path in (client / "media").glob("*.png")}
    assert max(sizes.values()) < 120_000 and sum(sizes.values()) < 600_000
