"""What is kept of verified edits, for how long, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

from relook_lsp.core.finding import Report
from relook_lsp.core.patch import Patch
from relook_lsp.session.fixes import MAX_PREVIEWS, Fix, Fixes, Side
from relook_lsp.session.subject import Subject
from relook_lsp.session.tried import Tried, why

PAGE = Subject(Path("/site"), "index.html")
SIDE = Side(Report("index.html", valid=True), (), {"index.html": ""})
PLACE = ("low-contrast", "12")


def fix(name: str) -> Fix:
    return Fix(name, PAGE, Patch((), name), SIDE, SIDE, definite=True)


def test_a_reviewed_page_forgets_its_fixes_but_not_what_is_shown() -> None:
    fixes = Fixes()
    single, joint, shown = fix("single"), fix("joint"), fix("shown")
    fixes.of(PAGE).single.update({PLACE: single, ("small-target", "30"): shown})
    fixes.of(PAGE).joint = joint
    assert fixes.find(PAGE, [("other", ""), PLACE]) is single and fixes.find(PAGE, []) is joint
    assert fixes.show(shown) == []
    assert [one.id for one in fixes.forget(PAGE)] == ["single", "joint"]
    assert fixes.find(PAGE, [PLACE]) is None and fixes.find(PAGE, []) is None
    assert fixes.preview("shown") is shown
    assert fixes.decide("shown") is shown and fixes.decide("shown") is None


def test_a_fix_that_was_discarded_may_be_looked_at_again() -> None:
    fixes = Fixes()
    waiting = fix("single")
    fixes.of(PAGE).single[PLACE] = waiting
    fixes.show(waiting)
    assert fixes.decide("single") is None and fixes.preview("single") is None
    assert fixes.find(PAGE, [PLACE]) is waiting
    assert fixes.forget(PAGE) == [waiting]


def test_the_oldest_preview_makes_room() -> None:
    fixes = Fixes()
    shown = [fix(str(number)) for number in range(MAX_PREVIEWS + 1)]
    assert [fixes.show(one) for one in shown[:-1]] == [[]] * MAX_PREVIEWS
    assert fixes.show(shown[0]) == []  # looked at again: not the oldest any more
    assert [one.id for one in fixes.show(shown[-1])] == ["1"]


def test_why_there_is_no_fix() -> None:
    refused = Tried("solved", "max-width: 100%", "not better: nothing changed", False)
    said = [
        why("console-error", repairable=False, tried=None, asked_model=False),
        why("low-contrast", repairable=True, tried=None, asked_model=False),
        why("low-contrast", repairable=True, tried=(), asked_model=False),
        why("low-contrast", repairable=True, tried=(refused, refused), asked_model=False),
    ]
    assert said == [
        "There is no repair for console-error: it would have to touch scripts, addresses or files that are missing.",
        "No fix has been looked for yet.",
        "No candidate could be made for this place. A code model may have one: set relook.policy.",
        "2 candidates were rendered and refused. The last one (max-width: 100%): not better: nothing changed.",
    ]
