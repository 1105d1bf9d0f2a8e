"""Pictures live as long as someone needs them."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from relook_lsp.session.image_files import ImageFiles


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_equal_pictures_are_one_file_until_nobody_needs_it(temporary: Path) -> None:
    pictures = ImageFiles()
    assert list(temporary.iterdir()) == []
    path = pictures.write_image(b"png")
    assert pictures.write_image(b"png") == path
    pictures.set_owned("one", [path])
    pictures.set_owned("two", [path])
    pictures.drop_owner("one")
    assert path.exists()
    pictures.set_owned("two", [pictures.write_image(b"other")])
    assert not path.exists()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    pictures.close()
    assert list(temporary.iterdir()) == []
