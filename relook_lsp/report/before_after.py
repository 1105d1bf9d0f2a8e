"""What a refinement changed, in pictures: one slider for every window size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from relook_lsp.core.finding import Report
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.report.html import document, picture
from relook_lsp.report.plain import plain


@dataclass(frozen=True)
class Pair:
    """A page before and after; ``accepted`` lists the edits in words, ``diff`` is unified."""

    before: Report
    seen_before: Snapshot | None
    after: Report
    seen_after: Snapshot | None
    accepted: tuple[str, ...]
    diff: str


def render(pairs: Sequence[Pair]) -> str:
    """The whole document."""
    return document("ReLook before and after", "".join(_pair(pair) for pair in pairs), "slider")


def _pair(pair: Pair) -> str:
    scores = f"{pair.before.score} → {pair.after.score}" if pair.before.reviewed else "not reviewed"
    edits = "".join(f"<li>{escape(plain(one, 160))}</li>" for one in pair.accepted) or "<li>No edit was accepted.</li>"
    diff = f'<pre tabindex="0"><code>{escape(pair.diff)}</code></pre>' if pair.diff else ""
    return (
        f'<section class="page"><h2>{escape(plain(pair.before.page))} <span class="score good">{scores}</span></h2>'
        f"<p>{len(pair.before.findings)} findings before, {len(pair.after.findings)} after.</p>"
        f"<ul>{edits}</ul>{diff}{_sliders(pair)}</section>\n"
    )


def _sliders(pair: Pair) -> str:
    if pair.seen_before is None or pair.seen_after is None:
        return ""
    later = {view.viewport: view for view in pair.seen_after.settled}
    parts: list[str] = []
    for view in pair.seen_before.settled:
        other = later.get(view.viewport)
        if view.frame is None or other is None or other.frame is None:
            continue
        one, width, height = picture(view.frame)
        two, other_width, other_height = picture(other.frame)
        size = f"{view.viewport.width} × {view.viewport.height}"
        parts.append(
            f'<div class="pair" style="max-width:{view.viewport.width}px"><p>{size}: left before, right after</p>'
            f'<div class="slider"><img alt="Before, at {size}" width="{width}" height="{height}" src="{one}">'
            f'<div class="after"><img alt="After, at {size}" width="{other_width}" height="{other_height}" src="{two}"></div></div>'
            f'<input type="range" min="0" max="100" value="50" aria-label="How much of the page before is shown, at {size}"></div>'
        )
    return "".join(parts)
