"""The rendered state of a stored task: its broken page, the findings to fix, and the verdict on an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from model_server.training.examples import Task
from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.models.edit_language import LanguageError, parse_answer
from relook_lsp.refine.proposers.observation import ObservedGroup, operations_to_patch
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.trajectory import AcceptanceResult, PageState, Reason, open_findings
from relook_lsp.refine.verifier import RenderPage

Judge = Callable[[PageState, Patch], Awaitable[AcceptanceResult]]


async def render_broken_page(task: Task, look: RenderPage) -> PageState:
    """The task's page with its defects. Raises ``PatchError`` where the page is not the one that it was made from."""
    texts = {path: (task.page.root / path).read_text("utf-8") for path in task.joint.paths}
    page = task.page.with_texts({path: task.joint.apply(path, text) for path, text in texts.items()})
    return PageState(page, await look(page))


async def find_task_state(task: Task, look: RenderPage) -> tuple[PageState, tuple[Finding, ...]] | None:
    """The page with its defects and the group of findings to mend; None where the page is not the one that the task was
    made from, or does not show them any more."""
    try:
        state = await render_broken_page(task, look)
    except PatchError:
        return None
    for found in group_findings(open_findings(state)):
        if found[0].rule == task.rule and any(finding.key == task.key for finding in found):
            return state, found
    return None


async def judge_answer(state: PageState, observed: ObservedGroup, answer: str, verify: Judge) -> AcceptanceResult:
    """The verdict on one answer; what is not in the language does not apply."""
    try:
        patch = operations_to_patch(observed, parse_answer(answer, observed.observation))
    except (LanguageError, PatchError) as error:
        return AcceptanceResult(Reason.DOES_NOT_APPLY, str(error))
    return await verify(state, patch)
