"""A browser that finds no font lays pages out and paints no text: no review of it says anything about a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.letters import require_letters
from relook_lsp.cli import main
from relook_lsp.core.errors import NoFonts

pytestmark = pytest.mark.browser

NO_FONTS = (
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
    "<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
)


@pytest.fixture
def no_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without fonts, for the browsers that are started from now on."""
    (tmp_path / "fonts").mkdir()
    names = tmp_path / "fonts.conf"
    names.write_text(NO_FONTS.format(folder=tmp_path), "utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(names))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_text("<!doctype html><title>t</title><p style='color:#ddd'>Pale \u6f22\u5b57", "utf-8")
    return tmp_path


async def test_a_browser_with_fonts_paints_letters(driver: Driver) -> None:
    tab = await driver.acquire_tab()
    await require_letters(tab)
    await tab.close()


async def test_a_browser_without_fonts_gives_no_page(no_fonts: Path) -> None:
    one = Driver()
    try:
        with pytest.raises(NoFonts, match="fonts-liberation"):
            await one.acquire_tab()
    finally:
        await one.close()


def test_a_review_without_fonts_is_a_problem_and_no_score(no_fonts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(no_fonts / "a.html"), "--format", "json", "--fail-on", "never"]) == 3
    (page,) = json.loads(capsys.readouterr().out)["pages"]
    assert page["score"] is None and page["findings"] == []
    assert [one["kind"] for one in page["problems"]] == ["no-fonts"]
    assert str(no_fonts) in page["problems"][0]["message"]


def test_the_doctor_says_that_there_are_no_fonts(no_fonts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 3
    assert "fonts: The browser paints no text" in capsys.readouterr().out
