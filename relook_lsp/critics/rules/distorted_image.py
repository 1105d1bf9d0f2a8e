"""A picture that is squeezed or stretched: its sides are not shown in the proportion that they have."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByAttribute, ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import ImageFacts
from relook_lsp.critics.box_traits import is_transformed
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
    if layout.style(node, "object-fit") != "fill" or is_drawing(image):
        return Outcome(Verdict.PASS, node)
    if box.width < 1 or box.height < 1 or is_transformed(context, node):
        return Outcome(Verdict.INCOMPLETE, node, reason="turned")
    # Half a pixel of rounding makes a small picture look distorted that is not.
    stretch = (box.width / image.width) / (box.height / image.height)
    slack = 1 + 1 / min(box.width, box.height)
    by = max(stretch, 1 / stretch)
    if by <= thresholds["stretch"] * slack:
        return Outcome(Verdict.PASS, node)
    if min(image.width, image.height) < thresholds["smallest"] or min(box.width, box.height) < thresholds["smallest"]:
        return Outcome(Verdict.INCOMPLETE, node, reason="too-small-to-tell")
    if not _has_shapes(context, node):
        return Outcome(Verdict.INCOMPLETE, node, reason="shows-no-shapes")
    return Outcome(
        Verdict.FAIL,
        node,
        context.visible_rect(node),
        measured={
            "stretch": round(by, 2), "direction": "sideways" if stretch > 1 else "upwards",
            "width": image.width, "height": image.height,
            "shown_width": round(box.width), "shown_height": round(box.height),
        },
        required={"stretch": 1},
        extent=min(1.0, by - 1),
        blame=(
            ByDeclaration(node, ("height", "width", "max-height", "max-width", "min-height", "min-width"), ("auto", "none", "100%")),
            ByAttribute(node, ("height", "width")),
            ByDeclaration(node, ("height", "width", "max-height", "max-width"), ("auto", "none")),
            ByTag(node),
        ),
    )  # fmt: skip


def _has_shapes(context: ViewContext, node: int) -> bool:
    """Whether what is painted has shapes in it: a plain or evenly shaded area may be stretched at will."""
    if context.pixels is None:
        return False
    part = context.pixels.crop(context.visible_rect(node))
    if part.shape[0] < 4 or part.shape[1] < 4:
        return False
    rows, columns = part.mean(axis=1), part.mean(axis=0)
    return bool(min(rows.std(axis=0).max(), columns.std(axis=0).max()) >= RULE.thresholds["shapes"])


RULE = Rule(
    id="distorted-image",
    group="images",
    severity=Severity.WARNING,
    title="A picture is distorted",
    message="The picture is stretched {direction} by {stretch}: it is {width} x {height} px and shown as {shown_width} x {shown_height}.",
    why="Faces and things look wrong, and the page careless.",
    fix="Leave one side `auto`, or keep the box and crop the picture with `object-fit: cover`.",
    thresholds={"stretch": 1.1, "smallest": 16, "shapes": 2.0},
    view=judge,
    related="The picture.",
)
