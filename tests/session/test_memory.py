"""A server that has nothing to do is small, also when it had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "docs" / "demo" / "broken"

WORK = """
import asyncio, sys
from pathlib import Path
from relook_lsp.session.open_documents import OpenDocument
from relook_lsp.session.reviewed_page import PageId
from relook_lsp.session.state import Session
from tests.session.conftest import Nobody

async def main(folder):
    session = Session(Nobody())
    session.browser._idle, page = 0.2, folder / "index.html"
    for version in range(1, 5):
        text = page.read_text("utf-8").replace("<body", "<body title='%d'" % version)
        session.put_document(OpenDocument(page.as_uri(), page, "html", version, text))
        assert await session.review_now(PageId(folder, "index.html"))
    while session.browser._driver is not None or session.browser._closing is not None:
        await asyncio.sleep(0.1)
    print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
    await session.close()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="asks the system by /proc")
def test_after_work_and_rest_memory_goes_back() -> None:
    command = [sys.executable, "-c", WORK, str(DEMO)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=DEMO.parents[2])
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 120 * 1024
