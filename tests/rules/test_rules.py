"""Every rule against its cases (``case.py``): what is listed must be found, and nothing else may be.

All cases are judged on stored snapshots. The live cases prove that the browser still gives these.
"""

from __future__ import annotations

import pytest

from relook_lsp.browser.driver import Driver
from tests.rules import stored_snapshot
from tests.rules.case import HERE, Case, all_cases, check, live_cases
from tests.rules.regenerate import difference

RULES = sorted({case.rule for case in all_cases()})


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case) -> None:
    check(case, *stored_snapshot.replayed(case))


@pytest.mark.browser
@pytest.mark.parametrize("case", live_cases(), ids=str)
async def test_browser_still_gives_the_stored_snapshot(case: Case, driver: Driver) -> None:
    assert await difference(driver, case) == ""


@pytest.mark.parametrize("rule", RULES)
def test_archive_holds_the_cases_and_nothing_else(rule: str) -> None:
    names = {case.name for case in all_cases(rule)}
    assert stored_snapshot.stored_names(HERE / rule) == names, f"run 'make snapshots RULES={rule}'"
    assert any(case.rule == rule for case in live_cases()), f"no case of {rule} runs in the browser"
