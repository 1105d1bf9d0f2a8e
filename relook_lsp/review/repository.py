"""The repository that a reviewed site lies in: reports for code scanning name files relative to its root."""

from __future__ import annotations

from pathlib import Path


def path_in_repository(root: Path, working_folder: Path) -> str:
    """Path of ``root`` relative to the nearest folder at or above it with ``.git``, with ``/`` at its end; empty for that
    folder itself. Without a repository the path is relative to ``working_folder``, or empty where ``root`` lies
    elsewhere. Both paths must be absolute."""
    repository = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), working_folder)
    if root == repository or not root.is_relative_to(repository):
        return ""
    return f"{root.relative_to(repository).as_posix()}/"
