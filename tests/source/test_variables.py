"""Custom properties behind a declaration: the one whose literal is the whole value."""

from __future__ import annotations

import pytest

from relook_lsp.core.snapshot import Declaration
from relook_lsp.source.custom_properties import variable_behind


def declared(name: str, value: str, level: int = 0) -> Declaration:
    return Declaration(name, value, False, "rule", ".a", (), None, 0, (0, 0, 0, 1), level)


@pytest.mark.parametrize(
    ("value", "variables", "expected"),
    [
        ("var(--a)", [declared("--a", "red", 2)], "red"),
        ("var( --a , blue )", [declared("--a", "red")], "red"),
        ("var(--a, rgb(1 2 3))", [declared("--a", "red")], "red"),
        ("var(--a)", [declared("--a", "var(--b)", 1), declared("--b", "red", 2)], "red"),
        ("var(--a)", [declared("--a", "red", 3), declared("--a", "tan", 1)], "tan"),
        ("var(--a, var(--b))", [declared("--b", "red")], "red"),
        ("var(--a, red)", [], None),
        ("red", [declared("--a", "red")], None),
        ("1px solid var(--a)", [declared("--a", "red")], None),
        ("var(--a) var(--b)", [declared("--a", "1px"), declared("--b", "2px")], None),
        ("var(--a)", [declared("--a", "rgb(var(--b))", 1), declared("--b", "1 2 3", 2)], None),
        ("var(--a)", [declared("--a", "var(--a)")], None),
    ],
)
def test_behind(value: str, variables: list[Declaration], expected: str | None) -> None:
    own = declared("color", value)
    found = variable_behind([*variables, own], own)
    assert (found and found.value) == expected
