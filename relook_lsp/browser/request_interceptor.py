"""What a page asks for, and what it is given: its own files, and those of hosts that the user allowed. The browser
itself fetches nothing."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from relook_lsp.browser import dev_server, resource_access
from relook_lsp.browser.background_tasks import BackgroundTasks
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.cdp import Cdp
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import ResourceRequest, Source
from relook_lsp.source.html import HtmlDocument, parse_html
from relook_lsp.source.page_graph import urls_above_root
from relook_lsp.source.stamp import stamp_start_tags

if TYPE_CHECKING:
    from relook_lsp.browser.remote import RemoteHosts

log = logging.getLogger(__name__)


@dataclass
class RequestLog:
    """What all loads of one capture share."""

    document: HtmlDocument | None = None
    entry: resource_access.ResourceAnswer | None = None
    """The reply to the request for the page itself."""
    requests: dict[tuple[str, str], ResourceRequest] = field(default_factory=dict[tuple[str, str], ResourceRequest])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    _climbing: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def is_above_root(self, url: str) -> bool:
        """Whether a file names this URL by a path that leads above the root. Each file is searched once: a page may
        miss a thousand pictures."""
        for one in self.sources.values():
            if one.url not in self._climbing:
                self._climbing[one.url] = urls_above_root(one.text, one.url)
            if url in self._climbing[one.url]:
                return True
        return False


class RequestInterceptor:
    """Answers every request of one load, once ``Fetch`` is enabled, and notes them."""

    def __init__(
        self, cdp: Cdp, page: Page, plan: CapturePlan, record: RequestLog, background_tasks: BackgroundTasks
    ) -> None:
        self.record = record
        self._cdp = cdp
        self._page = page
        self._allowed = plan.allowed_hosts
        self._remote: RemoteHosts | None = None
        self._navigated = False
        self._main_frame: str | None = None
        cdp.on("Fetch.requestPaused", lambda event: background_tasks.start(self._answer_request(event)))

    async def _answer_request(self, event: dict[str, Any]) -> None:
        request, identity = event["request"], event["requestId"]
        url, kind = request["url"].split("#")[0], event.get("resourceType", "Other").lower()
        entry = url == resource_access.page_url(self._page).split("#")[0] and kind == "document"
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
            answer = await resource_access.answer_request(
                self._page, url, dev_server.fetch_from_server
            ) or await self._elsewhere(request)
        except Exception:
            log.exception("serving %s", url)
            answer = resource_access.ResourceAnswer("failed", 0)
        if entry and event.get("frameId") == self._main_frame:
            self.record.entry = answer
        self._log_request(url, kind, answer)
        if answer.outcome == "remote" or answer.status == 0:
            await self._cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "BlockedByClient"})
            return
        body = answer.body
        if entry and event.get("frameId") == self._main_frame and answer.text is not None:
            if self.record.document is None or self.record.document.text != answer.text:
                self.record.document = await asyncio.to_thread(parse_html, answer.text)
            body = stamp_start_tags(self.record.document).text.encode("utf-8", "replace")
        headers = answer.headers
        if headers is None:
            headers = (
                ("Content-Type", answer.content_type),
                ("Access-Control-Allow-Origin", "*"),
                ("Cache-Control", "no-store"),
            )
        await self._cdp.send(
            "Fetch.fulfillRequest",
            {
                "requestId": identity,
                "responseCode": answer.status,
                "responseHeaders": [{"name": name, "value": value} for name, value in headers],
                "body": base64.b64encode(body).decode("ascii"),
            },
        )

    async def _elsewhere(self, request: Mapping[str, Any]) -> resource_access.ResourceAnswer:
        """The reply to a request for a file of another host."""
        if not resource_access.is_host_allowed(request["url"], self._allowed):
            return resource_access.ResourceAnswer("remote", 0)
        if self._remote is None:
            # Few pages have allowed hosts, and the HTTP client takes long to import.
            from relook_lsp.browser.remote import RemoteHosts

            self._remote = RemoteHosts()
        return await self._remote.answer(request)

    def _log_request(self, url: str, kind: str, answer: resource_access.ResourceAnswer) -> None:
        outcome = answer.outcome
        if outcome == "missing" and self.record.is_above_root(url):
            outcome = "outside"
        self.record.requests.setdefault((url, kind), ResourceRequest(url, kind, outcome, answer.status, answer.path))
        if answer.text is not None:
            own = Source(url, answer.path, answer.text, answer.version, answer.kind, answer.map)
            for source in (own, *answer.originals):
                self.record.sources.setdefault(source.url, source)

    async def close(self) -> None:
        """Close the connections to allowed hosts."""
        if self._remote is not None:
            await self._remote.close()
