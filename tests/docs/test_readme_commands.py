"""Every command of the pages for users works on the first try: in a clean copy of the checkout, with an empty home folder."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "docs/cli.md", "docs/editors.md", "docs/ci.md", "client-vscode/README.md")

ELSEWHERE = {
    "make test": "this test is a part of it",
    "make check": ".ci/run",
    "code --install-extension build/relook.vsix": "tests/editor/vscode, in a real VS Code",
}
"""Commands that are not run here, and what runs them."""

PASSED_ON = re.compile(r"PATH|LANG|PIP_.*|.*CERT.*|.*CA_BUNDLE|RELOOK_BROWSER|https?_proxy|no_proxy", re.I)
"""Environment variables that say where the machine has its tools and registries."""

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tea</title><link rel="stylesheet" href="css/site.css"><body><h1>Tea</h1><p class="pale">Fresh from the hills</p>
"""


def commands(readme: str) -> list[str]:
    """Lines of the blocks without a language, the steps of the CI recipe, and commands within the text; each once."""
    text = (ROOT / readme).read_text("utf-8")
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M)
    lines = [line for language, block in fences if not language for line in block.splitlines()]
    lines += re.findall(r"^- run: (.*)$", text, re.M)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    lines += re.findall(r"`((?:make|code|\.venv/bin/\w+|relook [a-z-]+) [^`\n]+)`", prose)
    return list(dict.fromkeys(line.split("  #")[0].strip() for line in lines if line.strip()))


def here(command: str) -> bool:
    return command not in ELSEWHERE


def in_checkout(command: str) -> bool:
    return command.startswith(("python3 -m venv .venv", ".venv/", "make "))


def run(command: str, folder: Path, home: Path, allowed: tuple[int, ...] = (0,), path: str = "") -> None:
    kept = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    environment = {**kept, "HOME": str(home), "PATH": f"{path}{os.pathsep}{kept['PATH']}" if path else kept["PATH"]}
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    said = f"$ {command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert done.returncode in allowed, said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has: the files that git knows, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this checkout is no git repository, so that nothing tells its files from what was built")
    folder = tmp_path_factory.mktemp("clone") / "relook"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A development server for the page."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    (tmp_path / "shop/site/css").mkdir(parents=True)
    (tmp_path / "shop/site/css/site.css").write_text(".pale { color: #bbb }\n")
    (tmp_path / "shop/site/index.html").write_text(PAGE)
    handler = functools.partial(quiet, directory=str(tmp_path / "shop/site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_what_is_not_run_here_is_in_a_readme() -> None:
    every = {command for readme in READMES for command in commands(readme)}
    assert set(ELSEWHERE) <= every
    assert {"make demo", "make vsix", "relook refine page.html --write"} <= every


@pytest.mark.browser
@pytest.mark.timeout(1500)
def test_every_command_works(checkout: Path, home: Path, tmp_path: Path, port: int) -> None:
    """First those of the checkout. Then, in the repository of a user, the CI recipe with what ``make wheel`` wrote, and
    with the program that it installed all others."""
    every = list(dict.fromkeys(command for readme in READMES for command in commands(readme) if here(command)))
    by_hand = [command for command in every if in_checkout(command) and not command.startswith("make ")]
    made = [command for command in every if command.startswith("make ")]
    if shutil.which("npm") is None:
        made.remove("make vsix")
    for command in [*by_hand, *made]:
        run(command, checkout, home)
    assert (checkout / "build/demo/report.html").is_file()
    assert "make vsix" not in made or (checkout / "build/relook.vsix").is_file()

    shop = tmp_path / "shop"
    subprocess.run(["git", "init", "--quiet", shop], check=True)
    (shop / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (shop / "site/relook.toml").touch()
    for page in ("page.html", "path/to/page.html"):
        (shop / page).parent.mkdir(parents=True, exist_ok=True)
        (shop / page).write_text(PAGE.replace("css/", "/site/css/"))
    shutil.copytree(checkout / "build/wheel", shop / "tools/relook")
    recipe = [command for command in every if ".relook/bin/" in command]
    assert len(recipe) == 3
    for command in recipe:
        run(command, shop, home, (0, 1))
    paths_exist(shop)
    for command in every:
        if not in_checkout(command) and command not in recipe:
            assert command.startswith("relook "), f"{command}: run it here, or say in ELSEWHERE what runs it"
            run(command.replace("5173", str(port)), shop, home, (0, 1), str(shop / ".relook/bin"))


def paths_exist(repository: Path) -> None:
    (log,) = json.loads((repository / "relook.sarif").read_text("utf-8"))["runs"]
    places = [
        place["physicalLocation"]["artifactLocation"]
        for result in log["results"]
        for place in (*result["locations"], *result.get("relatedLocations", []))
    ]
    assert {place["uri"] for place in places} == {"site/css/site.css", "site/index.html"}
    assert all((repository / unquote(place["uri"])).is_file() for place in places)
    assert {place["uriBaseId"] for place in places} == {"%SRCROOT%"}
