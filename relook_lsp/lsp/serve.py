"""Serves one client over two streams, and ends in one way whatever is the reason: the client says so, its input ends, a
signal arrives, or the editor has died. Nothing that the server made stays: no browser, no temporary folder."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable
from typing import BinaryIO, NoReturn

from pygls.io_ import StdinAsyncReader, run_async

from relook_lsp.lsp.leave import leave_at_once
from relook_lsp.lsp.server import RelookServer

log = logging.getLogger(__name__)

CANCELLING = 2.0
"""Seconds that tasks may take to end when they are cancelled at the very end."""

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class _Output:
    """The client's end of the output. When the client no longer reads, the server ends."""

    def __init__(self, stream: BinaryIO, closed: Callable[[], None]) -> None:
        self._stream = stream
        self._closed = closed
        self._broken = False

    def write(self, data: bytes) -> None:
        if self._broken:
            return
        try:
            self._stream.write(data)
            self._stream.flush()
        except (OSError, ValueError):
            self._broken = True
            self._closed()

    def close(self) -> None:
        """The end of the process closes the stream."""


def serve(server: RelookServer, stdin: BinaryIO, stdout: BinaryIO) -> NoReturn:
    """Serve until one of the reasons comes up, then end the process."""
    try:
        asyncio.run(_serve(server, stdin, stdout))
    except BaseException:
        log.exception("the server ended")
    finally:
        leave_at_once(1)
    raise AssertionError("unreachable")


async def _serve(server: RelookServer, stdin: BinaryIO, stdout: BinaryIO) -> NoReturn:
    loop = asyncio.get_running_loop()
    reason: asyncio.Future[int] = loop.create_future()

    def leave(code: int) -> None:
        if not reason.done():
            reason.set_result(code)

    server.leave = leave
    for name in SIGNALS:
        if (number := getattr(signal, name, None)) is not None:
            with contextlib.suppress(NotImplementedError):  # Windows: the handler of ``main`` stays
                loop.add_signal_handler(number, leave, 0)
    server.protocol.set_writer(_Output(stdout, lambda: leave(0)))
    reader = StdinAsyncReader(stdin, server.thread_pool)
    reading = asyncio.create_task(
        run_async(threading.Event(), reader, server.protocol, log, server.report_server_error)
    )
    reading.add_done_callback(lambda task: leave(0 if task.cancelled() or task.exception() is None else 1))
    code = await reason
    await server.close_browser()
    tasks = asyncio.all_tasks() - {asyncio.current_task(), reading}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CANCELLING)
    leave_at_once(code)
