"""What a refinement changed, in pictures: one slider for every window size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from relook_lsp.core.finding import Report
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.report.embedded_images import ImageAlbum
from relook_lsp.report.finding_entry import escape_line, path_markup
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.report.html_document import build_html_document


@dataclass(frozen=True)
class RefinedPair:
    """A page before and after; ``accepted`` lists the edits in words, ``diff`` is unified."""

    before: Report
    seen_before: Snapshot | None
    after: Report
    seen_after: Snapshot | None
    accepted: tuple[str, ...]
    diff: str


def render_before_after(pairs: Sequence[RefinedPair]) -> str:
    """The whole document."""
    album = ImageAlbum()
    sections = [_render_pair(index, pair, album) for index, pair in enumerate(pairs)]
    better = sum(bool(pair.accepted) for pair in pairs)
    return build_html_document(
        "ReLook before and after",
        f"{better} of {len(pairs)} pages made better" if len(pairs) != 1 else "1 page",
        "".join(markup for markup, _ in sections),
        "slider",
        "".join(rules for _, rules in sections),
    )


def _render_pair(index: int, pair: RefinedPair, album: ImageAlbum) -> tuple[str, str]:
    """Markup of a page, and the widths of its sliders."""
    scores = f"{pair.before.scored} → {pair.after.scored}" if pair.before.reviewed else "not reviewed"
    edits = "".join(f"<li>{escape_line(one, 160)}</li>" for one in pair.accepted) or "<li>No edit was accepted.</li>"
    code = f'<pre tabindex="0" aria-label="The edit"><code>{_escape_lines(pair.diff)}</code></pre>'
    diff = f"<details><summary>The edit</summary>{code}</details>" if pair.diff else ""
    sliders, rules = _render_sliders(index, pair, album)
    return (
        f'<section class="page"><div class="head"><div><h2>{path_markup(pair.before.page)}</h2><p>score {scores}, '
        f"findings {len(group_by_cause(pair.before.findings))} → {len(group_by_cause(pair.after.findings))}</p></div></div>"
        f"<ul>{edits}</ul>{sliders}{diff}</section>\n",
        rules,
    )


def _escape_lines(text: str) -> str:
    """A text of several lines as markup, without control and direction characters."""
    return escape("".join(c if c.isprintable() or c in "\n\t" else " " for c in text))


def _render_sliders(index: int, pair: RefinedPair, album: ImageAlbum) -> tuple[str, str]:
    if pair.seen_before is None or pair.seen_after is None:
        return "", ""
    later = {view.viewport: view for view in pair.seen_after.settled_views}
    parts: list[str] = []
    rules = ""
    for view in pair.seen_before.settled_views:
        other = later.get(view.viewport)
        if view.frame is None or other is None or other.frame is None:
            continue
        one, two = album.embed_frame(view.frame), album.embed_frame(other.frame)
        if one is None or two is None:
            continue
        size = f"{view.viewport.width} × {view.viewport.height}"
        name = f"p-{index}-{len(parts)}"
        # At one scale: a page that scrolled sideways has a wider picture.
        wide = max(one.width, two.width)
        rules += f"#{name}{{max-width:{view.viewport.width}px}}\n#{name} img{{width:{one.width / wide:.2%}}}\n"
        rules += f"#{name} .after img{{width:{two.width / wide:.2%}}}\n"
        parts.append(
            f'<div class="pair" id="{name}"><p>{size}: before on the left, after on the right</p>'
            f'<div class="slider"><img alt="Before, at {size}" width="{one.width}" height="{one.height}" src="{one.url}">'
            f'<div class="after"><img alt="After, at {size}" width="{two.width}" height="{two.height}" src="{two.url}"></div></div>'
            f'<input type="range" min="0" max="100" value="50" aria-label="How much of the page before is shown, at {size}"></div>'
        )
    return "".join(parts), rules
