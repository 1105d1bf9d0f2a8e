"""Settings of the user and of a project: read once, checked against the schema, and frozen."""

from __future__ import annotations

import json
import logging
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, cast

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.core.errors import SettingsError
from relook_lsp.core.regular_file import read_regular_file
from relook_lsp.core.snapshot import Viewport
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.settings import ReviewSettings
from relook_lsp.review.trust import NONE_IGNORED, IgnoredSettings, split_untrusted_settings
from relook_lsp.review.user_settings import user_settings_file

log = logging.getLogger(__name__)

FILE = "relook.toml"
MAX_SETTINGS = 1_000_000
"""Bytes of a settings file."""
TOUCH_BELOW = 768
EDITOR = "editor"
"""The endpoint that stands for the model which the editor has."""


@dataclass(frozen=True)
class ModelSettings:
    """An endpoint of the OpenAI protocol, or ``EDITOR``; no endpoint, no model."""

    endpoint: str = ""
    model: str = ""
    tokens: int = 200_000
    send_key: bool = False
    """Whether the user's key may be sent to the endpoint: only where the user set that endpoint outside of the project."""


@dataclass(frozen=True)
class PolicySettings(ModelSettings):
    frame: bool = False


@dataclass(frozen=True)
class CriticSettings(ModelSettings):
    intent: str = ""


@dataclass(frozen=True)
class EditorSettings:
    """When the language server looks, and what it shows; ``delay`` in milliseconds."""

    onOpen: bool = True  # noqa: N815 (the names of the settings)
    onSave: bool = True  # noqa: N815
    onChange: bool = True  # noqa: N815
    delay: int = 300
    information: bool = False
    prepare: int = 3


@dataclass(frozen=True)
class Config:
    """All settings, with the defaults filled in."""

    settings: ReviewSettings
    sites: tuple[str, ...]
    entry: tuple[str, ...]
    browser: str
    jobs: int
    axe: str
    """``commandLine``, ``always`` or ``never``; the plan has it on for ``always``."""
    policy: PolicySettings
    critic: CriticSettings
    editor: EditorSettings
    ignored: IgnoredSettings = NONE_IGNORED
    """Settings of the project's file that have no effect because the project is not trusted."""


@cache
def settings_schema() -> dict[str, Any]:
    """The JSON schema of all keys."""
    return json.loads(Path(__file__).with_name("config.schema.json").read_text("utf-8"))


def find_root(page: Path, explicit: Path | None = None) -> Path:
    """The folder below which files may be read: the one given, else the nearest with ``relook.toml``,
    ``[tool.relook]`` or ``.git``, else the page's own folder."""
    if explicit is not None:
        return explicit.resolve()
    return marked_root(page) or _folder_of_page(page)


def marked_root(page: Path) -> Path | None:
    """The nearest folder at or above the page that says it is a root."""
    start = _folder_of_page(page)
    for folder in (start, *start.parents):
        if (
            (folder / FILE).is_file()
            or (folder / ".git").exists()
            or _read_settings_table(folder / "pyproject.toml") is not None
        ):
            return folder
    return None


def _folder_of_page(page: Path) -> Path:
    return page.resolve() if page.is_dir() else page.parent.resolve()


def load_config(
    root: Path,
    overrides: Mapping[str, object] | None = None,
    file: Path | None = None,
    *,
    trusted: bool = False,
    scripts: bool = True,
) -> Config:
    """The user's own file, overlaid by the project's file, overlaid by ``overrides``, key by key. The user names
    ``file`` in place of the project's file, so it counts as the user's. A project that is not ``trusted`` sets only what
    anyone may set (``trust``); ``Config.ignored`` names the rest. Without ``scripts`` the page's scripts do not run.
    Raises ``SettingsError``."""
    user = _user_values()
    project: Mapping[str, Any] = {}
    ignored = NONE_IGNORED
    if file is not None:
        user = merged(user, _checked(file))
    elif (source := find_settings_file(root)) is not None:
        project = _checked(source)
        if not trusted:
            project, keys = split_untrusted_settings(project, settings_schema())
            ignored = IgnoredSettings(keys, str(source))
    given = cast("Mapping[str, Any]", overrides or {})
    check_settings(given, "the given settings")
    return _resolved(merged(merged(user, project), given), merged(user, given), ignored, scripts)


