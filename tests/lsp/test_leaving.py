"""The server ends in order whatever ends it and whatever it was doing: no process, no folder, no traceback stays."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.conftest import PAGE
from tests.lsp.process import alive, command, descendants

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc"),
]

PALE = PAGE.replace('<p class="muted"', '<p style="color: #aaa"')

BOUND = 60.0
"""Seconds until a server has ended: its own bound is 15, and the machine may be busy."""


class Server:
    """A server process with a temporary folder of its own, at the other end of raw messages."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.page = folder / "index.html"
        self.page.write_text(PALE, "utf-8")
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.errors = folder / "errors"
        self.said: list[dict[str, Any]] = []
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "relook_lsp"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env={**os.environ, "TMPDIR": str(self.temporary)},
            )  # fmt: skip
        self.started: set[int] = set()
        self.reading = threading.Thread(target=self._read, daemon=True)
        self.reading.start()
        root: dict[str, Any] = {"rootUri": folder.as_uri(), "capabilities": {}, **more}
        self.say("initialize", {"processId": None, **root}, identity=1)
        self.say("initialized", {})

    def say(self, method: str, params: Any, identity: int | None = None) -> None:
        body = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": identity} if identity else {})}
        data = json.dumps(body).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            while stream.readline().strip():
                pass
            self.said.append(json.loads(stream.read(int(header.split(b":")[1]))))

    def until(self, done: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 2 * BOUND
        while not done():
            assert time.monotonic() < deadline, self.errors.read_text()
            time.sleep(0.01)

    def state(self, state: str) -> bool:
        return any(one.get("params", {}).get("state") == state for one in self.said if "params" in one)

    def open(self) -> None:
        item = {"uri": self.page.as_uri(), "languageId": "html", "version": 1, "text": PALE}
        self.say("textDocument/didOpen", {"textDocument": item})

    def refine(self) -> None:
        self.say("relook/refine", {"uri": self.page.as_uri(), "finding": "", "apply": False}, identity=2)

    def note_processes(self) -> None:
        self.started = descendants(self.process.pid)

    def left(self) -> dict[str, Any]:
        """Processes and files that are still there some seconds after the end."""
        deadline = time.monotonic() + BOUND / 2
        while any(alive(one) for one in self.started) and time.monotonic() < deadline:
            time.sleep(0.05)
        return {
            **{str(one): command(one) for one in self.started if alive(one)},
            **{path.name: path for path in self.temporary.iterdir()},
        }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path)
    yield one
    if one.process.poll() is None:
        one.process.kill()
    one.process.wait()
    one.reading.join()
    for stream in (one.process.stdin, one.process.stdout):
        assert stream is not None
        with contextlib.suppress(BrokenPipeError):
            stream.close()


def _starting(server: Server) -> None:
    """While the browser starts."""
    server.open()
    server.until(lambda: [*server.temporary.glob("relook-browser-*")])


def _reviewing(server: Server) -> None:
    server.open()
    server.until(lambda: server.state("rendering"))
    server.until(lambda: any("--headless" in command(one) for one in descendants(server.process.pid)))
    time.sleep(1)


def _refining(server: Server) -> None:
    server.open()
    server.refine()
    server.until(lambda: server.state("refining"))
    time.sleep(1)


MOMENTS = {"starting": _starting, "reviewing": _reviewing, "refining": _refining}


def _signal(number: signal.Signals) -> Callable[[Server], int]:
    def send(server: Server) -> int:
        server.process.send_signal(number)
        return 0

    return send


def _end_of_input(server: Server) -> int:
    assert server.process.stdin is not None
    server.process.stdin.close()
    return 0


def _shutdown(server: Server) -> int:
    server.say("shutdown", None, identity=3)
    server.until(lambda: any(one.get("id") == 3 for one in server.said))
    server.say("exit", None)
    return 0


def _exit_alone(server: Server) -> int:
    server.say("exit", None)
    return 1


ENDS = {
    "SIGTERM": _signal(signal.SIGTERM),
    "SIGHUP": _signal(signal.SIGHUP),
    "SIGINT": _signal(signal.SIGINT),
    "end of input": _end_of_input,
    "shutdown": _shutdown,
    "exit without shutdown": _exit_alone,
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("end", ENDS)
def test_nothing_stays(server: Server, moment: str, end: str) -> None:
    MOMENTS[moment](server)
    server.note_processes()
    code = ENDS[end](server)
    assert server.process.wait(BOUND) == code, server.errors.read_text()
    assert server.left() == {}
    assert "Traceback" not in server.errors.read_text()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_server_that_is_killed_takes_its_browser_along_and_the_next_removes_its_folders(
    server: Server, moment: str
) -> None:
    MOMENTS[moment](server)
    server.note_processes()
    server.process.kill()
    server.process.wait()
    deadline = time.monotonic() + BOUND
    while any(alive(one) for one in server.started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {one: command(one) for one in server.started if alive(one)} == {}
    assert [*server.temporary.iterdir()]
    code = "from relook_lsp.core.scratch import ScratchFolder; ScratchFolder('next')"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(server.temporary)}, check=True)
    assert server.left() == {}


EDITOR = """
import json, os, subprocess, sys, time
server = subprocess.Popen([sys.executable, "-m", "relook_lsp"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
other = subprocess.Popen(["sleep", "300"], stdout=server.stdin)  # holds the server's input open
for body in ({"id": 1, "method": "initialize", "params": {"processId": os.getpid(), "capabilities": {}}},
             {"method": "initialized", "params": {}}):
    data = json.dumps({"jsonrpc": "2.0", **body}).encode()
    server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n" % len(data) + data)
server.stdin.flush()
print(server.pid, other.pid, flush=True)
time.sleep(300)
"""


def test_the_server_ends_with_its_editor_though_its_input_stays_open() -> None:
    with subprocess.Popen([sys.executable, "-c", EDITOR], stdout=subprocess.PIPE, text=True) as editor:
        assert editor.stdout is not None
        server, holder = (int(number) for number in editor.stdout.readline().split())
        try:
            time.sleep(3)
            assert alive(server)
            editor.kill()
            deadline = time.monotonic() + BOUND
            while alive(server) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert not alive(server)
        finally:
            os.kill(holder, signal.SIGKILL)
