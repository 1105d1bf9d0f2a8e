"""Real editors: each opens a page, sees the finding on its line, applies the verified fix, and sees it go away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
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
LINE = PAGE[: PAGE.index(".muted {")].count("\n")

COMMANDS = {
    "nvim": ["nvim", "--headless", "--clean", "-n", f"+luafile {HERE / 'neovim.lua'}"],
    "emacs": ["emacs", "-q", "--batch", "-l", str(HERE / "emacs.el")],
}


@pytest.mark.editors
@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.parametrize("editor", COMMANDS)
def test_finding_fix_gone(editor: str, tmp_path: Path) -> None:
    if shutil.which(editor) is None:
        pytest.skip(f"{editor} is not installed")
    page = tmp_path / "index.html"
    page.write_text(PAGE, "utf-8")
    environment = {
        **os.environ, "RELOOK_FILE": str(page), "RELOOK_LINE": str(LINE), "RELOOK_PYTHON": sys.executable,
        "XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path),
    }  # fmt: skip
    done = subprocess.run(COMMANDS[editor], env=environment, capture_output=True, text=True, timeout=220, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Text contrast is 2.32:1" in done.stdout + done.stderr
    assert "applied ReLook refine: color: #" in done.stdout + done.stderr
    written = page.read_text("utf-8")
    changed = [(a, b) for a, b in zip(PAGE.splitlines(), written.splitlines(), strict=True) if a != b]
    assert len(changed) == 1 and changed[0][1].startswith(".muted { color: #7")
