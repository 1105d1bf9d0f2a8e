"""Real model servers for the tests: started as users start them, from an environment of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("RELOOK_MODELS", ROOT / "build" / "models"))
PYTHON = FOLDER / "bin" / "python"
STARTING = 600.0
"""Seconds; it takes about 35 on an idle machine of two cores."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*arguments: str) -> list[str]:
    """Skips the test where the environment is missing."""
    if not (FOLDER / "ready").is_file():
        pytest.skip("there is no environment with a model server; make test-models makes one")
    return [str(PYTHON), "-m", "model_server", "serve", *arguments]


class Served:
    """``python -m model_server serve``, up and answering."""

    def __init__(self, role: str, *arguments: str, key: str = "") -> None:
        self.port = free_port()
        asked = command("--role", role, "--model", str(FOLDER / f"tiny-{role}"), "--port", str(self.port), *arguments)
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.process = subprocess.Popen(
            asked, cwd=ROOT, env={**os.environ, "RELOOK_API_KEY": key}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )  # fmt: skip
        assert self.process.stdout is not None and self.process.stderr is not None
        self.said = [self.process.stdout.readline(), self.process.stdout.readline()]
        if not self.said[1]:
            raise AssertionError(self.process.communicate()[1])

    def server(self) -> int:
        """Process id of the server below the launcher."""
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end, where it has not; exit code and what it wrote to stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def gone(pid: int, seconds: float = 60.0) -> bool:
    """Whether a process ends in time; one that nobody has collected yet has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.2)
    return False
