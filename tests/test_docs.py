"""What the documentation says, checked against the code."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.cli import COMMANDS
from relook_lsp.core.errors import NotWritten, RelookError
from relook_lsp.critics.registry import BY_ID
from relook_lsp.models.chat import ModelError
from relook_lsp.review import config
from relook_lsp.source.suppress import read_suppressions

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def _blocks(page: Path, language: str) -> list[str]:
    fences = re.finditer(r"^```(\w*)\n(.*?)^```$", page.read_text("utf-8"), re.S | re.M)
    return [fence[2] for fence in fences if fence[1] == language]


def _commands() -> list[list[str]]:
    """Every ``relook ...`` line of the documentation, comments left out."""
    lines = [
        line for page in PAGES for block in _blocks(page, "") + _blocks(page, "yaml") for line in block.splitlines()
    ]
    found = [re.search(r"(?:^|run: |&& |/bin/)relook (?P<words>[^&]+)", line) for line in lines]
    return [shlex.split(match["words"], comments=True) for match in found if match is not None]


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    import_module(f"relook_lsp.cli.{command.replace('-', '_')}").add_arguments(parser)
    return parser


def test_every_command_line_is_one_that_works() -> None:
    commands = _commands()
    assert {words[0] for words in commands} >= {"review", "refine", "explain", "doctor", "install-browser"}
    for words in commands:
        assert words[0] in COMMANDS, words
        options, unknown = _parser(words[0]).parse_known_args(words[1:])
        assert not unknown, words
        named = getattr(options, "rule", None) or []
        assert set([named] if isinstance(named, str) else named) <= set(BY_ID), words


def test_every_make_target_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {name for page in PAGES for name in re.findall(r"\bmake ([a-z-]+)", _code(page))}
    assert {"demo", "test", "check"} <= named <= targets


def _code(page: Path) -> str:
    text = page.read_text("utf-8")
    return "\n".join(_blocks(page, "") + re.findall(r"`([^`\n]+)`", text))


@pytest.mark.parametrize("page", PAGES, ids=_NAMES)
def test_settings_shown_are_valid(page: Path) -> None:
    for block in _blocks(page, "toml"):
        config.check_settings(tomllib.loads(block), page.name)
    for block in _blocks(page, "json"):
        body = json.loads(block)
        if "relook" in body and "schema" not in body:
            config.check_settings(body["relook"], page.name)


def test_the_comments_shown_silence_what_they_say() -> None:
    (block,) = _blocks(ROOT / "docs" / "settings.md", "css")
    silence = read_suppressions(block, "css")
    assert silence.is_silenced("low-contrast", 1)
    assert not silence.is_silenced("leaves-container", 1)
    assert silence.is_silenced("leaves-container", 2)


def _rows() -> list[str]:
    """One row for each key, as the schema has it."""
    rows = ["| key | default | who may set it | what it does |", "|---|---|---|---|"]

    def row(name: str, part: dict[str, Any], description: str) -> None:
        values = part.get("enum")
        choices = f" One of {', '.join(f'`{value}`' for value in values)}." if values else ""
        rows.append(f"| `{name}` | `{json.dumps(part['default'])}` | {part['setBy']} | {description}{choices} |")

    for name, part in config.settings_schema()["properties"].items():
        if "properties" not in part:
            row(name, part, part["description"])
        for inner, value in part.get("properties", {}).items():
            row(f"{name}.{inner}", value, value["description"])
    return rows


def test_every_setting_is_in_the_table() -> None:
    table = [line for line in (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines() if line.startswith("|")]
    assert table == _rows(), "put these rows into docs/settings.md:\n" + "\n".join(_rows())


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    named = re.findall(r"^\| ([a-z0-9, -]+) \|", text, re.M)
    rows = {name for names in named for name in names.split(", ")} - {"dependency", "package"}
    groups = project["optional-dependencies"]
    wanted = [*project["dependencies"], *groups["dev"], *groups["train"], *groups["cluster"]]
    python = {re.split(r"[<>=!\[ ]", one)[0] for one in wanted}
    assert python <= rows
    system = set(re.findall(r'wanted="([^"]+)"', (ROOT / ".ci" / "system-packages").read_text("utf-8"))[0].split())
    assert all(package in text for package in system)


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = project["optional-dependencies"]
    _pinned("constraints.txt", [*project["dependencies"], *groups["dev"]])
    _pinned("constraints-train.txt", [*project["dependencies"], *groups["dev"], *groups["train"], *groups["cluster"]])


def _pinned(file: str, wanted: list[str]) -> None:
    lines = (ROOT / ".ci" / file).read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if not line.startswith("#")}
    assert all("==" in line for line in lines if not line.startswith("#"))
    for one in wanted:
        assert re.split(r"[<>=!\[ ]", one)[0].lower() in pinned, one


def test_every_kind_of_problem_is_documented() -> None:
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    assert {ModelError, NotWritten} <= set(RelookError.__subclasses__())  # imported, so that they are among them
    # These end a command instead of standing in a report.
    kinds = {one.kind for one in (RelookError, *RelookError.__subclasses__())} - {"settings", "usage", "not-written"}
    assert all(f"`{kind}`" in text for kind in kinds)
