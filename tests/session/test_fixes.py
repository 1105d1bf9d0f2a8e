"""What is kept of verified edits, for how long, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

from relook_lsp.core.finding import Report
from relook_lsp.core.patch import Patch
from relook_lsp.session.attempt_summary import AttemptSummary, explain_no_fix
from relook_lsp.session.fix_store import MAX_PREVIEWS, FixSide, FixStore, VerifiedFix
from relook_lsp.session.reviewed_page import PageId

PAGE = PageId(Path("/site"), "index.html")
SIDE = FixSide(Report("index.html", valid=True), (), {"index.html": ""})
PLACE = ("low-contrast", "12")


def fix(name: str) -> VerifiedFix:
    return VerifiedFix(name, PAGE, Patch((), name), SIDE, SIDE, definite=True)


def test_a_reviewed_page_forgets_its_fixes_but_not_what_is_shown() -> None:
    fixes = FixStore()
    single, joint, shown = fix("single"), fix("joint"), fix("shown")
    fixes.prepared_for(PAGE).single.update({PLACE: single, ("small-target", "30"): shown})
    fixes.prepared_for(PAGE).joint = joint
    assert fixes.find_fix(PAGE, [("other", ""), PLACE]) is single and fixes.find_fix(PAGE, []) is joint
    assert fixes.keep_preview(shown) == []
    assert [one.id for one in fixes.drop_page(PAGE)] == ["single", "joint"]
    assert fixes.find_fix(PAGE, [PLACE]) is None and fixes.find_fix(PAGE, []) is None
    assert fixes.find_preview("shown") is shown
    assert fixes.take_preview("shown") is shown and fixes.take_preview("shown") is None


def test_a_fix_that_was_discarded_may_be_looked_at_again() -> None:
    fixes = FixStore()
    waiting = fix("single")
    fixes.prepared_for(PAGE).single[PLACE] = waiting
    fixes.keep_preview(waiting)
    assert fixes.take_preview("single") is None and fixes.find_preview("single") is None
    assert fixes.find_fix(PAGE, [PLACE]) is waiting
    assert fixes.drop_page(PAGE) == [waiting]


def test_the_oldest_preview_makes_room() -> None:
    fixes = FixStore()
    shown = [fix(str(number)) for number in range(MAX_PREVIEWS + 1)]
    assert [fixes.keep_preview(one) for one in shown[:-1]] == [[]] * MAX_PREVIEWS
    assert fixes.keep_preview(shown[0]) == []  # looked at again: not the oldest any more
    assert [one.id for one in fixes.keep_preview(shown[-1])] == ["1"]


def test_why_there_is_no_fix() -> None:
    refused = AttemptSummary("solved", "max-width: 100%", "not better: nothing changed", False)
    said = [
        explain_no_fix("console-error", repairable=False, tried=None, asked_model=False),
        explain_no_fix("low-contrast", repairable=True, tried=None, asked_model=False),
        explain_no_fix("low-contrast", repairable=True, tried=(), asked_model=False),
        explain_no_fix("low-contrast", repairable=True, tried=(refused, refused), asked_model=False),
    ]
    assert said == [
        "There is no repair for console-error: it would have to touch scripts, addresses or files that are missing.",
        "No fix has been looked for yet.",
        "No candidate could be made for this place. A code model may have one: set relook.policy.",
        "2 candidates were rendered and refused. The last one (max-width: 100%): not better: nothing changed.",
    ]
