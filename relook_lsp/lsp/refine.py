"""Verified fixes: prepared in idle time, offered as quick fixes, or looked for by a command with progress."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from lsprotocol import types as lsp

from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch
from relook_lsp.lsp import convert
from relook_lsp.lsp.server import RelookServer
from relook_lsp.refine.forced import Limits
from relook_lsp.refine.refine import looker, refine, repair
from relook_lsp.refine.site import groups
from relook_lsp.refine.solved import SOLVERS
from relook_lsp.refine.trajectory import Attempt, State, Trajectory, open_findings, texts_of
from relook_lsp.refine.verify import Verifier
from relook_lsp.session.session import Seen, Subject

log = logging.getLogger(__name__)

COMMAND = "relook.refine"
FIX_ALL = "source.fixAll.relook"
REWRITE = "refactor.rewrite.relook"


@dataclass(frozen=True)
class Prepared:
    """A patch that was verified for exactly these texts."""

    seen: Seen
    patch: Patch
    texts: dict[str, str]
    score: tuple[int, int]


def register(server: RelookServer) -> None:
    @server.command(COMMAND)
    async def run(ls: RelookServer, uri: str, rule: str, key: str) -> bool:
        """Refine the page of a document, or one finding of it (``rule`` and ``key``, else empty); whether an edit was
        applied."""
        for seen in tuple(ls.session.seen.values()):
            if (
                uri in {at for at, _ in ls.groups_of(seen)}
                or convert.uri_of(seen.subject.root, seen.subject.entry) == uri
            ):
                return await _refine(ls, seen, rule, key)
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, "ReLook: nothing is to be refined here."))
        return False


async def prepare(ls: RelookServer, seen: Seen) -> None:
    """Look for fixes of the costliest defects while nothing else is to be done."""
    count = ls.session.config(seen.subject.root).editor.prepare
    _forget(ls, seen.subject)
    if not count or not any(f.rule in SOLVERS for f in seen.result.report.findings):
        return
    start, verify = await _begin(ls, seen)
    done = 0
    for group in groups(open_findings(start)):
        if done >= count or ls.session.seen.get(seen.subject) is not seen or not ls.session.current(seen):
            return
        if group[0].rule not in SOLVERS:
            continue
        done += 1
        result = await repair(
            start, group, verify, limits=Limits(1, 6, 30), cancelled=lambda: not ls.session.current(seen)
        )
        if result.accepted:
            _keep(ls, seen, group[0], result)


async def _begin(ls: RelookServer, seen: Seen) -> tuple[State, Verifier]:
    settings = ls.session.config(seen.subject.root).settings
    look = looker(ls.session.driver(seen.subject.root), settings)
    return State(seen.page, await look(seen.page)), Verifier(look)


def _forget(ls: RelookServer, subject: Subject) -> None:
    for identity in [one for one in ls.prepared if one[0] == subject]:
        del ls.prepared[identity]


def _keep(ls: RelookServer, seen: Seen, finding: Finding, result: Trajectory) -> None:
    before, after = result.start.review.report.score, result.best.review.report.score
    prepared = Prepared(seen, result.patch, texts_of(result.start), (before, after))
    ls.prepared[seen.subject, finding.rule, finding.key] = prepared


def quick_fix(
    ls: RelookServer, seen: Seen, group: tuple[Finding, ...], diagnostic: lsp.Diagnostic, uri: str
) -> lsp.CodeAction | None:
    """The prepared edit, where it was verified for exactly the current texts; else a command that looks for one."""
    one = group[0]
    if one.rule not in SOLVERS:
        return None
    prepared = next(
        (p for f in group if isinstance(p := ls.prepared.get((seen.subject, one.rule, f.key)), Prepared)), None
    )
    if prepared is not None and _unchanged(ls, prepared):
        versions = ls.session.documents.versions(seen.subject.root, prepared.patch.paths)
        return lsp.CodeAction(
            f"ReLook refine: {prepared.patch.title} (verified)",
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=True if ls.caps.preferred else None,
            edit=convert.workspace_edit(
                prepared.patch, seen.subject.root, prepared.texts, versions, ls.caps, ls.encoding
            ),
        )
    title = "ReLook: look for a verified fix…"
    command = lsp.Command(title=title, command=COMMAND, arguments=[uri, one.rule, one.key])
    return lsp.CodeAction(title, kind=lsp.CodeActionKind.QuickFix, diagnostics=[diagnostic], command=command)


def _unchanged(ls: RelookServer, prepared: Prepared) -> bool:
    root = prepared.seen.subject.root
    overlays = ls.session.documents.overlays(root)
    for path, text in prepared.texts.items():
        if path in overlays:
            if overlays[path].text != text:
                return False
        elif path in prepared.seen.versions:
            return False
    return True


async def _refine(ls: RelookServer, seen: Seen, rule: str, key: str) -> bool:
    token = await _progress(ls, "ReLook: looking for a verified fix" if rule else "ReLook: refining the page")
    stop = [False]

    def cancel() -> None:
        stop[0] = True

    _on_cancel(ls, token, cancel)
    ls.status("refining", seen.subject.entry)
    try:
        result = await _search(ls, seen, rule, key, lambda a: _tell(ls, token, a), lambda: stop[0])
        if stop[0]:
            return False
        return await _apply(ls, seen, result, rule)
    except RelookError as error:
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"ReLook: {error}"))
        return False
    finally:
        _end(ls, token)
        ls.status("idle", "")


async def _search(
    ls: RelookServer, seen: Seen, rule: str, key: str, tell: Callable[[Attempt], None], stopped: Callable[[], bool]
) -> Trajectory:
    start, verify = await _begin(ls, seen)
    if not rule:
        return await refine(start, verify, cancelled=stopped, progress=tell)
    for group in groups(open_findings(start)):
        if group[0].rule == rule and any(finding.key == key for finding in group):
            return await repair(start, group, verify, cancelled=stopped, progress=tell)
    return Trajectory(start, start)


async def _apply(ls: RelookServer, seen: Seen, result: Trajectory, rule: str) -> bool:
    if not result.accepted:
        reasons = [a.verdict.reason.value for a in result.attempts]
        why = f" ({len(reasons)} candidates, the last: {reasons[-1]})" if reasons else ""
        _say(ls, f"no edit was found that is better and makes nothing worse{why}.")
        return False
    prepared = Prepared(seen, result.patch, texts_of(result.start), (0, 0))
    if not _unchanged(ls, prepared):
        _say(ls, "the files were changed meanwhile; nothing was applied.")
        return False
    before, after = result.start.review.report.score, result.best.review.report.score
    title = f"ReLook refine: {result.patch.title}" if rule else f"ReLook refine: score {before} to {after}"
    versions = ls.session.documents.versions(seen.subject.root, result.patch.paths)
    edit = convert.workspace_edit(result.patch, seen.subject.root, prepared.texts, versions, ls.caps, ls.encoding)
    answer = await asyncio.shield(ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label=title)))
    if not answer.applied:
        _say(ls, "the editor refused the edit because a file was changed meanwhile.")
    return bool(answer.applied)


def _say(ls: RelookServer, text: str) -> None:
    ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, f"ReLook: {text}"))


async def _progress(ls: RelookServer, title: str) -> str | None:
    if not ls.caps.progress:
        return None
    token = str(uuid.uuid4())
    progress: Any = ls.work_done_progress
    await asyncio.shield(progress.create_async(token))
    ls.work_done_progress.begin(token, lsp.WorkDoneProgressBegin(title, cancellable=True))
    return token


def _on_cancel(ls: RelookServer, token: str | None, cancel: Callable[[], None]) -> None:
    if token is not None:
        progress: Any = ls.work_done_progress
        progress.tokens[token].add_done_callback(partial(_cancelled, cancel))


def _cancelled(cancel: Callable[[], None], future: asyncio.Future[Any]) -> None:
    if future.cancelled():
        cancel()


def _tell(ls: RelookServer, token: str | None, attempt: Attempt) -> None:
    if token is not None:
        score = attempt.verdict.state.review.report.score if attempt.verdict.state else None
        text = f"attempt {attempt.attempt}: {attempt.patch.title}: {attempt.verdict.reason.value}"
        more = f", score {score}" if attempt.verdict.accepted and score is not None else ""
        ls.work_done_progress.report(token, lsp.WorkDoneProgressReport(message=text + more))


def _end(ls: RelookServer, token: str | None) -> None:
    if token is not None:
        ls.work_done_progress.end(token, lsp.WorkDoneProgressEnd())
        progress: Any = ls.work_done_progress
        progress.tokens.pop(token, None)


def page_actions(ls: RelookServer, uri: str, only: tuple[str, ...]) -> list[lsp.CodeAction]:
    """Whole-page actions: fix-all only where it was asked for and every prepared edit is current."""
    found: list[lsp.CodeAction] = []
    if not any(ls.groups(uri)):
        return found
    if not only or any(REWRITE.startswith(kind) for kind in only):
        title = "ReLook refine this page…"
        command = lsp.Command(title=title, command=COMMAND, arguments=[uri, "", ""])
        found.append(lsp.CodeAction(title, kind=REWRITE, command=command))
    if any(FIX_ALL.startswith(kind) and kind.startswith("source") for kind in only):
        title = "ReLook: fix all that can be fixed, verified together"
        command = lsp.Command(title=title, command=COMMAND, arguments=[uri, "", ""])
        found.append(lsp.CodeAction(title, kind=FIX_ALL, command=command))
    return found
