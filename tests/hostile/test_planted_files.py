"""Files of a project that are not what their names promise: each ends in a sentence, none in a hang or a traceback."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from relook_lsp.cli import main
from relook_lsp.core.errors import NotWritten, SettingsError
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.refine.file_writes import write_patch
from relook_lsp.refine.journal import NAME, take_back_interrupted
from relook_lsp.review.config import find_settings_file, load_config, marked_root

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.timeout(30),
    pytest.mark.skipif(os.name != "posix", reason="needs pipes in the file system"),
]

ODD = {
    "a number": "tool = 5",
    "tables": "[[tool]]",
    "relook is a number": "[tool]\nrelook = 5",
    "relook is a list": '[tool]\nrelook = ["x"]',
    "deep": "a = " + "[" * 3000,
    "a long number": "a = " + "1" * 5000,
}


@pytest.mark.parametrize("case", ODD)
def test_a_settings_file_of_odd_shape_is_no_mistake_of_ours(case: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(ODD[case])
    (tmp_path / "page.html").write_text("<p>x")
    root = marked_root(tmp_path / "page.html")
    file = find_settings_file(tmp_path)
    if root == tmp_path and file is not None:
        with pytest.raises(SettingsError, match=r"must be a table"):
            load_config(tmp_path)
    else:
        load_config(tmp_path)


@pytest.mark.parametrize("name", ["pyproject.toml", "relook.toml"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_settings_file_that_never_ends_is_not_read(name: str, kind: str, tmp_path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).symlink_to("/dev/zero")
    (tmp_path / "page.html").write_text("<p>x")
    marked_root(tmp_path / "page.html")
    assert find_settings_file(tmp_path) is None
    load_config(tmp_path)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "relook.toml").write_bytes(b"\xef\xbb\xbftimeout = 7\n")
    assert load_config(tmp_path).settings.plan.timeout == 7


def test_not_a_number_is_no_time(tmp_path: Path) -> None:
    (tmp_path / "relook.toml").write_text("timeout = nan\n")
    with pytest.raises(SettingsError, match=r"'timeout' in .* must be a number, not nan"):
        load_config(tmp_path)


def _planted(root: Path, *, former: bytes | Path, path: str = "page.html") -> None:
    page = root / "page.html"
    page.write_text("<p>mine")
    name = ".relook-0123456789abcdef"
    if isinstance(former, Path):
        (root / f"{name}.former").symlink_to(former)
    else:
        (root / f"{name}.former").write_bytes(former)
    entry = {
        "path": path, "new": f"{name}.new", "former": f"{name}.former",
        "before": sha256(b"anything").hexdigest(), "after": sha256(page.read_bytes()).hexdigest(),
    }  # fmt: skip
    # A second file that does not hold the edit: the edit is not complete, so it is taken back.
    (root / "second.html").write_text("<p>second")
    second = {**entry, "path": "second.html", "before": sha256(b"<p>second").hexdigest(), "after": "0" * 64}
    (root / NAME).write_text(json.dumps({"version": 1, "entries": [entry, second]}))


def test_a_planted_journal_restores_only_what_it_promises(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    for former in (b"planted", tmp_path / "other"):
        root = tmp_path / type(former).__name__
        root.mkdir()
        _planted(root, former=former)
        (message,) = take_back_interrupted(root)
        assert "cannot be restored" in message and NAME in message
        assert (root / "page.html").read_text() == "<p>mine" and not (root / "page.html").is_symlink()


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"entries": [' + "{}," * 300 + "{}]}",
        "5",
        "null",
        '{"entries": 5}',
        '{"entries": [{"path": 5}]}',
    ],
)
def test_a_journal_of_odd_shape_is_removed(body: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(body)
    assert list(take_back_interrupted(tmp_path)) == []
    assert not (tmp_path / NAME).exists()


def test_a_journal_that_names_a_pipe_or_a_ring_of_links_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "ring").symlink_to("ring")
    for path in ("pipe", "ring"):
        _planted(tmp_path, former=b"anything", path=path)
        list(take_back_interrupted(tmp_path))
        (tmp_path / NAME).unlink(missing_ok=True)


def test_what_is_in_the_way_of_the_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / "a.css").write_text("abc")
    patch = Patch.from_replacements([Replacement("a.css", Span(0, 1), "a", "b")])
    with pytest.raises(NotWritten, match=rf"{NAME} is in the way. Delete it"):
        write_patch(tmp_path, patch, {"a.css": "abc"})
    assert (tmp_path / "a.css").read_text() == "abc"


@pytest.mark.parametrize("command", ["review", "refine"])
@pytest.mark.parametrize("name", ["page.html", "relook.toml", "site.css"])
def test_a_report_does_not_replace_a_file_of_the_project(
    command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in ("page.html", "relook.toml", "site.css"):
        (tmp_path / file).write_text("" if file == "relook.toml" else "<p>mine")
    before = (tmp_path / name).read_text()
    assert main([command, str(tmp_path / "page.html"), "--format", "html", "--output", str(tmp_path / name)]) == 2
    assert "would replace a file of the project" in capsys.readouterr().err
    assert (tmp_path / name).read_text() == before
