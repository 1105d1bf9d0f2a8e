"""Settings of a project: read once, checked against the schema, and frozen."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from relook_lsp.browser.plan import Plan
from relook_lsp.core.errors import SettingsError
from relook_lsp.core.snapshot import Viewport
from relook_lsp.critics.registry import BY_ID
from relook_lsp.critics.rule import Options
from relook_lsp.review.review import Settings

FILE = "relook.toml"
TOUCH_BELOW = 768


@dataclass(frozen=True)
class ModelSettings:
    """An endpoint of the OpenAI protocol; no endpoint, no model."""

    endpoint: str = ""
    model: str = ""


@dataclass(frozen=True)
class Config:
    """Everything a project can set, with the defaults filled in."""

    settings: Settings
    sites: tuple[str, ...]
    entry: tuple[str, ...]
    browser: str
    jobs: int
    policy: ModelSettings
    critic: ModelSettings


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of all keys."""
    return json.loads(Path(__file__).with_name("config.schema.json").read_text("utf-8"))


def find_root(page: Path, explicit: Path | None = None) -> Path:
    """The folder below which files may be read: the one given, else the nearest with ``relook.toml``,
    ``[tool.relook]`` or ``.git``, else the page's own folder."""
    if explicit is not None:
        return explicit.resolve()
    start = page.resolve() if page.is_dir() else page.resolve().parent
    for folder in (start, *start.parents):
        if (folder / FILE).is_file() or (folder / ".git").exists() or _table(folder / "pyproject.toml") is not None:
            return folder
    return start


def load(root: Path, overrides: Mapping[str, object] | None = None, file: Path | None = None) -> Config:
    """The project file of the root (or ``file``), overlaid by ``overrides`` key by key. Raises ``SettingsError``."""
    values: dict[str, Any] = {}
    source = file or next((p for p in (root / FILE, root / "pyproject.toml") if p.is_file()), None)
    if source is not None:
        values = _table(source, strict=True) or {}
        check(values, str(source))
    if overrides:
        check(overrides, "the given settings")
        values = _merged(values, cast("Mapping[str, Any]", overrides))
    return resolve(values)


def check(values: Mapping[str, object], where: str) -> None:
    """Raises ``SettingsError`` with one sentence that names the key."""
    from jsonschema import Draft202012Validator

    validator: Any = Draft202012Validator(schema())
    errors: list[Any] = sorted(validator.iter_errors(dict(values)), key=_place)
    if errors:
        error = errors[0]
        key = ".".join(_place(error))
        about = f"'{key}' in {where}" if key else where
        raise SettingsError(f"{about} is not valid: {error.message}.")
    rules = cast("Mapping[str, str]", values.get("rules") or {})
    unknown = next((rule for rule in rules if rule not in BY_ID), None)
    if unknown is not None:
        raise SettingsError(f"'rules.{unknown}' in {where}: there is no rule of that name; 'relook rules' lists them.")


def _place(error: Any) -> list[str]:
    return [str(part) for part in error.absolute_path]


def resolve(values: Mapping[str, Any]) -> Config:
    """Values that passed the check, with defaults, as one frozen object."""
    chosen = _merged(defaults(), values)
    entry = chosen["entry"]
    plan = Plan(
        viewports=tuple(viewport(text) for text in chosen["viewports"]),
        moments=tuple(sorted(set(chosen["moments"]))),
        sweep=tuple(sorted(set(chosen["sweep"]))),
        touch_below=TOUCH_BELOW,
        scripts=chosen["scripts"],
        allowed_hosts=tuple(host.lower() for host in chosen["allowedHosts"]),
        timeout=float(chosen["timeout"]),
    )
    options = Options(contrast_level=chosen["contrast"]["level"], severities=dict(chosen["rules"]))
    return Config(
        settings=Settings(plan, options),
        sites=tuple(chosen["sites"]),
        entry=(entry,) if isinstance(entry, str) and entry else tuple(entry or ()),
        browser=chosen["browser"],
        jobs=chosen["jobs"],
        policy=ModelSettings(**chosen["policy"]),
        critic=ModelSettings(**chosen["critic"]),
    )


def viewport(text: str) -> Viewport:
    """``375x812`` as a viewport. Raises ``SettingsError``."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()) or not (50 <= int(width) <= 9999 and 50 <= int(height) <= 9999):
        raise SettingsError(f"'{text}' is not a viewport; write WIDTHxHEIGHT, for example 375x812.")
    return Viewport(int(width), int(height), int(width) < TOUCH_BELOW)


@cache
def _defaults(text: str) -> dict[str, Any]:
    properties: dict[str, Any] = json.loads(text)["properties"]
    return {
        key: {name: part["default"] for name, part in value["properties"].items()}
        if "properties" in value
        else value["default"]
        for key, value in properties.items()
    }


def defaults() -> dict[str, Any]:
    """The default of every key, as the schema states it."""
    return _defaults(json.dumps(schema()))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = {**cast("Mapping[str, Any]", old), **cast("Mapping[str, Any]", value)} if both else value
    return result


def _table(path: Path, *, strict: bool = False) -> dict[str, Any] | None:
    """The settings of a file; None where it has none. With ``strict`` a file that cannot be read is an error."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        if strict:
            raise SettingsError(f"{path} could not be read: {error}.") from error
        return None
    if path.name == "pyproject.toml":
        return data.get("tool", {}).get("relook")
    return data
