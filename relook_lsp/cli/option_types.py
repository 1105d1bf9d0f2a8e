"""What may stand behind an option; argparse says which option it was."""

from __future__ import annotations

import math
import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from difflib import get_close_matches
from urllib.parse import urlsplit


def parse_viewport_option(text: str) -> str:
    """A size of the window, checked."""
    from relook_lsp.core.errors import SettingsError
    from relook_lsp.review import config

    try:
        config.parse_viewport(text)
    except SettingsError:
        raise ArgumentTypeError(
            f"'{text}' is no size; write WIDTHxHEIGHT from 50x50 to 9999x9999, as in 375x812"
        ) from None
    return text


def seconds_up_to(most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value <= most:
            raise ArgumentTypeError(f"'{text}' is no time; write seconds, above 0 and at most {most:g}")
        return value

    return read


def count_between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"'{text}' does not count; write a whole number from {least} to {most}")
        return int(text)

    return read


def parse_host(text: str) -> str:
    """A host as the settings take it, in small letters."""
    from relook_lsp.review import config

    if not re.fullmatch(config.settings_schema()["properties"]["allowedHosts"]["items"]["pattern"], text):
        raise ArgumentTypeError(f"'{text}' is no host; write its name alone, as in fonts.example.com")
    return text.lower()


def parse_server(text: str) -> str:
    if not has_host(text):
        raise ArgumentTypeError(f"'{text}' is no server; write its URL, as in http://localhost:8000/v1")
    return text


def has_host(text: str) -> bool:
    """Whether it names a page or a server on a host."""
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 0) >= 0
    except ValueError:
        return False


def parse_rule_id(text: str) -> str:
    """Id of a rule that there is."""
    from relook_lsp.critics.registry import BY_ID

    if text not in BY_ID:
        close = get_close_matches(text, BY_ID, 1)
        hint = f"did you mean '{close[0]}'?" if close else "'relook rules' lists them"
        raise ArgumentTypeError(f"there is no rule '{text}'; {hint}")
    return text


def parse_policies(text: str) -> tuple[str, ...]:
    """Names of those who may propose edits."""
    from relook_lsp.refine.proposers.configured import NAMES

    names = tuple(name.strip() for name in text.split(","))
    if unknown := [name for name in names if name not in NAMES]:
        raise ArgumentTypeError(f"there is no policy '{unknown[0]}'; write some of {','.join(NAMES)}")
    return names


def parse_rule_group(text: str) -> str:
    """Group of rules that there is."""
    from relook_lsp.critics.registry import RULES

    groups = sorted({one.group for one in RULES})
    if text not in groups:
        raise ArgumentTypeError(f"there is no group '{text}'; there are {', '.join(groups)}")
    return text
