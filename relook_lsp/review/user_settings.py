"""The user's own settings file, outside of any project."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path

FILE = "config.toml"


def user_settings_file() -> Path | None:
    """``~/.config/relook/config.toml`` on Linux, the corresponding place elsewhere. None where the system names no
    absolute folder: a relative one would lie in whatever project the process was started in."""
    try:
        folder = user_config_path("relook", appauthor=False)
    except (OSError, RuntimeError):  # no home folder
        return None
    return folder / FILE if folder.is_absolute() else None
