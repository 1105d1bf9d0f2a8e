"""The command ``relook.why``: shows why a finding has no verified fix."""

from __future__ import annotations

from relook_lsp.lsp.server import RelookServer
from relook_lsp.lsp.why import explain_finding

COMMAND = "relook.why"


def register(server: RelookServer) -> None:
    @server.command(COMMAND)
    def run(ls: RelookServer, uri: str, rule: str, key: str) -> str:
        answer = explain_finding(ls, uri, f"{rule}@{key}").message
        ls.show_message(answer)
        return answer
