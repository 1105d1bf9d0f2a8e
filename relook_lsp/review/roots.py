"""The root of a file in a folder that nothing marks as a project."""

from __future__ import annotations

from pathlib import Path

from relook_lsp.core.page import CODE_SUFFIXES


def unmarked_root(path: Path) -> Path:
    """For a style sheet or script the nearest folder above with a page that uses it, else the file's own folder.
    Blocking; ``path`` must be absolute."""
    if path.suffix.lower() not in CODE_SUFFIXES:
        return path.parent
    # On first use: it brings a parser with it.
    from relook_lsp.source.page_graph import folder_of_pages_using

    return folder_of_pages_using(path) or path.parent
