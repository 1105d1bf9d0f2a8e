"""A picture of the page does not come: its file is missing, may not be read, or is no picture."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Blame, ByAttribute, ByResource, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import ResourceRequest
from relook_lsp.critics import missing_files
from relook_lsp.critics.page_images import failed_images, rendered_images
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    broken = failed_images(context.snapshot, context.view)
    for node, image in rendered_images(context):
        request = broken.get(image.key)
        excuse = missing_files.excuse_missing_file(request) if request is not None else ""
        if request is None:
            if image.width:
                yield Outcome(Verdict.PASS, node)
        elif excuse:
            yield Outcome(Verdict.INCOMPLETE, node, reason=excuse)
        else:
            yield Outcome(
                Verdict.FAIL,
                node,
                context.visible_rect(node),
                measured={
                    "path": missing_files.request_path(request).lstrip("/"),
                    "problem": missing_files.describe_failure(request),
                },
                extent=0.5,
                blame=_blame_file_reference(context, node, request),
            )


def _blame_file_reference(context: ViewContext, node: int, request: ResourceRequest) -> tuple[Blame, ...]:
    """The attribute where it names the file; of several candidates (``srcset``, ``<source>``) the one that was tried."""
    written = (context.layout.attribute(node, "src") or "").split("?")[0].strip().lstrip("./")
    if written and missing_files.request_path(request).endswith(written):
        return (ByAttribute(node, ("src",)), ByTag(node))
    return (ByResource(request.url), ByTag(node))


RULE = Rule(
    id="broken-image",
    group="images",
    severity=Severity.WARNING,
    title="A picture does not load",
    message="The picture `{path}` {problem}: visitors see an empty place.",
    why="A broken picture looks like a broken page, and what it was to show is lost.",
    fix="Correct the path (case counts on servers), or add the file.",
    view=judge,
    unstyled=True,
    related="The place that stays empty.",
)
