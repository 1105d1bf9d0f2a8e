"""Other pages that use the same files: an edit of a shared style sheet must not make any of them worse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from relook_lsp.core.page import Page, hash_texts
from relook_lsp.core.patch import Patch
from relook_lsp.refine.trajectory import PageState, texts_of
from relook_lsp.review.pipeline import Review

MAX_PAGES = 3
"""Pages that an edit is verified on besides its own; the caller names the rest."""


class NeighbourPages:
    """Looked at when the first candidate touches a file of theirs, in the state that the files have by then."""

    def __init__(self, look: Callable[[Page], Awaitable[Review]], pages: Sequence[Page]) -> None:
        self._look = look
        self._pages = tuple(pages)
        self._used: dict[int, frozenset[str]] = {}
        """Page -> files that it uses."""
        self._known: dict[int, tuple[str, PageState]] = {}
        """Page -> the state of those files, and how it looked then."""

    async def __call__(self, base: PageState, patch: Patch) -> list[PageState]:
        """Those pages that use a file of the patch, with the files as ``base`` has them."""
        texts = texts_of(base)
        found: list[PageState] = []
        for index, page in enumerate(self._pages):
            state = await self._state_of_page(index, page, texts)
            if state.review.report.reviewed and set(patch.paths) & set(texts_of(state)):
                found.append(state)
        return found

    async def _state_of_page(self, index: int, page: Page, texts: dict[str, str]) -> PageState:
        digest, state = self._known.get(index, ("", None))
        if state is None or digest != _digest_of_used(texts, self._used[index]):
            now = page.with_texts({path: text for path, text in texts.items() if path != page.entry})
            state = PageState(now, await self._look(now))
            self._used[index] = frozenset(texts_of(state))
            self._known[index] = (_digest_of_used(texts, self._used[index]), state)
        return state


def _digest_of_used(texts: dict[str, str], used: frozenset[str]) -> str:
    shared = sorted(used & set(texts))
    return hash_texts(*shared, *(texts[path] for path in shared))
