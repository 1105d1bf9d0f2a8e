"""A picture that is shown so much larger than it is that it blurs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from relook_lsp.core.finding import ByAttribute, ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Image
from relook_lsp.critics.boxes import path
from relook_lsp.critics.pictures import is_drawing, pictures
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene


def judge(scene: Scene) -> Iterator[Outcome]:
    for node, image in pictures(scene):
        if image.width and image.height:
            yield _picture(scene, node, image)


def _picture(scene: Scene, node: int, image: Image) -> Outcome:
    layout, thresholds = scene.layout, RULE.thresholds
    box = scene.content_box(node)
    by = _enlarged(layout.style(node, "object-fit"), box, image)
    if by < thresholds["enlarged"] or is_drawing(image):
        return Outcome(Verdict.PASS, node)
    if layout.style(node, "image-rendering") not in ("auto", ""):
        return Outcome(Verdict.PASS, node)
    if min(image.width, image.height) < thresholds["smallest"]:
        return Outcome(Verdict.INCOMPLETE, node, reason="placeholder")
    if any("blur" in layout.style(each, "filter") for each in path(scene, node, -1)):
        return Outcome(Verdict.INCOMPLETE, node, reason="blurred-on-purpose")
    if not _detailed(scene, node, by):
        return Outcome(Verdict.INCOMPLETE, node, reason="shows-no-detail")
    return Outcome(
        Verdict.FAIL,
        node,
        scene.visible_rect(node),
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


def _enlarged(fit: str, box: Rect, image: Image) -> float:
    """How many CSS pixels one pixel of the picture covers, along its larger side."""
    across, down = box.width / image.width, box.height / image.height
    if fit in ("none", "scale-down"):
        return 1.0 if fit == "none" else min(1.0, across, down)
    return min(across, down) if fit == "contain" else max(across, down) if fit == "cover" else (across * down) ** 0.5


def _detailed(scene: Scene, node: int, by: float) -> bool:
    """Whether the picture has edges, which are ``by`` pixels wide now; colour washes and shadows lose nothing by being
    enlarged."""
    if scene.pixels is None:
        return False
    part = scene.pixels.crop(scene.visible_rect(node)).astype(np.int16)
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
