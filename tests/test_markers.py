"""``make test-fast`` leaves out what starts a browser; the marker decides, so it must be right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLUGIN = """
def pytest_collection_finish(session):
    print("COLLECTED", len(session.items))
    for item in session.items:
        if "driver" in item.fixturenames:
            print("SELECTED", item.nodeid)
"""


def test_no_test_without_the_marker_asks_for_the_browser(tmp_path: Path) -> None:
    """Collected as ``make test-fast`` selects."""
    (tmp_path / "list_selected.py").write_text(PLUGIN, "utf-8")
    code = "import sys, pytest; sys.path.insert(0, sys.argv[1]); sys.exit(pytest.main(sys.argv[2:]))"
    command = [sys.executable, "-c", code, str(tmp_path), "-p", "list_selected", "-p", "no:cacheprovider", "-q", "-q"]
    command += ["-n", "0", "--collect-only", "-m", "not browser", str(ROOT / "tests")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (count,) = re.findall(r"^COLLECTED (\d+)$", done.stdout, re.M)
    assert int(count) > 100
    assert [line for line in done.stdout.splitlines() if line.startswith("SELECTED")] == []
