"""The viewport meta is missing, so that phones show a shrunken desktop page, or it forbids zooming."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relook_lsp.core.finding import ByAttribute, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import Layout
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_PROPERTY = re.compile(r"([a-z-]+)\s*=\s*([^\s,;=]+)")


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    root = layout.find_first("html")
    metas = [
        n
        for n, name in enumerate(layout.names)
        if name == "meta" and (layout.attribute(n, "name") or "").strip().lower() == "viewport"
    ]
    if root is None:
        return
    if metas:
        yield Outcome(Verdict.PASS, root)
    elif context.view.viewport.touch and context.layout_width > context.width:
        bare = not _has_styles(layout)
        yield Outcome(
            Verdict.FAIL,
            root,
            measured={"meta": "none", "laid_out_at": round(context.layout_width)},
            required={"laid_out_at": context.width},
            extent=0.5,
            # Text without any style of its own is a draft, not a page made for desktops.
            severity=Severity.INFORMATION if bare else None,
            blame=tuple(ByTag(n) for n in (layout.find_first("head"), root) if n is not None),
            message_values={
                "problem": f"There is no viewport meta: phones lay the page out {context.layout_width:.0f} px wide and shrink it to {context.width} px."
            },
        )
    for meta in metas:
        problem = forbidden_zoom(layout.attribute(meta, "content") or "")
        if problem is None:
            yield Outcome(Verdict.PASS, meta)
            continue
        yield Outcome(
            Verdict.FAIL,
            meta,
            measured={"content": (layout.attribute(meta, "content") or "").strip(), "forbids": problem},
            required={"zoom": RULE.thresholds["zoom"]},
            extent=0.5,
            blame=(ByAttribute(meta, ("content",)), ByTag(meta)),
            message_values={"problem": f"The viewport meta forbids zooming (`{problem}`)."},
        )


def forbidden_zoom(content: str) -> str | None:
    """The property of a viewport meta that keeps visitors from zooming to 200 %, as written (CSS Viewport 1: names and
    numbers are read up to where they stop making sense, unknown words count as 0)."""
    properties = {match[1]: (match[2], match[0]) for match in _PROPERTY.finditer(content.lower())}
    value, written = properties.get("user-scalable", ("yes", ""))
    if value not in ("yes", "device-width", "device-height") and abs(_parse_number(value)) < 1:
        return written
    value, written = properties.get("maximum-scale", ("10", ""))
    largest = {"yes": 1.0, "device-width": 10.0, "device-height": 10.0}.get(value, _parse_number(value))
    return written if 0 <= largest < RULE.thresholds["zoom"] else None


def _parse_number(value: str) -> float:
    match = _NUMBER.match(value)
    return float(match[0]) if match else 0.0


def _has_styles(layout: Layout) -> bool:
    return any(
        name == "style"
        or (name == "link" and "stylesheet" in (layout.attribute(n, "rel") or "").lower())
        or (layout.types[n] == 1 and layout.attribute(n, "style") is not None)
        for n, name in enumerate(layout.names)
    )


RULE = Rule(
    id="viewport-meta",
    group="document",
    severity=Severity.WARNING,
    title="The viewport meta is missing or forbids zoom",
    message="{problem}",
    why="Without it a phone shows a tiny picture of a desktop page; with a zoom lock, people with low vision cannot enlarge it.",
    fix='Write `<meta name="viewport" content="width=device-width, initial-scale=1">` into the head, with nothing that limits zooming.',
    thresholds={"zoom": 2},
    view=judge,
    related="The document.",
    source="WCAG 2.2, 1.4.4 Resize Text; ACT rule b4f0c3",
)  # fmt: skip
