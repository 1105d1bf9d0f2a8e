"""The page uses a host that was not asked, because the network is off."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

from relook_lsp.core.finding import ByResource, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import ResourceRequest, Snapshot
from relook_lsp.critics.rule import CriticOptions, Rule

_KINDS = {"stylesheet": "style sheet", "image": "picture", "xhr": "request", "fetch": "request", "document": "frame"}
_ORDER = ("stylesheet", "script", "font", "image")


def judge(snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    hosts: dict[str, list[ResourceRequest]] = defaultdict(list)
    for request in snapshot.requests:
        host = urlsplit(request.url).hostname
        if request.outcome == "remote" and host:
            hosts[host].append(request)
    for host, requests in hosts.items():
        # What matters most stands for all.
        requests.sort(key=lambda r: (_ORDER.index(r.kind) if r.kind in _ORDER else len(_ORDER), r.url))
        counts = Counter(_KINDS.get(r.kind, r.kind) for r in requests)
        what = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items())
        yield Outcome(
            Verdict.FAIL,
            place=host,
            measured={"host": host, "what": what, "requests": len(requests)},
            blame=tuple(ByResource(request.url) for request in requests[:3]),
        )
    if not hosts:
        yield Outcome(Verdict.PASS)


RULE = Rule(
    id="blocked-remote",
    group="runtime",
    severity=Severity.INFORMATION,
    title="A remote host is blocked",
    message="Host {host} is blocked ({what}): the network is off. Allow it with `--allow-host {host}` or the setting `allowedHosts`. Until then, results that depend on it are incomplete.",
    why="ReLook renders pages without a network, so that a page can send nothing and always looks the same.",
    fix="Allow the host if you trust it, or keep a copy of the file in your project.",
    page=judge,
)  # fmt: skip
