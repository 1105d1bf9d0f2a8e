"""The review settings that screen examples, and the limits beyond which a page is left out."""

from __future__ import annotations

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.core.snapshot import Viewport
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import ReviewSettings

SCREENING = ReviewSettings(
    CapturePlan(
        viewports=(Viewport(375, 812), Viewport(1280, 800)),
        moments=(0,),
        sweep=(),
        touch_below=0,
        zoom=False,
        dark=False,
    ),
    CriticOptions(severities={"never-settles": "off", "layout-shift": "off", "viewport-meta": "off"}),
)
"""What examples are screened with: one load, a narrow and a wide window. A part of them is confirmed by a clean load
with the settings of the editor."""

MAX_NODES, MAX_HEIGHT, MAX_COST = 1200, 3000, 2.0
"""Pages beyond these (nodes, CSS pixels, cost before anything was broken) are left out: too slow, or not clean."""
