"""A Chromium at the other end of two pipes: ``--remote-debugging-pipe``, messages of JSON that end in NUL.

No port that others could connect to, nothing between us and the browser, and a browser that ends when we do.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from relook_lsp.browser.cdp import CdpError, Handler

_COMMANDS, _ANSWERS = 3, 4
"""File descriptors at which the browser reads and writes."""

ERRORS = "errors"
"""The file of the browser's standard error."""

_CAPACITY = 1 << 20
"""Bytes that fit into a pipe, where the system lets one ask: a layout or a picture in a few reads."""


class CdpSession:
    """The messages of one target; of the browser itself where ``identity`` is empty."""

    def __init__(self, pipe: CdpPipe, identity: str) -> None:
        self._pipe = pipe
        self._identity = identity
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self.gone = ""
        """Why nothing can be sent any more."""

    async def send(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if self.gone:
            raise CdpError(f"{method}: {self.gone}")
        return await self._pipe.call(self._identity, method, params or {})

    def on(self, event: str, handler: Handler) -> None:
        self._handlers[event].append(handler)

    def dispatch_event(self, event: str, params: dict[str, Any]) -> None:
        for handler in tuple(self._handlers[event]):
            handler(params)


class CdpPipe(asyncio.Protocol):
    """The process and its sessions. Raises ``OSError`` from ``start`` where it cannot be run at all."""

    def __init__(self) -> None:
        self._sessions: dict[str, CdpSession] = {"": CdpSession(self, "")}
        self._waiting: dict[int, tuple[str, str, asyncio.Future[dict[str, Any]]]] = {}
        self._last = 0
        self._parts: list[bytes] = []
        self._writer: asyncio.WriteTransport | None = None
        self._reader: asyncio.ReadTransport | None = None
        self.pid = 0
        self.ended = asyncio.Event()

    @classmethod
    async def start(cls, command: Sequence[str], folder: Path) -> CdpPipe:
        """Run the command. It writes its standard error to the file ``errors`` in ``folder`` and its temporary files
        there too. Whoever is cancelled or fails here leaves no process."""
        pipe = cls()
        their_read, our_write = _pipe_pair()
        try:
            our_read, their_write = _pipe_pair()
        except OSError:
            os.close(their_read)
            os.close(our_write)
            raise
        to_browser, from_browser = os.fdopen(our_write, "wb", 0), os.fdopen(our_read, "rb", 0)
        try:
            try:
                pipe.pid = _spawn_process(command, their_read, their_write, folder)
            finally:
                os.close(their_read)
                os.close(their_write)
            loop = asyncio.get_running_loop()
            pipe._writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, to_browser)
            pipe._reader, _ = await loop.connect_read_pipe(lambda: pipe, from_browser)
        except BaseException:
            for end, transport in ((to_browser, pipe._writer), (from_browser, pipe._reader)):
                if transport is None:
                    end.close()
            pipe.kill()
            raise
        return pipe

    @property
    def browser_session(self) -> CdpSession:
        return self._sessions[""]

    def session_for(self, identity: str) -> CdpSession:
        """The session of an attached target."""
        return self._sessions.setdefault(identity, CdpSession(self, identity))

    def call(self, session: str, method: str, params: Mapping[str, Any]) -> asyncio.Future[dict[str, Any]]:
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        if self._writer is None or self._writer.is_closing() or self.ended.is_set():
            answer.set_exception(CdpError(f"{method}: the browser has ended"))
            return answer
        self._last += 1
        self._waiting[self._last] = (session, method, answer)
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self._writer.write(json.dumps(message, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\0")
        return answer

    # -- what arrives

    def data_received(self, data: bytes) -> None:
        *whole, rest = data.split(b"\0")
        for part in whole:
            self._parts.append(part)
            message, self._parts = b"".join(self._parts), []
            self._handle_message(json.loads(message))
        if rest:
            self._parts.append(rest)

    def _handle_message(self, message: dict[str, Any]) -> None:
        if "id" in message:
            # The answer to a page that was closed meanwhile comes too late.
            waiting = self._waiting.pop(message["id"], None)
            if waiting is not None and not waiting[2].done():
                _, method, answer = waiting
                if "error" in message:
                    answer.set_exception(CdpError(f"{method}: {message['error'].get('message', '')}"))
                else:
                    answer.set_result(message["result"])
            return
        params = cast("dict[str, Any]", message.get("params", {}))
        if message["method"] == "Target.detachedFromTarget":
            self._detach_session(params["sessionId"], "the page has been closed")
        elif message["method"] == "Inspector.targetCrashed":
            self._detach_session(message["sessionId"], "the page has crashed")
        session = self._sessions.get(message.get("sessionId", ""))
        if session is not None:
            session.dispatch_event(message["method"], params)

    def _detach_session(self, identity: str, why: str) -> None:
        session = self._sessions.pop(identity, None) if identity else self._sessions[""]
        if session is not None:
            session.gone = why
        for number, (owner, method, answer) in tuple(self._waiting.items()):
            if owner == identity:
                del self._waiting[number]
                if not answer.done():
                    answer.set_exception(CdpError(f"{method}: {why}"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()
        for identity in tuple(self._sessions):
            self._detach_session(identity, "the browser has ended")

    def kill(self) -> None:
        """End the process and everything it started, at once."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        for transport in (self._writer, self._reader):
            if transport is not None:
                transport.close()
        if self.pid:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
            self.pid = 0

    async def close(self) -> None:
        """End the process by closing its pipe; where it does not end, kill it and everything it started."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.abort()
        try:
            async with asyncio.timeout(2):
                await self.ended.wait()
        except TimeoutError:
            pass
        finally:
            self.kill()


def _spawn_process(command: Sequence[str], read: int, write: int, folder: Path) -> int:
    """Its process id; it leads a group of its own, so that what it starts can be ended with it."""
    return os.posix_spawn(
        command[0],
        list(command),
        {**os.environ, "TMPDIR": str(folder)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(folder / ERRORS), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, read, _COMMANDS),
            (os.POSIX_SPAWN_DUP2, write, _ANSWERS),
        ],
        setpgroup=0,
    )


def _pipe_pair() -> tuple[int, int]:
    """Ends for reading and for writing, out of the way of the numbers that the child uses."""
    read, write = os.pipe()
    ends = fcntl.fcntl(read, fcntl.F_DUPFD_CLOEXEC, 10), fcntl.fcntl(write, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(read)
    os.close(write)
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(ends[0], fcntl.F_SETPIPE_SZ, _CAPACITY)
    return ends