def without_project(overrides: Mapping[str, object], *, scripts: bool = True) -> Config:
    """Where a settings file cannot be used: the checked ``overrides``, the user's file if that one is right, and the
    defaults."""
    values = cast("Mapping[str, Any]", overrides)
    try:
        values = merged(_user_values(), values)
    except SettingsError:
        log.info("the user's settings are not used", exc_info=True)
    return _resolved(values, values, NONE_IGNORED, scripts)


def _resolved(values: Mapping[str, Any], user: Mapping[str, Any], ignored: IgnoredSettings, scripts: bool) -> Config:
    """``user`` are those of ``values`` that come from outside of the project."""
    config = resolve_config(values if scripts else {**values, "scripts": False})

    def keyed(name: str, endpoint: str) -> bool:
        return bool(endpoint) and user.get(name, {}).get("endpoint") == endpoint

    return replace(
        config,
        policy=replace(config.policy, send_key=keyed("policy", config.policy.endpoint)),
        critic=replace(config.critic, send_key=keyed("critic", config.critic.endpoint)),
        ignored=ignored,
    )


def _user_values() -> dict[str, Any]:
    """What the user's own file sets; nothing where there is none, or where the home folder may not be read."""
    file = user_settings_file()
    try:
        if file is None or not file.is_file():
            return {}
    except OSError as error:
        log.warning("%s cannot be read (%s); its settings are not used", file, error.strerror)
        return {}
    return _checked(file)


def _checked(file: Path) -> dict[str, Any]:
    """The settings of a file that has some. Raises ``SettingsError``."""
    values = _read_settings_table(file, strict=True) or {}
    check_settings(values, str(file))
    return values


def find_settings_file(root: Path) -> Path | None:
    """``relook.toml``, else a ``pyproject.toml`` with ``[tool.relook]``."""
    if (root / FILE).is_file():
        return root / FILE
    project = root / "pyproject.toml"
    return project if _read_settings_table(project) is not None else None


def check_settings(values: Mapping[str, object], where: str) -> None:
    """Raises ``SettingsError`` with one sentence that names the key."""
    from jsonschema import Draft202012Validator

    validator: Any = Draft202012Validator(settings_schema())
    errors: list[Any] = sorted(validator.iter_errors(dict(values)), key=_path_of_error)
    if errors:
        raise SettingsError(_error_sentence(errors[0], where))
    unordered = next((name for name, value in values.items() if value != value), None)
    if unordered is not None:  # no bound of the schema holds back a NaN
        raise SettingsError(f"'{unordered}' in {where} must be a number, not nan.")
    rules = cast("Mapping[str, str]", values.get("rules") or {})
    if not rules:
        return
    # The rules bring numpy with them; most settings name none.
    from relook_lsp.critics.registry import BY_ID

    unknown = next((rule for rule in rules if rule not in BY_ID), None)
    if unknown is not None:
        raise SettingsError(f"'rules.{unknown}' in {where} is no rule{_suggest_name(unknown, BY_ID)}")


def _path_of_error(error: Any) -> list[str]:
    return [str(part) for part in error.absolute_path]


