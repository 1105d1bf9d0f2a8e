"""The server with all its methods."""

from __future__ import annotations

from relook_lsp.lsp import actions, documents, hover, lifecycle, refine
from relook_lsp.lsp.server import RelookServer

FEATURES = (lifecycle, documents, hover, actions, refine)
"""One module for each concern; each has ``register(server)``."""


def create() -> RelookServer:
    server = RelookServer()
    for feature in FEATURES:
        feature.register(server)
    return server
