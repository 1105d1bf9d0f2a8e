"""What the rules say of single views, kept while the browser answers their questions."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from relook_lsp.core.finding import Outcome
from relook_lsp.core.snapshot import Snapshot, View
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.view_context import SnapshotNotReady, ViewContext

log = logging.getLogger(__name__)


class IncrementalRun:
    """The rules of one page, heard in several rounds. A rule that asked for nothing says the same again and is not
    asked twice; pictures stay decoded. Not for several threads at a time."""

    def __init__(self, options: CriticOptions, late: Callable[[], bool] = lambda: False) -> None:
        """``late``: whether the time for the page is up. What was said before counts; nothing more is asked then."""
        self._options = options
        self._late = late
        # By identity: a view that got its picture later is another one.
        self._contexts: dict[int, ViewContext] = {}
        self._said: dict[tuple[str, int], tuple[Outcome, ...]] = {}
        self._final: set[tuple[str, int]] = set()
        self.unfinished_rules: set[str] = set()
        """Rules that were cut off, or not asked about every view, because time was up."""
        self.failed: dict[str, str] = {}
        """Rules that raised, and the error in words."""

    def judge_view(self, rules: Iterable[Rule], view: View) -> None:
        """Hear what rules say of one view before all of the page has been seen. Whatever needs to know more than the view
        is left to the later rounds."""
        context = self._contexts.setdefault(id(view), ViewContext(None, view, self._options))
        for rule in rules:
            with contextlib.suppress(SnapshotNotReady):
                self.outcomes(rule, context)

    def view_context(self, snapshot: Snapshot, view: View) -> ViewContext:
        context = self._contexts.setdefault(id(view), ViewContext(snapshot, view, self._options))
        context.attach_snapshot(snapshot)
        return context

    def outcomes(self, rule: Rule, context: ViewContext) -> tuple[Outcome, ...]:
        """What the rule says of the view, as far as the scene's snapshot and the time let it tell."""
        at = (rule.id, id(context.view))
        if at in self._final:
            return self._said[at]
        said = tuple(self._outcomes_in_time(rule, context))
        if rule.id in self.unfinished_rules:  # an earlier round may have had the time to hear it all
            return self._said.setdefault(at, said)
        self._said[at] = said
        if not any(outcome.need is not None for outcome in said):
            self._final.add(at)
        return said

    def _outcomes_in_time(self, rule: Rule, context: ViewContext) -> Iterator[Outcome]:
        assert rule.view is not None
        if self._late():
            self.unfinished_rules.add(rule.id)
            return
        try:
            for outcome in rule.view(context):
                yield outcome
                if self._late():
                    self.unfinished_rules.add(rule.id)
                    return
        except SnapshotNotReady:
            raise
        except Exception as error:
            self.fail(rule, error)

    def page_outcomes(self, rule: Rule, snapshot: Snapshot) -> Iterator[Outcome]:
        """What a rule says of the page as a whole, up to the error where it raises."""
        assert rule.page is not None
        try:
            yield from rule.page(snapshot, self._options)
        except Exception as error:
            self.fail(rule, error)

    def fail(self, rule: Rule, error: Exception) -> None:
        """Note that the rule raised: a mistake in it must not cost the page its other findings."""
        log.debug("the rule %s failed", rule.id, exc_info=error)
        self.failed.setdefault(rule.id, described(error))


def described(error: Exception) -> str:
    """Kind, message and place of an error, on one line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}{place}" if said else f"{type(error).__name__}{place}"
