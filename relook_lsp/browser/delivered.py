"""Whether the page itself arrived: an error page or nothing at all is no page to judge."""

from __future__ import annotations

from relook_lsp.browser.resource_access import MAX_FILE, TOO_LARGE, ResourceAnswer
from relook_lsp.core.errors import PageNotFound, PageUnreadable, RelookError
from relook_lsp.core.page import Page


def refusal(page: Page, answer: ResourceAnswer | None) -> RelookError | None:
    """Why the answer to the request for the page is no page; None where it is one, or where nothing was asked."""
    if answer is None or (answer.outcome == "ok" and answer.status < 400):
        return None
    if answer.status == TOO_LARGE:
        return PageUnreadable(f"{page.entry} is larger than {MAX_FILE >> 20} MiB, which is the most that is read.")
    if page.is_url and answer.status:
        return PageNotFound(f"{page.entry} gives no page: the server answers with status {answer.status}.")
    if page.is_url:
        return PageNotFound(f"{page.entry} gives no page; is the development server running?")
    if answer.outcome == "missing":
        return PageNotFound(f"{page.entry} is gone.")
    return PageUnreadable(f"{page.entry} cannot be read; give yourself the permission to read it.")
