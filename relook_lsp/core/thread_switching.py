"""How long one thread of ours keeps the others waiting."""

from __future__ import annotations

import sys

SWITCH = 0.0005
"""Seconds; 0.005 unless told. While a thread judges what was seen, the one that speaks with the browser waits this long
at each of its hundreds of messages."""


def shorten_thread_switch_interval() -> None:
    """To be called by a program when it starts; the interval is the whole process's."""
    sys.setswitchinterval(SWITCH)
