"""The frames of a page, one tab for each window, with a numbered box over every finding."""

from __future__ import annotations

from collections.abc import Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.core.snapshot import Snapshot, View
from relook_lsp.report.embedded_images import EmbeddedImage, ImageAlbum
from relook_lsp.report.finding_crops import view_of_finding
from relook_lsp.report.grouping import Group

MAX_TABS = 9
"""The style sheet has a rule for each."""

NUMBER = 60
"""Pixels of a picture that a number may take in height when the picture is shown at a third of its size."""


class PageFigure:
    """Markup and style of one page's frames; ``boxed`` says on which box a group is drawn (group number -> id)."""

    def __init__(self, page: int, groups: Sequence[Group], snapshot: Snapshot | None, album: ImageAlbum) -> None:
        self.box_by_group: dict[int, str] = {}
        self.rules = ""
        self._page = page
        self.markup = self._build_tabs(groups, snapshot, album) if snapshot is not None else ""

    def _build_tabs(self, groups: Sequence[Group], snapshot: Snapshot, album: ImageAlbum) -> str:
        shown = [(group, one, view_of_finding(snapshot, one)) for group in groups for one in group if one.box.area > 0]
        worst = {view.id for _, _, view in shown if view is not None}
        framed = [view for view in snapshot.settled_views if view.frame is not None]
        framed += [
            view for view in snapshot.views if view.frame is not None and view.id in worst and view not in framed
        ]
        tabs: list[str] = []
        figures: list[str] = []
        # The window with the most findings is open first.
        load = {view.id: sum(v is view for _, _, v in shown) for view in framed}
        first = max(framed, key=lambda view: load[view.id], default=None)
        numbers = {id(group): number for number, group in enumerate(groups, start=1)}
        for view in sorted(framed, key=lambda view: (view.viewport.width, view.role, view.moment))[:MAX_TABS]:
            assert view.frame is not None
            picture = album.embed_frame(view.frame)
            if picture is None:
                continue
            tab = f"{self._page}-{len(tabs)}"
            here = [(numbers[id(group)], one) for group, one, other in shown if other is view]
            count = f' <b class="n">{len(here)}</b>' if here else ""
            checked = " checked" if view is first else ""
            tabs.append(
                f'<input class="pick" type="radio" name="window-{self._page}" id="w-{tab}"{checked}>'
                f'<label for="w-{tab}">{_window_label(view)}{count}</label>'
            )
            figures.append(self._build_figure(tab, view, picture, here))
        if not tabs:
            return ""
        return f'<div class="stage"><fieldset class="windows"><legend>Window</legend>{"".join(tabs)}</fieldset>{"".join(figures)}</div>\n'

    def _build_figure(self, tab: str, view: View, picture: EmbeddedImage, here: Sequence[tuple[int, Finding]]) -> str:
        boxes: list[str] = []
        for number, one in here:
            x, y = max(0.0, one.box.x), max(0.0, one.box.y)
            right, bottom = min(one.box.right, picture.width), min(one.box.bottom, picture.height)
            if right <= x or bottom <= y:
                continue
            name = f"b-{tab}-{len(boxes)}"
            self.box_by_group.setdefault(number, name)
            self.rules += (
                f"#{name}{{left:{_format_percent(x, picture.width)};top:{_format_percent(y, picture.height)};"
                f"width:{_format_percent(right - x, picture.width)};height:{_format_percent(bottom - y, picture.height)}}}\n"
            )
            boxes.append(
                f'<a class="box {one.severity.value}{_number_position(y, bottom, picture.height)}" id="{name}" href="#f-{self._page}-{number}" '
                f'aria-label="Finding {number}"><span>{number}</span></a>'
            )
        self.rules += f"#s-{tab}{{max-width:{picture.width}px}}\n"
        edge = ""
        if picture.width > view.viewport.width:
            edge = f'<span class="edge" id="e-{tab}"><span>the window ends here</span></span>'
            self.rules += f"#e-{tab}{{left:{_format_percent(view.viewport.width, picture.width)}}}\n"
        return (
            f'<figure class="window" data-tab="w-{tab}"><div class="frame" id="s-{tab}">'
            f'<img alt="The page in a window of {_window_label(view)} pixels" width="{picture.width}" height="{picture.height}" '
            f'src="{picture.url}">{edge}{"".join(boxes)}</div></figure>'
        )


def _number_position(top: float, bottom: float, height: float) -> str:
    """Where the number stands: above its box, so that it hides nothing that the box is about; where there is no room,
    below it or in it."""
    return "" if top >= NUMBER else " under" if bottom <= height - NUMBER else " within"


def _window_label(view: View) -> str:
    special = {"zoom": ", zoomed to 200 %", "dark": ", dark"}.get(view.role, "")
    return f"{view.viewport.width} × {view.viewport.height}{special}"


def _format_percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3f}%"
