"""The rendered state of a stored task: its broken page, the findings to fix, and the verdict on an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from model_server.training.examples import Task
from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.models.language import LanguageError, parse
from relook_lsp.refine.observe import Observed, to_patch
from relook_lsp.refine.site import groups
from relook_lsp.refine.trajectory import Reason, State, Verdict, open_findings
from relook_lsp.refine.verify import Look

Judge = Callable[[State, Patch], Awaitable[Verdict]]


async def render_broken_page(task: Task, look: Look) -> State:
    """The task's page with its defects. Raises ``PatchError`` where the page is not the one that it was made from."""
    texts = {path: (task.page.root / path).read_text("utf-8") for path in task.joint.paths}
    page = task.page.with_texts({path: task.joint.apply(path, text) for path, text in texts.items()})
    return State(page, await look(page))


async def find_task_state(task: Task, look: Look) -> tuple[State, tuple[Finding, ...]] | None:
    """The page with its defects and the group of findings to mend; None where the page is not the one that the task was
    made from, or does not show them any more."""
    try:
        state = await render_broken_page(task, look)
    except PatchError:
        return None
    for found in groups(open_findings(state)):
        if found[0].rule == task.rule and any(finding.key == task.key for finding in found):
            return state, found
    return None


async def judge_answer(state: State, observed: Observed, answer: str, verify: Judge) -> Verdict:
    """The verdict on one answer; what is not in the language does not apply."""
    try:
        patch = to_patch(observed, parse(answer, observed.observation))
    except (LanguageError, PatchError) as error:
        return Verdict(Reason.DOES_NOT_APPLY, str(error))
    return await verify(state, patch)
