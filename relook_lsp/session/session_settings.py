"""Settings and roots: what the user's and the project's files say, under what the editor says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from relook_lsp.core.errors import SettingsError
from relook_lsp.review import config
from relook_lsp.review.config import Config
from relook_lsp.review.roots import unmarked_root
from relook_lsp.review.trust import IgnoredSettings, is_covered_by_trust, split_untrusted_settings
from relook_lsp.review.user_settings import user_settings_file

_CHANNEL = "the editor's workspace settings"


class SessionSettings:
    """``warn`` receives each thing that is wrong once, in one sentence."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self.folders: tuple[Path, ...] = ()
        self.trusted: bool | None = None
        """Whether the user trusts the workspace; None where the editor does not say. Then its project sets only what
        anyone may set, and scripts of pages run all the same, in the browser's sandbox and without a network."""
        self.told = 0
        """How often the editor has told its settings."""
        self._warn = warn
        self._initial: dict[str, object] = {}
        self._overrides: dict[str, object] = {}
        self._configs: dict[Path, Config] = {}
        self._unmarked_roots: dict[Path, Path] = {}
        """Found by reading pages, which is too slow for every change."""
        self._warned: set[str] = set()

    def initialize(self, values: Mapping[str, object]) -> None:
        """Take the settings of the ``initialize`` request: the user's own, because they stand beside the command that
        starts the server."""
        if self._right(values):
            self._initial = self._overrides = dict(values)

    def configure(self, values: Mapping[str, object]) -> None:
        """Take the settings that the editor sends later; where they are wrong the former ones hold.

        An editor that speaks of trust leaves out what an untrusted workspace may not set. Any other one may send what it
        read in the project (Eglot takes its settings from ``.dir-locals.el`` without a question), so they count as the
        project's, on top of those of the ``initialize`` request."""
        if not self._right(values):
            return
        if self.trusted is not None:
            self._overrides = dict(values)
            return
        allowed, keys = split_untrusted_settings(values, config.settings_schema())
        self._say(IgnoredSettings(keys, _CHANNEL))
        self._overrides = config.merged(self._initial, allowed)

    def _right(self, values: Mapping[str, object]) -> bool:
        self.told += 1
        self._configs.clear()
        try:
            config.check_settings(values, "the editor's settings")
        except SettingsError as error:
            self._warn_once(f"{error} The defaults are used.")
            return False
        return True

    def config_for(self, root: Path) -> Config:
        """Settings of a root; where a file of them cannot be used, those of the editor and the user."""
        if root not in self._configs:
            scripts = self.trusted is not False
            try:
                loaded = config.load_config(root, self._overrides, trusted=self.trusts(root), scripts=scripts)
            except SettingsError as error:
                self._warn_once(str(error))
                loaded = config.without_project(self._overrides, scripts=scripts)
            self._say(loaded.ignored)
            self._configs[root] = loaded
        return self._configs[root]

    def trusts(self, root: Path) -> bool:
        """Whether the project at a root may set what else only the user may."""
        return self.trusted is True and is_covered_by_trust(self.folders, root)

    def trust(self, trusted: bool) -> None:
        """The user has decided."""
        self.trusted = trusted
        self.drop_cached()

    def drop_cached(self) -> None:
        """The files are read again when they are next needed."""
        self._configs.clear()
        self._unmarked_roots.clear()

    def root_of(self, path: Path) -> Path:
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

    def root_without_file(self) -> Path:
        """Root of what has no file."""
        return self.folders[0] if self.folders else Path.cwd()

    def _say(self, ignored: IgnoredSettings) -> None:
        if ignored:
            self._warn_once(ignored.message(self._how_to_trust()))

    def _how_to_trust(self) -> str:
        elsewhere = f"set the same in {user_settings_file() or 'your own settings'}"
        if self.trusted is None:
            return f"{elsewhere}, or set the initialization option 'trusted' to true if you trust the workspace"
        if self.trusted:
            return f"{elsewhere}, or open the folder itself as a workspace that you trust"
        return f"trust the workspace, or {elsewhere}"

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)
