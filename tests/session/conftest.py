"""A listener to a session."""

from __future__ import annotations

from collections.abc import Sequence

from relook_lsp.session.pages import Belongs
from relook_lsp.session.subject import Seen, Subject


class Nobody:
    """Is told, and does nothing."""

    def looking(self, subject: Subject) -> None: ...

    async def reviewed(self, seen: Seen) -> None: ...

    def glimpsed(self, seen: Seen) -> None: ...

    def prepared(self, seen: Seen) -> None: ...

    def forgotten(self, subjects: Sequence[Subject]) -> None: ...

    def homeless(self, belongs: Belongs) -> None: ...

    def misconfigured(self, message: str) -> None: ...
