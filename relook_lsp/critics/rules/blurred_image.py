"""A picture that is shown so much larger than it is that it blurs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from relook_lsp.core.finding import ByAttribute, ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import ImageFacts
from relook_lsp.critics.box_traits import boxes_up_to
from relook_lsp.critics.page_images import is_drawing, rendered_images
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    for node, image in rendered_images(context):
        if image.width and image.height:
            yield _judge_image(context, node, image)


def _judge_image(context: ViewContext, node: int, image: ImageFacts) -> Outcome:
    layout, thresholds = context.layout, RULE.thresholds
    box = context.content_box(node)
    by = _enlargement(layout.style(node, "object-fit"), box, image)
    if by < thresholds["enlarged"] or is_drawing(image):
        return Outcome(Verdict.PASS, node)
    if layout.style(node, "image-rendering") not in ("auto", ""):
        return Outcome(Verdict.PASS, node)
    if min(image.width, image.height) < thresholds["smallest"]:
        return Outcome(Verdict.INCOMPLETE, node, reason="placeholder")
    if any("blur" in layout.style(each, "filter") for each in boxes_up_to(context, node, -1)):
        return Outcome(Verdict.INCOMPLETE, node, reason="blurred-on-purpose")
    if not _has_blurred_edges(context, node, by):
        return Outcome(Verdict.INCOMPLETE, node, reason="shows-no-detail")
    return Outcome(
        Verdict.FAIL,
        node,
        context.visible_rect(node),
        measured={
            "enlarged": round(by, 2), "width": image.width, "height": image.height,
            "shown_width": round(box.width), "shown_height": round(box.height),
        },
        required={"enlarged": 1},
        extent=min(1.0, by / 8),
        blame=(
            ByDeclaration(node, ("width", "min-width", "height", "min-height", "flex-grow"), ("auto", "0px", "0", "none")),
            ByAttribute(node, ("width", "height")),
            ByTag(node),
        ),
    )  # fmt: skip


def _enlargement(fit: str, box: Rect, image: ImageFacts) -> float:
    """How many CSS pixels one pixel of the picture covers, along its larger side."""
    across, down = box.width / image.width, box.height / image.height
    if fit in ("none", "scale-down"):
        return 1.0 if fit == "none" else min(1.0, across, down)
    return min(across, down) if fit == "contain" else max(across, down) if fit == "cover" else (across * down) ** 0.5


def _has_blurred_edges(context: ViewContext, node: int, by: float) -> bool:
    """Whether the picture has edges, which are ``by`` pixels wide now; colour washes and shadows lose nothing by being
    enlarged."""
    if context.pixels is None:
        return False
    part = context.pixels.crop(context.visible_rect(node)).astype(np.int16)
    apart = round(by) + 1
    if part.shape[0] < 8 or part.shape[1] < 8 + apart:
        return False
    steps = np.abs(part[:, apart:] - part[:, :-apart]).sum(axis=2)
    return bool(np.percentile(steps, 98) >= RULE.thresholds["detail"])


RULE = Rule(
    id="blurred-image",
    group="images",
    severity=Severity.WARNING,
    title="A picture is enlarged until it blurs",
    message="The picture is enlarged {enlarged} times: it is {width} x {height} px and shown as {shown_width} x {shown_height}.",
    why="A picture that is blown up looks soft and unfinished, on sharp screens most of all.",
    fix="Use a larger file, or show the picture no larger than it is (`max-width`).",
    thresholds={"enlarged": 2.0, "smallest": 12, "detail": 24},
    view=judge,
    related="The picture.",
)
