"""The editor's settings: asked for, or sent; checked, and taken as one frozen object."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, cast

from lsprotocol import types as lsp

from relook_lsp.lsp.server import RelookServer

log = logging.getLogger(__name__)

SECTION = "relook"


def take_settings(ls: RelookServer, values: Mapping[str, object]) -> None:
    """Settings without a value are not set."""
    ls.session.preferences.configure({key: value for key, value in values.items() if value is not None})


async def request_settings(ls: RelookServer) -> None:
    """Ask the client, where it can be asked. An empty answer changes nothing, nor does one that newer settings have
    overtaken."""
    if not ls.caps.configuration:
        return
    told = ls.session.preferences.told
    params = lsp.ConfigurationParams([lsp.ConfigurationItem(section=SECTION)])
    try:
        # A cancelled wait for the client's answer would become an error toast.
        answer: Any = await asyncio.shield(ls.workspace_configuration_async(params))
    except Exception:
        log.exception("the client did not tell its settings")
        return
    newest = told == ls.session.preferences.told
    if newest and answer and isinstance(answer[0], Mapping) and answer[0]:
        take_settings(ls, cast("Mapping[str, object]", answer[0]))


def review_all_again(ls: RelookServer, delay: float = 0.0) -> None:
    """Something changed that every page depends on."""
    for document in ls.session.documents:
        ls.session.schedule_review(document, delay)
