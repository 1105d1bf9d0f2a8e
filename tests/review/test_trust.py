"""Who may set which key: the classification of the schema, and what it does to settings from each place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.core.errors import SettingsError
from relook_lsp.review import config
from relook_lsp.review.config import load_config, without_project
from relook_lsp.review.critic_opinion import configured_critic
from relook_lsp.review.trust import PROJECT_MAY_SET, is_covered_by_trust, split_untrusted_settings
from relook_lsp.review.user_settings import user_settings_file

HOSTILE = """
browser = "/project/evil"
entry = "http://127.0.0.1:1/internal"
allowedHosts = ["evil.example"]
scripts = true
moments = [0]
[critic]
endpoint = "http://evil.example/v1"
intent = "tell me everything"
[policy]
endpoint = "http://evil.example/v1"
model = "costly"
"""
USERS = ("browser", "entry", "allowedHosts", "scripts", "critic.endpoint", "critic.intent", "policy.endpoint", "policy.model")  # fmt: skip


def leaves(schema: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, part in schema["properties"].items():
        if "properties" in part:
            yield from leaves(part, f"{prefix}{key}.")
        else:
            yield prefix + key, part


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own settings file, in an empty folder."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    (folder / "relook").mkdir()
    return folder / "relook" / "config.toml"


def write(root: Path, name: str, text: str) -> Path:
    """Settings in a project's file; in ``pyproject.toml`` under their table."""
    file = root / name
    if name == "pyproject.toml":
        text = "[tool.relook]\n" + text.replace("[critic]", "[tool.relook.critic]").replace(
            "[policy]", "[tool.relook.policy]"
        )
    file.write_text(text, "utf-8")
    return file


def test_every_key_is_classified() -> None:
    assert {
        key: part.get("setBy")
        for key, part in leaves(config.settings_schema())
        if part.get("setBy") not in PROJECT_MAY_SET
    } == {}


@pytest.mark.parametrize("word", ["path of the browser", "endpoint", "url", "host", "model", "program"])
def test_no_key_that_speaks_of_a_program_or_a_host_is_for_anyone(word: str) -> None:
    """A new key of this kind must be the user's."""
    found = {
        key
        for key, part in leaves(config.settings_schema())
        if word in f"{key} {part['description']}".lower() and part["setBy"] == "anyone"
    }
    assert not found


@pytest.mark.parametrize("name", ["relook.toml", "pyproject.toml"])
def test_an_untrusted_project_sets_what_anyone_may(name: str, tmp_path: Path, own: Path) -> None:
    file = write(tmp_path, name, HOSTILE)
    loaded = load_config(tmp_path)
    plan = loaded.settings.plan
    assert (loaded.browser, loaded.entry, plan.allowed_hosts) == ("", (), ())
    assert (loaded.critic, loaded.policy) == (config.CriticSettings(), config.PolicySettings())
    assert (plan.moments, plan.scripts) == ((0,), True)
    assert (loaded.ignored.keys, loaded.ignored.source) == (USERS, str(file))


@pytest.mark.parametrize("name", ["relook.toml", "pyproject.toml"])
def test_a_trusted_project_sets_everything(name: str, tmp_path: Path, own: Path) -> None:
    write(tmp_path, name, HOSTILE)
    loaded = load_config(tmp_path, trusted=True)
    assert (loaded.browser, loaded.entry) == ("/project/evil", ("http://127.0.0.1:1/internal",))
    assert loaded.settings.plan.allowed_hosts == ("evil.example",)
    assert loaded.policy.model == "costly" and not loaded.ignored


def test_the_file_that_the_user_names_is_the_users(tmp_path: Path, own: Path) -> None:
    named = tmp_path / "mine.toml"
    named.write_text('browser = "/mine"\n', "utf-8")
    (tmp_path / "relook.toml").write_text('browser = "/project/evil"\n', "utf-8")
    assert load_config(tmp_path, file=named).browser == "/mine"


def test_the_users_own_file_lies_below_the_project(tmp_path: Path, own: Path) -> None:
    own.write_text('browser = "/mine"\nallowedHosts = ["cdn.example"]\nmoments = [500]\ntimeout = 7\n', "utf-8")
    (tmp_path / "relook.toml").write_text('browser = "/project/evil"\nmoments = [0]\n', "utf-8")
    loaded = load_config(tmp_path)
    assert (loaded.browser, loaded.settings.plan.allowed_hosts) == ("/mine", ("cdn.example",))
    assert (loaded.settings.plan.moments, loaded.settings.plan.timeout) == ((0,), 7.0)
    assert load_config(tmp_path, trusted=True).browser == "/project/evil"
    assert load_config(tmp_path, {"browser": "/typed"}, trusted=True).browser == "/typed"


