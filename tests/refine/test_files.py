"""Writing: all files or none, and never over what somebody else has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.refine.files import NotWritten, Stale, write

PATCH = Patch.of([Replacement(name, Span(0, 1), "a", "b") for name in ("one.css", "two.css")])
TEXTS = {"one.css": "abc", "two.css": "axy"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def texts(root: Path) -> list[str]:
    return [(root / name).read_text("utf-8") for name in TEXTS]


def test_all_files(root: Path) -> None:
    (root / "one.css").chmod(0o640)
    assert write(root, PATCH, TEXTS) == [root / "one.css", root / "two.css"]
    assert texts(root) == ["bbc", "bxy"]
    assert (root / "one.css").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in root.iterdir()) == sorted(TEXTS)


def test_a_file_that_was_changed_meanwhile_stops_all(root: Path) -> None:
    """Also where the edit itself would still fit: it was verified on another text."""
    (root / "two.css").write_text("axyz", "utf-8")
    with pytest.raises(Stale):
        write(root, PATCH, TEXTS)
    assert texts(root) == ["abc", "axyz"]


def test_a_file_that_is_gone_or_broken_stops_all(root: Path) -> None:
    (root / "two.css").unlink()
    with pytest.raises(NotWritten):
        write(root, PATCH, TEXTS)
    (root / "two.css").write_bytes(b'@charset "utf-8";\xff')
    with pytest.raises(NotWritten):
        write(root, PATCH, TEXTS)
    assert (root / "one.css").read_text("utf-8") == "abc"


def test_a_link_stays_a_link(root: Path) -> None:
    (root / "real").mkdir()
    (root / "one.css").rename(root / "real" / "one.css")
    (root / "one.css").symlink_to(root / "real" / "one.css")
    write(root, PATCH, TEXTS)
    assert (root / "one.css").is_symlink() and texts(root) == ["bbc", "bxy"]
