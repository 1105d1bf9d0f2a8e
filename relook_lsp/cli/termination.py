"""SIGTERM and SIGHUP end a command as Ctrl-C does: in order, so that no browser and no temporary folder stays."""

from __future__ import annotations

import signal
from types import FrameType

_SIGNALS = ("SIGTERM", "SIGHUP")

_received: list[int] = []


def interrupt_on_signals() -> None:
    """Handle the signals whose default would end the process at once. One that is ignored (``nohup``) stays so."""
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def exit_code() -> int:
    """Of a command that was interrupted: 128 and the number of the signal, as shells have it."""
    return 128 + (_received[0] if _received else signal.SIGINT)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Do what SIGINT does now: an event loop that runs cancels its main task, other code gets ``KeyboardInterrupt``."""
    _received.append(number)
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # ignored: a command in the background of a script
        raise KeyboardInterrupt
    handler(number, frame)
