"""What a capture looks at."""

from __future__ import annotations

from dataclasses import dataclass

from relook_lsp.core.snapshot import Viewport


@dataclass(frozen=True)
class CapturePlan:
    """What to look at. ``sweep`` widths are layout-only; widths below ``touch_below`` belong to the phone class."""

    viewports: tuple[Viewport, ...] = (Viewport(375, 812, True), Viewport(768, 1024), Viewport(1280, 800))
    moments: tuple[int, ...] = (0, 1000, 2000)
    sweep: tuple[int, ...] = (
        320,
        360,
        414,
        480,
        540,
        600,
        660,
        720,
        800,
        860,
        920,
        980,
        1024,
        1100,
        1160,
        1220,
        1340,
        1400,
    )
    touch_below: int = 768
    scripts: bool = True
    """False in an untrusted workspace: the page's scripts do not run."""
    allowed_hosts: tuple[str, ...] = ()
    backgrounds: bool = True
    zoom: bool = True
    """A layout-only look at the widest window zoomed to 200 %: about 10 ms, and a picture where a rule asks for it."""
    dark: bool = True
    """A full look in the dark colour scheme, only at pages that declare one: about 100 ms."""
    axe: bool = False
    """Whether axe-core runs too, on the largest viewport, after everything else was looked at."""
    timeout: float = 30.0
