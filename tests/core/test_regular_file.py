"""Only regular files are read, and no more of them than is allowed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from relook_lsp.core.regular_file import read_regular_file


def test_a_regular_file_is_read_whole_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    assert len(read_regular_file(tmp_path / "file", 3_000_000)) == 3_000_000
    with pytest.raises(OSError, match="Larger than 2999999 bytes"):
        read_regular_file(tmp_path / "file", 2_999_999)


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert read_regular_file(tmp_path / "link", 10) == b"x"


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices in the file system")
@pytest.mark.timeout(20)
def test_pipes_and_devices_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for name in ("pipe", "device"):
        with pytest.raises(OSError, match="Not a regular file"):
            read_regular_file(tmp_path / name, 10)
    with pytest.raises(IsADirectoryError):
        read_regular_file(tmp_path, 10)
