"""Every way to a browser, on a machine made of scripts: what is there, a download, the system's package."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.browser.executables import find_browser
from relook_lsp.browser.install import PACKAGE, install_browser
from relook_lsp.core.errors import BrowserMissing

SHELL = "#!/bin/sh\necho Chromium 156\n"
MAKE = 'mkdir -p "{folder}"; printf "#!/bin/sh\\nexit {code}\\n" > "{folder}/{name}"; chmod 755 "{folder}/{name}"'


class Machine:
    """Folders that stand for the PATH and for Playwright's downloads; what was said and asked."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.downloads = folder / "downloads"
        self.log = folder / "log"
        self.said: list[str] = []
        self.asked: list[str] = []
        self.answer = False
        self.bin.mkdir()

    def program(self, name: str, script: str = SHELL) -> str:
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)
        return str(path)

    def download(self, *, code: int = 0, starts: int = 0) -> None:
        """What ``python -P -m playwright install`` does: gives a browser that ends with ``starts``, or fails."""
        made = MAKE.format(
            folder=self.downloads / "chromium_headless_shell-1/chrome-linux", name="headless_shell", code=starts
        )
        self.program("python", f'#!/bin/sh\necho "$*" >> "{self.log}"\n{"" if code else made}\nexit {code}\n')

    def apt(self, *, lists: bool = True) -> None:
        """``apt-get``; without ``lists`` it has to be updated before it finds the package."""
        made = MAKE.format(folder=self.bin, name=PACKAGE, code=0)
        have = self.bin.parent / "lists"
        if lists:
            have.touch()
        self.program(
            "apt-get",
            f"""#!/bin/sh
echo "apt-get $*" >> "{self.log}"
case "$1" in
  update) : > "{have}" ;;
  install) [ -e "{have}" ] || exit 100; {made} ;;
esac
""",
        )

    def install(self, *, yes: bool = False, force: bool = False, setting: str = "") -> bool:
        def ask(question: str) -> bool:
            self.asked.append(question)
            return self.answer

        return install_browser(setting=setting, yes=yes, force=force, say=self.said.append, ask=ask)

    @property
    def ran(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    one = Machine(tmp_path)
    for tool in ("mkdir", "chmod"):
        (one.bin / tool).symlink_to(f"/bin/{tool}")
    one.download(code=1)
    monkeypatch.setattr(sys, "executable", str(one.bin / "python"))
    monkeypatch.setenv("PATH", str(one.bin))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(one.downloads))
    monkeypatch.delenv("RELOOK_BROWSER", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return one


def test_a_shell_that_is_there_is_enough(machine: Machine) -> None:
    machine.program(PACKAGE)
    assert machine.install()
    assert machine.said == [f"{machine.bin / PACKAGE} (system) is there already; nothing to do."]
    assert not machine.ran


@pytest.mark.parametrize("how", ["settings", "RELOOK_BROWSER"])
def test_the_chosen_browser_is_taken_even_if_it_is_no_shell(
    how: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = machine.program("my-browser")
    machine.program(PACKAGE)
    if how == "RELOOK_BROWSER":
        monkeypatch.setenv("RELOOK_BROWSER", path)
    assert machine.install(setting=path if how == "settings" else "")
    assert find_browser(path if how == "settings" else "").path == path
    assert f"{path} ({how}) is there already" in machine.said[0]
    assert not machine.ran


def test_the_setting_comes_before_the_environment(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELOOK_BROWSER", machine.program("one"))
    assert find_browser(machine.program("two")).path == str(machine.bin / "two")


def test_a_chosen_browser_that_is_not_there_is_said(machine: Machine) -> None:
    with pytest.raises(BrowserMissing, match="named in settings does not exist"):
        machine.install(setting="/nowhere/chromium")


def test_a_download_comes_before_the_system(machine: Machine) -> None:
    machine.download()
    machine.apt()
    assert machine.install(yes=True)
    assert "headless_shell" in machine.said[-1]
    assert machine.ran == "-P -m playwright install --only-shell chromium\n"


def test_a_download_that_does_not_start_is_not_enough(machine: Machine) -> None:
    machine.download(starts=127)
    machine.apt()
    assert machine.install(yes=True)
    assert machine.said[-1] == f"Installed {machine.bin / PACKAGE}."


@pytest.mark.parametrize("lists", [True, False])
def test_the_package_is_installed_with_yes(lists: bool, machine: Machine) -> None:
    machine.apt(lists=lists)
    assert machine.install(yes=True)
    assert not machine.asked
    assert machine.said[-1] == f"Installed {machine.bin / PACKAGE}."
    assert ("apt-get update" in machine.ran) is not lists


@pytest.mark.parametrize("answer", [True, False])
def test_the_package_is_asked_for(answer: bool, machine: Machine) -> None:
    machine.apt()
    machine.answer = answer
    assert machine.install() is answer
    assert machine.asked == [f"Install the system package {PACKAGE} with apt-get?"]
    assert ("apt-get" in machine.ran) is answer


def test_who_is_not_root_is_told_the_command(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.apt()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not machine.install(yes=True)
    assert f"The system package would do; as root: apt-get install {PACKAGE}" in machine.said
    assert "apt-get" not in machine.ran and not machine.asked
    assert machine.said[-1].startswith("No browser could be installed.") and "relook doctor" in machine.said[-1]


def test_a_full_browser_is_better_than_none(machine: Machine) -> None:
    path = machine.program("chromium")
    assert machine.install(yes=True)
    assert (
        machine.said[-1]
        == f"No headless shell could be installed; {path} is used, in real time: slower, the same rules."
    )


def test_force_installs_beside_what_is_there(machine: Machine) -> None:
    machine.program(PACKAGE)
    machine.download()
    assert machine.install(force=True)
    assert machine.ran


def test_nothing_works(machine: Machine) -> None:
    assert not machine.install(yes=True)
    assert len([line for line in machine.said if line.startswith("No browser could be installed.")]) == 1


def test_a_download_that_may_not_be_read_is_passed_over(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system refuses it; root is refused nothing, so that the refusal is made here."""
    closed = tmp_path / "closed"
    inside = closed / "chromium_headless_shell-9/chrome-linux"
    inside.mkdir(parents=True)
    (inside / "headless_shell").touch()
    path = machine.program("chromium-headless-shell")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(closed))
    original = os.stat

    def refused(name: Any, *more: Any, **options: Any) -> os.stat_result:
        if isinstance(name, str | os.PathLike) and os.fspath(name).startswith(f"{closed}{os.sep}"):
            raise PermissionError(13, "Permission denied", os.fspath(name))
        return original(name, *more, **options)

    monkeypatch.setattr(os, "stat", refused)
    assert find_browser().path == path
