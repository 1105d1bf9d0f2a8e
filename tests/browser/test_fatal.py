"""A browser that does not start is explained by the line that killed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.fatal import fatal_line
from relook_lsp.core.errors import BrowserFailed

NOISE = """[1130/201526.1:WARNING:chrome/browser/x.cc:12] Fontconfig: no writable cache directories
[1130/201526.2:ERROR:dbus/bus.cc:408] Failed to connect to the bus: Failed to connect to socket
"""

SAID = {
    "a library": (
        "/opt/chrome: error while loading shared libraries: libnss3.so: cannot open shared object file: No such file",
        "libnss3.so",
    ),
    "the sandbox": (
        "[7:7:1130/201526.5:FATAL:content/browser/zygote_host/zygote_host_impl_linux.cc:127] No usable sandbox! "
        "Update your kernel",
        "No usable sandbox!",
    ),
    "memory": (
        "[7:7:1130/201526.5:ERROR:base/process/memory_linux.cc:1] Failed to create shared memory: out of memory\n"
        "[7:7:1130/201526.6:FATAL:content/app.cc:9] Check failed: region.IsValid().",
        "Failed to create shared memory: out of memory",
    ),
    "a check": (
        "[7:7:1130/201526.6:FATAL:content/app.cc:9] Check failed: region.IsValid(). \n#0 0x55d1 base::debug",
        "Check failed: region.IsValid().",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_the_fatal_line_is_quoted_not_the_first_one(name: str) -> None:
    said, expected = SAID[name]
    line = fatal_line(NOISE + said + "\n[1130/201527.1:INFO:x.cc:1] cleaning up\n")
    assert expected in line
    assert "bus.cc" not in line and "FATAL" not in line


def test_a_line_that_nobody_knows_is_quoted_as_it_is() -> None:
    assert fatal_line("one\n\n two \n\n") == "two"
    assert fatal_line(" \n") == ""


async def test_a_browser_that_dies_is_quoted(tmp_path: Path) -> None:
    browser = tmp_path / "chrome-headless-shell"
    browser.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{NOISE}{SAID['a library'][0]}\nEND\nexit 127\n")
    browser.chmod(0o755)
    driver = Driver(str(browser))
    with pytest.raises(BrowserFailed, match=r"did not start \(.*libnss3\.so"):
        await driver.acquire_tab()
    await driver.close()