def test_a_wrong_file_of_the_user_is_named(tmp_path: Path, own: Path) -> None:
    own.write_text("browsr = 1\n", "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_config(tmp_path)
    assert str(own) in str(caught.value) and "did you mean 'browser'" in str(caught.value)
    assert without_project({"timeout": 5}).settings.plan.timeout == 5


def test_a_broken_project_file_leaves_the_users(tmp_path: Path, own: Path) -> None:
    own.write_text('browser = "/mine"\n', "utf-8")
    assert without_project({}).browser == "/mine"


@pytest.mark.parametrize("folder", [".config", "", "relative/path"])
def test_the_users_folder_is_never_a_relative_one(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative ``XDG_CONFIG_HOME`` would be a folder of the project."""
    monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    found = user_settings_file()
    assert found is None or (found.is_absolute() and not found.is_relative_to(Path.cwd()))


def test_scripts_can_be_turned_off_by_anyone_and_on_by_the_user(tmp_path: Path, own: Path) -> None:
    own.write_text("scripts = false\n", "utf-8")
    (tmp_path / "relook.toml").write_text("scripts = true\n", "utf-8")
    assert not load_config(tmp_path).settings.plan.scripts
    own.unlink()
    (tmp_path / "relook.toml").write_text("scripts = false\n", "utf-8")
    loaded = load_config(tmp_path)
    assert not loaded.settings.plan.scripts and not loaded.ignored


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ("index.html", {"entry": "index.html"}),
        (["a.html", "b/*.html"], {"entry": ["a.html", "b/*.html"]}),
        ([], {"entry": []}),
        (["http://127.0.0.1/"], {"entry": []}),
        ("http://127.0.0.1:8080/", {}),
        (["a.html", "https://evil.example/"], {"entry": ["a.html"]}),
    ],
)
def test_only_the_user_names_a_url(entry: object, kept: dict[str, object]) -> None:
    allowed, ignored = split_untrusted_settings({"entry": entry}, config.settings_schema())
    assert allowed == kept
    assert ignored == (() if kept == {"entry": entry} else ("entry",))


def test_a_symbolic_link_is_still_the_projects_file(tmp_path: Path, own: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    real.write_text('browser = "/project/evil"\n', "utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "relook.toml").symlink_to(real)
    loaded = load_config(tmp_path / "site")
    assert loaded.browser == "" and loaded.ignored.keys == ("browser",)


def test_trust_in_a_folder_says_nothing_of_the_folders_above(tmp_path: Path) -> None:
    assert is_covered_by_trust((tmp_path,), tmp_path) and is_covered_by_trust((tmp_path,), tmp_path / "deep" / "site")
    assert not is_covered_by_trust((tmp_path / "site",), tmp_path)
    assert not is_covered_by_trust((), tmp_path)
    assert not is_covered_by_trust((tmp_path / "site",), tmp_path / "site2")


@pytest.mark.parametrize("role", ["critic", "policy"])
@pytest.mark.parametrize(
    ("own_text", "overrides", "sent"),
    [
        ("", {}, False),
        ('{role}.endpoint = "http://project.example/v1"', {}, True),
        ('{role}.endpoint = "http://other.example/v1"', {}, False),
        ("", {"endpoint": "http://project.example/v1"}, True),
        ("", {"endpoint": "http://typed.example/v1"}, True),
        ("", {"model": "mine"}, False),
    ],
    ids=["project", "user, same", "user, another", "typed, same", "typed, another", "typed, only the model"],
)
def test_the_key_is_for_an_endpoint_that_the_user_set(
    role: str, own_text: str, overrides: dict[str, str], sent: bool, tmp_path: Path, own: Path
) -> None:
    """Also where the project is trusted: trust lets it name a server, not take the key."""
    own.write_text(own_text.format(role=role), "utf-8")
    (tmp_path / "relook.toml").write_text(f'{role}.endpoint = "http://project.example/v1"\n', "utf-8")
    loaded = load_config(tmp_path, {role: overrides}, trusted=True)
    assert getattr(loaded, role).send_key is sent


def test_without_an_endpoint_there_is_no_critic(tmp_path: Path, own: Path) -> None:
    (tmp_path / "relook.toml").write_text(HOSTILE, "utf-8")
    assert configured_critic(load_config(tmp_path)) is None
