"""Starts a server process, waits until it is healthy, and stops it with its children."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping, Sequence

from model_server.serve.failures import explain_failure
from model_server.serve.presets import ServeRequest

KEPT_LINES = 400
POLL = 0.5
STOPPING = 20.0
"""Seconds that the server gets to end by itself."""


class ServeError(Exception):
    """One sentence that says what to do."""


def check_port(host: str, port: int) -> None:
    """Raises ``ServeError`` where the port cannot be had: said at once, not after a minute of loading."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another one: --port N"
            ) from None


class ServerProcess:
    """A server process and the last lines of its output."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, echo: bool) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._echo = echo
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip("\n"))
                if self._echo:
                    sys.stderr.write(line)

    def wait_until_ready(self, wanted: ServeRequest, seconds: float) -> None:
        """Wait until it is healthy. Raises ``ServeError`` where it ends before, or does not come."""
        deadline = time.monotonic() + seconds
        while not _is_healthy(wanted):
            code = self._process.poll()
            if code is not None:
                self._reader.join(5)
                raise ServeError(explain_failure(self.lines, wanted.model, code))
            if time.monotonic() > deadline:
                self.stop()
                raise ServeError(f"The server was not ready after {seconds:g} s; see what it does with --verbose.")
            time.sleep(POLL)

    def wait(self) -> int:
        return self._process.wait()

    def stop(self) -> None:
        """Terminates the process and its workers; kills them after ``STOPPING`` seconds."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOPPING)
        self._reader.join(STOPPING)


def _is_healthy(wanted: ServeRequest) -> bool:
    try:
        with urllib.request.urlopen(wanted.url.removesuffix("/v1") + "/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
