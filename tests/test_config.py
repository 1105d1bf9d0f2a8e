"""Settings: where they come from, what they become, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.core.errors import SettingsError
from relook_lsp.core.snapshot import Viewport
from relook_lsp.review.config import find_root, load_config, marked_root
from relook_lsp.review.pipeline import ReviewSettings


def test_defaults_are_those_of_the_code(tmp_path: Path) -> None:
    config = load_config(tmp_path)
    assert config.settings == ReviewSettings()
    assert config.settings.plan.sweep == CapturePlan().sweep
    assert (config.entry, config.browser, config.policy.endpoint) == ((), "", "")


def test_a_project_file_sets_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "relook.toml").write_text(
        'viewports = ["320x640", "1440x900"]\nmoments = [500, 0]\nsweep = []\nallowedHosts = ["CDN.example.com"]\n'
        'entry = "http://localhost:5173/"\njobs = 3\n[contrast]\nlevel = "AAA"\n[rules]\nlow-contrast = "off"\n',
        "utf-8",
    )
    config = load_config(tmp_path, trusted=True)
    plan, options = config.settings.plan, config.settings.options
    assert plan.viewports == (Viewport(320, 640, True), Viewport(1440, 900))
    assert (plan.moments, plan.sweep, plan.allowed_hosts) == ((0, 500), (), ("cdn.example.com",))
    assert (options.contrast_level, options.severities) == ("AAA", {"low-contrast": "off"})
    assert (config.entry, config.jobs) == (("http://localhost:5173/",), 3)


def test_the_project_table_is_as_good_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.relook]\ncontrast.level = "AAA"\n', "utf-8")
    assert load_config(tmp_path).settings.options.contrast_level == "AAA"
    (tmp_path / "relook.toml").write_text('contrast.level = "AA"\n', "utf-8")
    assert load_config(tmp_path).settings.options.contrast_level == "AA"


def test_overrides_win_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "relook.toml").write_text('[rules]\nlow-contrast = "off"\nleaves-viewport = "off"\n', "utf-8")
    config = load_config(tmp_path, {"rules": {"low-contrast": "error"}, "timeout": 5})
    assert config.settings.options.severities == {"low-contrast": "error", "leaves-viewport": "off"}
    assert config.settings.plan.timeout == 5.0


@pytest.mark.parametrize(("value", "always"), [("commandLine", False), ("always", True), ("never", False)])
def test_axe_core_runs_in_the_editor_only_on_request(tmp_path: Path, value: str, always: bool) -> None:
    config = load_config(tmp_path, {"axe": value, "zoom": False, "dark": False})
    assert (config.axe, config.settings.plan.axe) == (value, always)
    assert (config.settings.plan.zoom, config.settings.plan.dark) == (False, False)


WRONG = {
    "an unknown key": ('vieports = ["1x1"]', "'vieports' in {file} is not a setting; did you mean 'viewports'?"),
    "an unknown part": ("contrast.levle = 1", "'contrast.levle' in {file} is not a setting; did you mean 'level'?"),
    "nothing like it": ("colour = 1", "'colour' in {file} is not a setting."),
    "a type": ("moments = 3", "'moments' in {file} must be of type array, not 3."),
    "a type inside": ('moments = ["a"]', "'moments.0' in {file} must be of type integer, not \"a\"."),
    "a choice": ('contrast.level = "B"', "'contrast.level' in {file} must be one of AA, AAA, not \"B\"."),
    "a form": (
        'viewports = ["wide"]',
        "'viewports.0' in {file} cannot be \"wide\": Window sizes to review, as WIDTHxHEIGHT. "
        "Sizes narrower than 768 are a phone with touch.",
    ),
    "a range": (
        "timeout = -1",
        "'timeout' in {file} cannot be -1: Seconds for one page. What was not rendered or judged by then is reported as incomplete.",
    ),
    "a rule": ('rules.low-contrst = "off"', "'rules.low-contrst' in {file} is no rule; did you mean 'low-contrast'?"),
    "a severity": (
        'rules.low-contrast = "loud"',
        "'rules.low-contrast' in {file} must be one of error, warning, information, off, not \"loud\".",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_named_with_its_file(case: str, tmp_path: Path) -> None:
    text, expected = WRONG[case]
    file = tmp_path / "relook.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_config(tmp_path)
    assert str(caught.value) == expected.format(file=file)


@pytest.mark.parametrize("data", [b"viewports = [", b"\xff\xfe"], ids=["not TOML", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "relook.toml").write_bytes(data)
    with pytest.raises(SettingsError, match=r"relook\.toml could not be read"):
        load_config(tmp_path)


def test_a_given_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml could not be read"):
        load_config(tmp_path, file=tmp_path / "none.toml")


@pytest.mark.parametrize("marker", ["relook.toml", "pyproject.toml", ".git"])
def test_the_root_is_the_nearest_folder_that_says_so(marker: str, tmp_path: Path) -> None:
    page = tmp_path / "site" / "deep" / "page.html"
    page.parent.mkdir(parents=True)
    page.touch()
    (tmp_path / "site" / marker).write_text("[tool.relook]\n" if marker == "pyproject.toml" else "")
    assert find_root(page) == tmp_path / "site"
    assert find_root(page.parent) == tmp_path / "site"
    assert find_root(page, tmp_path) == tmp_path


def test_without_a_mark_the_root_is_the_folder_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    page = tmp_path / "a" / "page.html"
    page.parent.mkdir()
    page.touch()
    assert marked_root(page) is None
    assert find_root(page) == page.parent
