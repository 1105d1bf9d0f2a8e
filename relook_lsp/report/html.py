"""One self-contained file for people: frames with boxes drawn over them, and every finding with its picture.

Works without scripts for reading; the script only filters and links boxes with findings. Everything that a page
controls is escaped here and nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from PIL import Image

from relook_lsp import __version__
from relook_lsp.core.finding import Finding, Report
from relook_lsp.core.snapshot import Frame, Snapshot, View
from relook_lsp.core.text import LineIndex
from relook_lsp.report import Reviewed
from relook_lsp.report.pictures import crop, view_of
from relook_lsp.report.plain import plain
from relook_lsp.report.terminal import grouped

_HERE = Path(__file__).parent
MAX_FRAME = 3000
"""Height of a frame in the report; deeper parts are cut off."""

Texts = Mapping[str, tuple[str, str, str]]
"""Rule id -> (title, why, fix)."""


def render(pages: Sequence[Reviewed], rules: Texts) -> str:
    """The whole document."""
    body = "".join(_page(index, page, rules) for index, page in enumerate(pages))
    overview = _overview(pages) if len(pages) > 1 else ""
    return document("ReLook report", f"{_filters(pages, rules)}{overview}{body}", "report")


def document(title: str, body: str, name: str) -> str:
    """Head, policy and assets around a body. ``name`` chooses the script."""
    style = (_HERE / "report.css").read_text("utf-8")
    script = (_HERE / f"{name}.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header class="top"><h1>{escape(title)}</h1><p>ReLook {__version__}</p></header>\n<main>\n{body}</main>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _filters(pages: Sequence[Reviewed], rules: Texts) -> str:
    used = sorted({f.rule for page in pages for f in page.report.findings})
    sizes = sorted({str(f.viewport) for page in pages for f in page.report.findings if f.viewport.width})
    if not used:
        return ""
    options = "".join(f'<option value="{escape(r)}">{escape(rules.get(r, (r, "", ""))[0])}</option>' for r in used)
    views = "".join(f"<option>{escape(size)}</option>" for size in sizes)
    return (
        '<form class="filters" hidden>'
        f'<label>Rule <select name="rule"><option value="">all</option>{options}</select></label>'
        '<label>Severity <select name="severity"><option value="">all</option><option>error</option>'
        "<option>warning</option><option>information</option></select></label>"
        f'<label>Window <select name="viewport"><option value="">all</option>{views}</select></label>'
        '<output class="count"></output></form>\n'
    )


def _overview(pages: Sequence[Reviewed]) -> str:
    rows = "".join(
        f'<tr><td><a href="#page-{index}">{escape(plain(page.report.page))}</a></td><td>{_score(page.report)}</td>'
        f"<td>{len(page.report.findings)}</td></tr>"
        for index, page in enumerate(pages)
    )
    return f'<div class="scroll"><table class="overview"><thead><tr><th>Page</th><th>Score</th><th>Findings</th></tr></thead><tbody>{rows}</tbody></table></div>\n'


def _score(report: Report) -> str:
    if not report.reviewed:
        return '<span class="score none">not reviewed</span>'
    level = "good" if report.score >= 90 else "fair" if report.score >= 60 else "poor"
    return f'<span class="score {level}">{report.score}</span>'


def _page(index: int, page: Reviewed, rules: Texts) -> str:
    report, snapshot = page.report, page.snapshot
    groups = grouped(report.findings)
    head = f'<section class="page" id="page-{index}"><h2>{escape(plain(report.page))} {_score(report)}</h2>\n'
    problems = "".join(f'<p class="problem">{escape(plain(p.message))}</p>' for p in report.problems)
    if not groups and report.reviewed:
        problems += '<p class="clean">Nothing found.</p>'
    frames = _frames(index, groups, snapshot) if snapshot is not None else ""
    items = "".join(_finding(index, number, group, snapshot, rules) for number, group in enumerate(groups, start=1))
    left = {(one.rule, one.reason) for one in report.incomplete}
    undecided = ""
    if left:
        lines = "".join(f"<li>{escape(rule)}: {escape(reason)}</li>" for rule, reason in sorted(left))
        undecided = f'<details class="left"><summary>{len(left)} questions could not be decided</summary><ul>{lines}</ul></details>'
    return f'{head}{problems}{frames}<ol class="findings">{items}</ol>{undecided}</section>\n'


def _frames(index: int, groups: list[tuple[Finding, ...]], snapshot: Snapshot) -> str:
    views = [v for v in (*snapshot.settled, *snapshot.roles("confirm")) if v.frame is not None]
    figures = "".join(_frame(index, view, groups, snapshot) for view in views)
    return f'<div class="frames">{figures}</div>\n' if figures else ""


def _frame(index: int, view: View, groups: list[tuple[Finding, ...]], snapshot: Snapshot) -> str:
    assert view.frame is not None
    data, width, height = picture(view.frame)
    boxes: list[str] = []
    for number, group in enumerate(groups, start=1):
        for one in group:
            if one.box.area > 0 and view_of(snapshot, one) is view and one.box.y < height:
                x, y, w, h = one.box
                place = (
                    f"left:{100 * x / width:.3f}%;top:{100 * y / height:.3f}%;"
                    f"width:{100 * min(w, width - x) / width:.3f}%;height:{100 * min(h, height - y) / height:.3f}%"
                )
                boxes.append(
                    f'<a class="box {one.severity.value}" href="#f-{index}-{number}" data-number="{number}" style="{place}">'
                    f"<span>{number}</span></a>"
                )
    size = f"{view.viewport.width} × {view.viewport.height}"
    return (
        f'<figure style="--w:{view.viewport.width}"><figcaption>{size}</figcaption>'
        f'<div class="frame"><img alt="The page at {size}" width="{width}" height="{height}" src="{data}">{"".join(boxes)}</div></figure>'
    )


def picture(frame: Frame) -> tuple[str, int, int]:
    """A frame as a data URL, with its width and height in pixels; cut at ``MAX_FRAME``."""
    with Image.open(io.BytesIO(frame.png)) as image:
        shown = image.convert("RGB").crop((0, 0, image.width, min(image.height, MAX_FRAME)))
    out = io.BytesIO()
    shown.save(out, "WEBP", quality=82, method=2)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode(), shown.width, shown.height


def _finding(index: int, number: int, group: tuple[Finding, ...], snapshot: Snapshot | None, rules: Texts) -> str:
    one = group[0]
    title, why, fix = rules.get(one.rule, (one.rule, "", ""))
    seen = ", ".join(dict.fromkeys(str(s.viewport) for f in group for s in f.seen))
    more = f'<p class="more">and {len(group) - 1} more places with the same cause</p>' if len(group) > 1 else ""
    return (
        f'<li class="finding {one.severity.value}" id="f-{index}-{number}" data-rule="{escape(one.rule)}" '
        f'data-severity="{one.severity.value}" data-viewport="{escape(seen)}" value="{number}">'
        f'<h3><span class="tag">{one.severity.value}</span> {escape(title)}</h3><p>{escape(plain(one.message))}</p>{more}'
        f"{_excerpt(one, snapshot)}{_crop(one, snapshot)}"
        f'<p class="where">{escape(one.rule)} · seen at {escape(seen) or "load"}</p>'
        f"<details><summary>Why, and what helps</summary><p>{escape(why)}</p><p>{escape(fix)}</p></details></li>\n"
    )


def _excerpt(one: Finding, snapshot: Snapshot | None) -> str:
    place = one.cause
    name = f"{plain(place.path or place.url or '', 120)}:{place.range.start.line + 1}"
    source = snapshot.sources.get(place.url or "") if snapshot is not None else None
    if source is None:
        return f'<p class="file">{escape(name)}</p>'
    line = LineIndex(source.text).line_span(place.range.start.line)
    start, end = place.span.start, min(place.span.end, line.end)
    before, marked, after = source.text[line.start : start], source.text[start:end], source.text[end : line.end]
    before, after = before.lstrip()[-80:], after[:80]
    return f'<p class="file">{escape(name)}</p><pre tabindex="0"><code>{_code(before)}<mark>{_code(marked[:200])}</mark>{_code(after)}</code></pre>'


def _code(text: str) -> str:
    return escape("".join(c if c.isprintable() else " " for c in text))


def _crop(one: Finding, snapshot: Snapshot | None) -> str:
    data = crop(snapshot, one) if snapshot is not None else None
    if data is None:
        return ""
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    source = base64.b64encode(data).decode()
    return f'<img class="crop" alt="Picture of the place" width="{width}" height="{height}" loading="lazy" src="data:image/png;base64,{source}">'
