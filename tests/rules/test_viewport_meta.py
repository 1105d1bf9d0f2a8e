"""Which viewport metas keep visitors from zooming."""

from __future__ import annotations

import pytest

from relook_lsp.critics.rules.viewport_meta import forbidden_zoom


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("width=device-width, initial-scale=1", None),
        ("width=device-width; user-scalable=NO", "user-scalable=no"),
        ("user-scalable=0", "user-scalable=0"),
        ("user-scalable=1", None),
        ("maximum-scale=1.9999", "maximum-scale=1.9999"),
        ("maximum-scale=2", None),
        ("maximum-scale=-1", None),
        ("maximum-scale = 1.0", "maximum-scale = 1.0"),
        ("", None),
    ],
)
def test_what_forbids_zoom(content: str, problem: str | None) -> None:
    assert forbidden_zoom(content) == problem
