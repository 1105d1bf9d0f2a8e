"""A picture of the page does not come: its file is missing, may not be read, or is no picture."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Blame, ByAttribute, ByResource, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import Request
from relook_lsp.critics import missing
from relook_lsp.critics.pictures import did_not_come, pictures
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene


def judge(scene: Scene) -> Iterator[Outcome]:
    broken = did_not_come(scene.snapshot, scene.view)
    for node, image in pictures(scene):
        request = broken.get(image.key)
        excuse = missing.excuse(request) if request is not None else ""
        if request is None:
            if image.width:
                yield Outcome(Verdict.PASS, node)
        elif excuse:
            yield Outcome(Verdict.INCOMPLETE, node, reason=excuse)
        else:
            yield Outcome(
                Verdict.FAIL,
                node,
                scene.visible_rect(node),
                measured={"path": missing.path(request).lstrip("/"), "problem": missing.problem(request)},
                extent=0.5,
                blame=_blame(scene, node, request),
            )


def _blame(scene: Scene, node: int, request: Request) -> tuple[Blame, ...]:
    """The attribute where it names the file; of several candidates (``srcset``, ``<source>``) the one that was tried."""
    written = (scene.layout.attribute(node, "src") or "").split("?")[0].strip().lstrip("./")
    if written and missing.path(request).endswith(written):
        return (ByAttribute(node, ("src",)), ByTag(node))
    return (ByResource(request.url), ByTag(node))


RULE = Rule(
    id="broken-image",
    group="images",
    severity=Severity.WARNING,
    title="A picture does not come",
    message="The picture `{path}` {problem}: visitors see an empty place.",
    why="A broken picture looks like a broken page, and what it was to show is lost.",
    fix="Correct the path (case counts on servers), or add the file.",
    view=judge,
    unstyled=True,
    related="The place that stays empty.",
)
