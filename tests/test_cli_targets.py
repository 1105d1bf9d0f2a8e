"""Which pages the words of a command mean."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from relook_lsp.cli.targets import ReviewTarget, add_arguments, notices_of, resolve_targets
from relook_lsp.core.errors import UsageError


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


def _targets(*words: str) -> list[ReviewTarget]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return resolve_targets(parser.parse_args(words))


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
    assert [entry for _, entry in _found("--trust")] == ["site/b/one.html", "http://localhost:1/"]


def test_an_untrusted_project_cannot_send_the_review_to_a_url(folder: Path) -> None:
    (folder / "relook.toml").write_text('entry = ["site/b/*.html", "http://localhost:1/"]')
    assert [entry for _, entry in _found()] == ["site/b/one.html"]
    (notice,) = notices_of(_targets())
    assert notice.kind == "settings-ignored" and "'entry'" in notice.message and "--trust" in notice.message
    (folder / "relook.toml").write_text('entry = "http://localhost:1/"')
    with pytest.raises(UsageError, match=r"'entry' in .*relook\.toml was ignored, .* --trust"):
        _found()


@pytest.mark.parametrize("outside", ["../{away.name}/index.html", "{away}/index.html", "link/index.html"])
def test_entry_stays_below_the_root(outside: str, folder: Path) -> None:
    away = folder.parent / f"{folder.name}-away"
    away.mkdir()
    (away / "index.html").write_text("<p>private")
    (folder / "link").symlink_to(away)
    entry = outside.format(away=away)
    (folder / "relook.toml").write_text(f"entry = '{entry}'")
    with pytest.raises(UsageError, match=r"leads out of the root|is not below the root"):
        _found("--trust")


def test_a_link_out_of_the_root_stays_a_page_of_the_root(folder: Path) -> None:
    (folder / "site" / "away.html").symlink_to(folder / "other" / "deep" / "page.xhtml")
    assert ("site", "away.html") in _found("site")


def test_hosts_and_rules_reach_the_settings(folder: Path) -> None:
    (folder / "relook.toml").write_text('allowedHosts = ["a.example"]')
    words = ("site/index.html", "--allow-host", "CDN.example", "--rule", "low-contrast", "--viewport", "800x600")
    settings = _targets(*words)[0].config.settings
    assert settings.plan.allowed_hosts == ("cdn.example",)
    assert _targets(*words, "--trust")[0].config.settings.plan.allowed_hosts == ("a.example", "cdn.example")
    assert settings.options.only == {"low-contrast"}
    assert [str(viewport) for viewport in settings.plan.viewports] == ["800x600"]


def _linked(folder: Path) -> None:
    (folder / "shop/css").mkdir(parents=True)
    (folder / "shop/css/site.css").write_text("p { color: red }")
    (folder / "shop/css/lonely.css").write_text("p { color: red }")
    (folder / "shop/app.mjs").write_text("")
    (folder / "shop/a.html").write_text(
        "<link rel=stylesheet href=css/site.css><script type=module src=app.mjs></script>"
    )
    (folder / "shop/b.html").write_text("<link rel=stylesheet href=css/site.css>")


def test_a_style_sheet_or_script_means_the_pages_that_use_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _linked(folder)
    assert _found("shop/css/site.css") == [("shop", "a.html"), ("shop", "b.html")]
    assert _found("shop/app.mjs") == [("shop", "a.html")]
    assert _found("shop/b.html", "shop/css/s*.css", "--root", "shop") == [("shop", "b.html"), ("shop", "a.html")]
    monkeypatch.chdir(folder / "shop/css")
    assert _found("site.css") == [("shop", "a.html"), ("shop", "b.html")]


def test_a_style_sheet_of_no_page_says_so(folder: Path) -> None:
    _linked(folder)
    with pytest.raises(UsageError, match=r"no page below .*shop.css uses lonely\.css; name the page"):
        _targets("shop/css/lonely.css")


def test_the_home_folder_is_no_site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _linked(folder)
    monkeypatch.setenv("HOME", str(folder / "shop"))
    with pytest.raises(UsageError, match="no page below"):
        _targets("shop/css/site.css")
