"""Which pages the words of a command mean."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from relook_lsp.cli.targets import Target, arguments, targets


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "site/index.html", "site/b/two.HTM", "site/b/one.html", "site/.git-like/x.html", "site/node_modules/p/x.html",
        "site/.draft.html", "site/notes.txt", "other/deep/page.xhtml",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<p>")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _targets(*words: str) -> list[Target]:
    parser = argparse.ArgumentParser()
    arguments(parser)
    return targets(parser.parse_args(words))


def _found(*words: str) -> list[tuple[str, str]]:
    return [(target.page.root.name, target.page.entry) for target in _targets(*words)]


def test_a_folder_means_all_of_its_pages_and_is_their_root(folder: Path) -> None:
    assert _found("site") == [("site", "b/one.html"), ("site", "b/two.HTM"), ("site", "index.html")]


def test_a_page_alone_has_its_folder_as_root(folder: Path) -> None:
    assert _found("site/b/one.html", "other/deep/page.xhtml") == [("b", "one.html"), ("deep", "page.xhtml")]


def test_a_glob_has_the_folder_before_its_first_star_as_root(folder: Path) -> None:
    assert _found("site/**/one.html") == [("site", "b/one.html")]


def test_a_marked_folder_is_the_root_of_what_is_below(folder: Path) -> None:
    (folder / "site" / "b" / "relook.toml").write_text("jobs = 7")
    found = _targets("site")
    assert [(t.page.root.name, t.page.entry, t.config.jobs) for t in found] == [
        ("b", "one.html", 7),
        ("b", "two.HTM", 7),
        ("site", "index.html", 0),
    ]


def test_the_given_root_wins(folder: Path) -> None:
    assert _found("site/b/one.html", "--root", ".") == [(folder.name, "site/b/one.html")]


def test_each_page_once_in_the_order_given(folder: Path) -> None:
    assert _found("site/index.html", "site", "./site/index.html", "--root", "site") == [
        ("site", "index.html"),
        ("site", "b/one.html"),
        ("site", "b/two.HTM"),
    ]


def test_a_url_is_a_page(folder: Path) -> None:
    assert [entry for _, entry in _found("http://localhost:5173/")] == ["http://localhost:5173/"]


def test_without_words_the_settings_say_which_pages(folder: Path) -> None:
    (folder / "relook.toml").write_text('entry = ["site/b/*.html", "http://localhost:1/"]')
    assert [entry for _, entry in _found()] == ["site/b/one.html", "http://localhost:1/"]


def test_a_link_out_of_the_root_stays_a_page_of_the_root(folder: Path) -> None:
    (folder / "site" / "away.html").symlink_to(folder / "other" / "deep" / "page.xhtml")
    assert ("site", "away.html") in _found("site")


def test_hosts_and_rules_reach_the_settings(folder: Path) -> None:
    (folder / "relook.toml").write_text('allowedHosts = ["a.example"]')
    words = ("site/index.html", "--allow-host", "CDN.example", "--rule", "low-contrast", "--viewport", "800x600")
    settings = _targets(*words)[0].config.settings
    assert settings.plan.allowed_hosts == ("a.example", "cdn.example")
    assert settings.options.only == {"low-contrast"}
    assert [str(viewport) for viewport in settings.plan.viewports] == ["800x600"]
