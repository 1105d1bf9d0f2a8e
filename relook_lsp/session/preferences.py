"""Settings and roots: what the project's files say, under what the editor says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from relook_lsp.core.errors import SettingsError
from relook_lsp.review import config
from relook_lsp.review.config import Config
from relook_lsp.review.roots import unmarked_root


class Preferences:
    """``warn`` is told once of everything that is wrong, in one sentence."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self.folders: tuple[Path, ...] = ()
        self.trusted = True
        self.told = 0
        """How often the editor has told its settings."""
        self._warn = warn
        self._overrides: dict[str, object] = {}
        self._configs: dict[Path, Config] = {}
        self._unmarked_roots: dict[Path, Path] = {}
        """Found by reading pages, which is too slow for every change."""
        self._warned: set[str] = set()

    def configure(self, overrides: Mapping[str, object]) -> None:
        """Take the editor's settings; where they are wrong the former ones hold."""
        self.told += 1
        self._configs.clear()
        try:
            config.check(overrides, "the editor's settings")
        except SettingsError as error:
            self._once(f"{error} The defaults are used.")
        else:
            self._overrides = dict(overrides)

    def config(self, root: Path) -> Config:
        """Settings of a root; where its file cannot be used, those of the editor alone."""
        if root not in self._configs:
            try:
                self._configs[root] = config.load(root, self._overrides, trusted=self.trusted)
            except SettingsError as error:
                self._once(str(error))
                self._configs[root] = config.without_file(self._overrides, trusted=self.trusted)
        return self._configs[root]

    def forget(self) -> None:
        """The files are read again when they are next needed."""
        self._configs.clear()
        self._unmarked_roots.clear()

    def root(self, path: Path) -> Path:
        """A project's own root, else the innermost workspace folder that holds the file. Else, for a style sheet or script,
        the nearest folder above with a page that uses it, and at last the file's own folder. Blocking."""
        marked = config.marked_root(path)
        if marked is not None:
            return marked
        folders = [folder for folder in self.folders if path.is_relative_to(folder)]
        if folders:
            return max(folders, key=lambda folder: len(folder.parts))
        if path not in self._unmarked_roots:
            self._unmarked_roots[path] = unmarked_root(path)
        return self._unmarked_roots[path]

    def home(self) -> Path:
        """Root of what has no file."""
        return self.folders[0] if self.folders else Path.cwd()

    def _once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)