def _error_sentence(error: Any, where: str) -> str:
    key = ".".join(_path_of_error(error))
    if error.validator == "additionalProperties" and isinstance(error.validator_value, bool):
        known: Mapping[str, object] = error.schema["properties"]
        unknown = next(name for name in error.instance if name not in known)
        name = f"{key}.{unknown}" if key else str(unknown)
        return f"'{name}' in {where} is not a setting{_suggest_name(unknown, known)}"
    given = json.dumps(error.instance, default=str, ensure_ascii=False)
    given = given if len(given) <= 60 else given[:59] + "…"
    if error.validator == "enum":
        return f"'{key}' in {where} must be one of {', '.join(error.validator_value)}, not {given}."
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return f"'{key}' in {where} must be of type {' or '.join(kinds)}, not {given}."
    purpose = settings_schema()["properties"].get(_path_of_error(error)[0], {}).get("description", "") if key else ""
    return f"'{key}' in {where} cannot be {given}: {purpose or error.message}"


def _suggest_name(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"; did you mean '{close[0]}'?" if close else "."


def resolve_config(values: Mapping[str, Any]) -> Config:
    """Values that passed the check, with defaults, as one frozen object."""
    chosen = merged(default_settings(), values)
    entry = chosen["entry"]
    plan = CapturePlan(
        viewports=tuple(parse_viewport(text) for text in chosen["viewports"]),
        moments=tuple(sorted(set(chosen["moments"]))),
        sweep=tuple(sorted(set(chosen["sweep"]))),
        touch_below=TOUCH_BELOW,
        zoom=chosen["zoom"],
        dark=chosen["dark"],
        axe=chosen["axe"] == "always",
        scripts=chosen["scripts"],
        allowed_hosts=tuple(host.lower() for host in chosen["allowedHosts"]),
        timeout=float(chosen["timeout"]),
    )
    options = CriticOptions(contrast_level=chosen["contrast"]["level"], severities=dict(chosen["rules"]))
    return Config(
        settings=ReviewSettings(plan, options),
        sites=tuple(chosen["sites"]),
        entry=(entry,) if isinstance(entry, str) and entry else tuple(entry or ()),
        browser=chosen["browser"],
        jobs=chosen["jobs"],
        axe=chosen["axe"],
        policy=PolicySettings(**chosen["policy"]),
        critic=CriticSettings(**chosen["critic"]),
        editor=EditorSettings(**chosen["editor"]),
    )


def parse_viewport(text: str) -> Viewport:
    """``375x812`` as a viewport. Raises ``SettingsError``."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()) or not (50 <= int(width) <= 9999 and 50 <= int(height) <= 9999):
        raise SettingsError(f"'{text}' is not a viewport; write WIDTHxHEIGHT, for example 375x812.")
    return Viewport(int(width), int(height), int(width) < TOUCH_BELOW)


@cache
def _cached_defaults(text: str) -> dict[str, Any]:
    properties: dict[str, Any] = json.loads(text)["properties"]
    return {
        key: {name: part["default"] for name, part in value["properties"].items()}
        if "properties" in value
        else value["default"]
        for key, value in properties.items()
    }


def default_settings() -> dict[str, Any]:
    """The default of every key, as the schema states it."""
    return _cached_defaults(json.dumps(settings_schema()))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, key by key; ``above`` wins."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = {**cast("Mapping[str, Any]", old), **cast("Mapping[str, Any]", value)} if both else value
    return result


def _read_settings_table(path: Path, *, strict: bool = False) -> dict[str, Any] | None:
    """The settings of a file; None where it has none. With ``strict`` a file that cannot be read is an error."""
    try:
        data = tomllib.loads(read_regular_file(path, MAX_SETTINGS).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # a TOML or Unicode error is a ValueError
        if strict:
            why = error.strerror if isinstance(error, OSError) else str(error)[:200]
            raise SettingsError(f"{path} could not be read: {why}.") from error
        return None
    if path.name != "pyproject.toml":
        return data
    tools = data.get("tool")
    table: object = cast("dict[str, object]", tools).get("relook") if isinstance(tools, dict) else None
    if table is None or isinstance(table, dict):
        return cast("dict[str, Any] | None", table)
    if strict:
        raise SettingsError(f"'tool.relook' in {path} must be a table of settings.")
    return {}
