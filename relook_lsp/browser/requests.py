"""What a page asks for, and what it is given: its own files and nothing else."""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import dataclass, field
from typing import Any

from relook_lsp.browser import devserver, serve
from relook_lsp.browser.aside import Aside
from relook_lsp.browser.cdp import Cdp
from relook_lsp.browser.plan import Plan
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Request, Source
from relook_lsp.source.html import Document, parse
from relook_lsp.source.links import climbing
from relook_lsp.source.stamp import stamp

log = logging.getLogger(__name__)


@dataclass
class Record:
    """What all loads of one capture share."""

    document: Document | None = None
    requests: dict[tuple[str, str], Request] = field(default_factory=dict[tuple[str, str], Request])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    _climbing: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def above(self, url: str) -> bool:
        """Whether a file names this URL by a path that leads above the root. Each file is searched once: a page may
        miss a thousand pictures."""
        for one in self.sources.values():
            if one.url not in self._climbing:
                self._climbing[one.url] = climbing(one.text, one.url)
            if url in self._climbing[one.url]:
                return True
        return False


class Requests:
    """Answers every request of one load, once ``Fetch`` is enabled, and notes them."""

    def __init__(self, cdp: Cdp, page: Page, plan: Plan, record: Record, aside: Aside) -> None:
        self.record = record
        self._cdp = cdp
        self._page = page
        self._plan = plan
        self._navigated = False
        self._main_frame: str | None = None
        cdp.on("Fetch.requestPaused", lambda event: aside.start(self._reply(event)))

    async def _reply(self, event: dict[str, Any]) -> None:
        request, identity = event["request"], event["requestId"]
        url, kind = request["url"].split("#")[0], event.get("resourceType", "Other").lower()
        entry = url == serve.page_url(self._page).split("#")[0] and kind == "document"
        if kind == "document" and self._navigated and not entry and event.get("frameId") == self._main_frame:
            await self._cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "Aborted"})
            return
        if kind == "document" and not self._navigated:
            self._navigated = True
            self._main_frame = event.get("frameId")
        elif entry and event.get("frameId") == self._main_frame:
            # The page reloads itself; what it showed first is what is judged.
            await self._cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "Aborted"})
            return
        try:
            answer = await serve.answer(self._page, url, self._plan.allowed_hosts, devserver.ask)
        except Exception:
            log.exception("serving %s", url)
            answer = serve.Answer("failed", 0)
        self._note(url, kind, answer)
        if answer is None:
            await self._cdp.send("Fetch.continueRequest", {"requestId": identity})
            return
        if answer.outcome == "remote" or answer.status == 0:
            await self._cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "BlockedByClient"})
            return
        body = answer.body
        if entry and event.get("frameId") == self._main_frame and answer.text is not None:
            if self.record.document is None or self.record.document.text != answer.text:
                self.record.document = await asyncio.to_thread(parse, answer.text)
            body = stamp(self.record.document).text.encode("utf-8", "replace")
        headers = [
            {"name": "Content-Type", "value": answer.content_type},
            {"name": "Access-Control-Allow-Origin", "value": "*"},
            {"name": "Cache-Control", "value": "no-store"},
        ]
        await self._cdp.send(
            "Fetch.fulfillRequest",
            {
                "requestId": identity,
                "responseCode": answer.status,
                "responseHeaders": headers,
                "body": base64.b64encode(body).decode("ascii"),
            },
        )

    def _note(self, url: str, kind: str, answer: serve.Answer | None) -> None:
        outcome = "ok" if answer is None else answer.outcome
        if outcome == "missing" and self.record.above(url):
            outcome = "outside"
        status = 0 if answer is None else answer.status
        path = None if answer is None else answer.path
        self.record.requests.setdefault((url, kind), Request(url, kind, outcome, status, path))
        if answer is not None and answer.text is not None:
            own = Source(url, answer.path, answer.text, answer.version, answer.kind, answer.map)
            for source in (own, *answer.originals):
                self.record.sources.setdefault(source.url, source)
