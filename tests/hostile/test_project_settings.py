"""A project that wants to choose what runs or where data goes, on the command line: real processes, a real browser."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.model.fake import said, scripted, serving
from tests.model.test_critic import opinion

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width"></head><body><h1>Hello</h1><p>Some text to see</p></body></html>
"""
KEY = "sk-of-the-user"


class Project:
    """A page, and a program that leaves a mark when it is run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mark = root.parent / "RAN"
        root.mkdir()
        (root / "index.html").write_text(PAGE, "utf-8")
        self.trap = self.program(root / "x-headless-shell")

    def program(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\ntouch "{self.mark}"\nexit 1\n')
        path.chmod(0o755)
        return path

    def module(self, name: str) -> None:
        (self.root / name).write_text(f"open({str(self.mark)!r}, 'w').close()\n", "utf-8")

    def settings(self, text: str, name: str = "relook.toml") -> None:
        (self.root / name).write_text(("[tool.relook]\n" if name == "pyproject.toml" else "") + text, "utf-8")

    @property
    def ran(self) -> bool:
        return self.mark.exists()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def relook(*words: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RELOOK_CACHE": str(cwd / ".cache"), **variables}
    command = [sys.executable, "-P", "-m", "relook_lsp.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.parametrize("name", ["relook.toml", "pyproject.toml"])
def test_the_browser_of_a_project_is_not_run(name: str, project: Project, tmp_path: Path) -> None:
    project.settings(f'browser = "{project.trap}"\n', name)
    done = relook("review", project.root, "--format", "json", cwd=tmp_path)
    body = json.loads(done.stdout)
    assert (done.returncode, project.ran) == (0, False)
    assert body["pages"][0]["score"] == 100 and body["pages"][0]["problems"] == []
    (notice,) = body["notices"]
    assert notice["kind"] == "settings-ignored" and f"'browser' in {project.root / name}" in notice["message"]
    assert done.stderr.count("\n") == 1 and notice["message"] in done.stderr and "--trust" in done.stderr


def test_after_trust_it_is(project: Project, tmp_path: Path) -> None:
    project.settings(f'browser = "{project.trap}"\n')
    done = relook("review", project.root, "--trust", cwd=tmp_path)
    assert (done.returncode, project.ran) == (3, True)


@pytest.mark.parametrize("command", [("doctor",), ("install-browser",), ("refine", ".")], ids=lambda words: words[0])
def test_no_other_command_runs_it(command: tuple[str, ...], project: Project) -> None:
    project.settings(f'browser = "{project.trap}"\n')
    done = relook(*command, cwd=project.root)
    assert (done.returncode, project.ran) == (0, False)
    assert "'browser'" in done.stdout + done.stderr and "--trust" in done.stdout + done.stderr


def test_nor_does_a_project_inside_of_another(project: Project, tmp_path: Path) -> None:
    """Every folder with settings of its own is asked for trust; the first page's browser is everybody's."""
    inner = project.root / "a"
    inner.mkdir()
    (inner / "index.html").write_text(PAGE, "utf-8")
    (inner / "relook.toml").write_text(f'browser = "{project.trap}"\n', "utf-8")
    done = relook("review", project.root, "--format", "sarif", cwd=tmp_path)
    assert (done.returncode, project.ran) == (0, False)
    notes = json.loads(done.stdout)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [(note["level"], note["descriptor"]["id"]) for note in notes] == [("note", "settings-ignored")]


def test_a_program_in_the_current_folder_is_not_found(project: Project) -> None:
    """Neither by a relative entry of the PATH, nor by the relative path in a setting."""
    for name in ("chromium-headless-shell", "chromium", "apt-get"):
        project.program(project.root / "bin" / name)
        project.program(project.root / name)
    path = os.pathsep.join(("", ".", "bin", os.environ["PATH"]))
    done = relook("review", ".", cwd=project.root, PATH=path)
    assert (done.returncode, project.ran) == (0, False), done.stderr
    done = relook("review", ".", cwd=project.root, RELOOK_BROWSER="bin/chromium")
    assert (done.returncode, project.ran) == (3, False)
    assert "absolute path" in done.stdout


def test_settings_in_a_file_of_variables_mean_nothing(project: Project) -> None:
    (project.root / ".env").write_text(f"RELOOK_BROWSER={project.trap}\n", "utf-8")
    assert relook("review", ".", cwd=project.root).returncode == 0
    assert not project.ran


@pytest.mark.parametrize(
    "command",
    [[str(Path(sys.executable).with_name("relook-lsp"))], [sys.executable, "-P", "-m", "relook_lsp"]],
    ids=["script", "module"],
)
def test_the_server_does_not_import_from_the_current_folder(command: list[str], project: Project) -> None:
    """As an editor starts it: in the folder of the project."""
    for name in ("json.py", "logging.py", "asyncio.py", "numpy.py", "turbohtml.py", "runpy.py", "platformdirs.py"):
        project.module(name)
    (project.root / "relook_lsp").mkdir()
    for name in ("__init__.py", "__main__.py"):
        project.module(f"relook_lsp/{name}")
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}).encode()
    message = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    done = subprocess.run(command, cwd=project.root, input=message, capture_output=True, timeout=60, check=False)
    assert b'"serverInfo"' in done.stdout, done.stderr
    assert not project.ran
    # The trap works: this is how the folder would have been imported.
    subprocess.run([sys.executable, "-m", "relook_lsp"], cwd=project.root, input=b"", capture_output=True, check=False)
    assert project.ran


@pytest.mark.parametrize(
    ("role", "words"),
    [("critic", ("review",)), ("policy", ("refine", "--policy", "remote", "--rounds", "1", "--attempts", "1"))],
)
async def test_the_key_goes_where_the_user_sends_it(role: str, words: tuple[str, ...], project: Project) -> None:
    (project.root / "index.html").write_text(PAGE.replace("<p>", '<p style="color: #ddd">'), "utf-8")
    own = project.root.parent / "config" / "relook" / "config.toml"
    own.parent.mkdir(parents=True)
    variables = {"RELOOK_API_KEY": KEY, "XDG_CONFIG_HOME": str(own.parent.parent)}

    async def keys(*more: str) -> set[str]:
        """The keys that the server received with its questions, "" for a question without one."""
        async with serving(scripted([said(opinion())])) as server:
            setting = f'{role} = {{ endpoint = "{server.url}", model = "fake" }}\n'
            users = "user" in more
            project.settings("" if users else setting)
            own.write_text(setting if users else "", "utf-8")
            flags = [] if users else more
            # An answer of a former call would be taken from memory.
            memory = str(own.parent / "-".join(("cache", *more)))
            await asyncio.to_thread(relook, *words, ".", *flags, cwd=project.root, RELOOK_CACHE=memory, **variables)
            return set(server.keys)

    assert await keys() == set()
    assert await keys("--trust") == {""}
    assert await keys("user") == {f"Bearer {KEY}"}
