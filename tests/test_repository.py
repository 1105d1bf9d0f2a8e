"""Where a site lies in its repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.review.repository import path_in_repository


@pytest.mark.parametrize(
    ("repository", "root", "expected"),
    [
        ("", "", ""),
        ("", "site", "site/"),
        ("", "a b/site", "a b/site/"),
        ("a", "a/site", "site/"),
        (None, "site", "site/"),
    ],
)
def test_path_is_relative_to_the_nearest_repository(
    tmp_path: Path, repository: str | None, root: str, expected: str
) -> None:
    (tmp_path / root).mkdir(parents=True, exist_ok=True)
    if repository is not None:
        (tmp_path / repository / ".git").mkdir(parents=True)
    assert path_in_repository(tmp_path / root, tmp_path) == expected


def test_without_a_repository_a_root_elsewhere_has_no_path(tmp_path: Path) -> None:
    assert path_in_repository(tmp_path / "one", tmp_path / "two") == ""
