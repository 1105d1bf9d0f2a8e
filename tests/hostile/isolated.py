"""Reviews in a network of their own, with everything that is sent written down. Run inside fresh name spaces:

    unshare --user --map-root-user --net --mount python -m tests.hostile.isolated BACKEND BROWSER

``BACKEND``: ``pipe`` or ``playwright``. ``BROWSER``: path of the browser. The result is one JSON object on standard output:
for each scene what was sent (``Traffic``), which hosts the page was refused, and what it received of the allowed one. Exit 77, with the reason on standard
error: this machine cannot build the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from relook_lsp.browser import network
from relook_lsp.browser.backends import headless_shell, playwright
from relook_lsp.browser.backends.switches import COMMON
from relook_lsp.browser.capture import capture_page
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.request_interceptor import RequestInterceptor
from relook_lsp.core.errors import CaptureTimeout
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import ResourceRequest, Viewport
from tests.hostile import escapes

ADDRESS = "10.9.8.7"
"""Of this machine, and of every name that the name server is asked for."""
PORT, SERVER, DISCARD, DNS = 8080, 8081, 9, 53
ALLOWED = "allowed.example"
LEAK = "leak.example"

_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title><body><h1>Harbour</h1>'
_PLAN = CapturePlan(
    viewports=(Viewport(1280, 800),),
    moments=(0,),
    sweep=(),
    dark=False,
    zoom=False,
    backgrounds=False,
    timeout=60.0,
)
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


@dataclass
class Traffic:
    """What was sent while a page was reviewed."""

    flows: set[str] = field(default_factory=set[str])
    """``udp 10.9.8.7:53``: protocol, and the end that is not an ephemeral port."""
    names: set[str] = field(default_factory=set[str])
    """Asked of the name server."""
    requests: set[str] = field(default_factory=set[str])
    """``GET allowed.example:8080/a.css``, as the web server received them."""

    def plain(self) -> dict[str, list[str]]:
        return {key: sorted(value) for key, value in asdict(self).items()}


class Network:
    """Loopback, an interface that leads everywhere, a name server that knows every name, and a web server."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._folder = Path(tempfile.mkdtemp(prefix="relook-network-"))

    def build(self) -> None:
        """Raises ``OSError`` and ``subprocess.CalledProcessError``."""
        for command in (
            "ip link set lo up",
            "ip link add out0 type veth peer name out1",
            "ip link set out1 up addrgenmode none",
            "ip link set out0 up addrgenmode none arp off",  # nobody answers, and packets are sent all the same
            f"ip address add {ADDRESS}/24 dev out0",
            "ip address add fd00:9:8::7/64 dev out0 nodad",
            "ip route add default dev out0",
            "ip -6 route add default dev out0",
        ):
            subprocess.run(command.split(), check=True, capture_output=True)
        resolver = self._folder / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        subprocess.run(
            ["mount", "--bind", resolver, os.path.realpath("/etc/resolv.conf")], check=True, capture_output=True
        )
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))  # every protocol
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind(("0.0.0.0", DNS))
        for work in (lambda: self._capture(packets), lambda: self._resolve(names)):
            threading.Thread(target=work, daemon=True).start()
        for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            self.serve(self._reply, PORT, family, host)

    def serve(
        self,
        reply: Callable[[str, str], tuple[int, dict[str, str], str]],
        port: int,
        family: int = socket.AF_INET,
        host: str = "",
    ) -> None:
        """A web server; ``reply`` makes status, headers and text of host and path."""
        network = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                host = self.headers.get("Host", "")
                network.traffic.requests.add(f"{self.command} {host}{self.path}")
                status, headers, text = reply(host, self.path)
                self.send_response(status)
                for name, value in {
                    "Access-Control-Allow-Origin": "*",
                    **headers,
                    "Content-Length": str(len(text)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(text.encode())

            do_GET = do_POST = do_OPTIONS = do_HEAD = _answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            address_family = family
            daemon_threads = True

            def server_bind(self) -> None:
                if family == socket.AF_INET6:
                    self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                super().server_bind()

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        threading.Thread(target=Server((host, port), Handler).serve_forever, daemon=True).start()

    def _reply(self, host: str, path: str) -> tuple[int, dict[str, str], str]:
        if path == "/elsewhere":
            return 302, {"Location": f"http://redirect.{LEAK}:{PORT}/"}, ""
        if path == "/moved":
            return 301, {"Location": "/moved.css"}, ""
        if path.endswith(".css"):
            return 200, {"Content-Type": "text/css", **_TELLTALE}, "h1 { color: rgb(1, 2, 3) }"
        if path.endswith(".html"):
            return 200, {"Content-Type": "text/html", **_TELLTALE}, "<p>frame</p><img src=http://127.0.0.1:9/x.png>"
        return 200, {"Content-Type": "image/svg+xml", **_TELLTALE}, _PICTURE

    def _resolve(self, names: socket.socket) -> None:
        while True:
            query, sender = names.recvfrom(2048)
            with contextlib.suppress(ValueError, struct.error, IndexError):
                name, end = _name(query)
                self.traffic.names.add(name)
                wants_a = query[end : end + 2] == b"\0\1"
                reply = (
                    query[:2] + b"\x81\x80\0\1" + (b"\0\1" if wants_a else b"\0\0") + b"\0\0\0\0" + query[12 : end + 4]
                )
                record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(ADDRESS)
                names.sendto(reply + (record if wants_a else b""), sender)

    def _capture(self, packets: socket.socket) -> None:
        while True:
            data, (interface, protocol, kind, *_) = packets.recvfrom(256)
            if kind == socket.PACKET_OUTGOING and protocol in (0x0800, 0x86DD):
                self.traffic.flows.add(_flow(data, protocol == 0x86DD, interface))


_TELLTALE = {
    "Link": f"<http://link.{LEAK}:{PORT}/>; rel=preload; as=image, <http://hint.{LEAK}/>; rel=preconnect",
    "NEL": '{"report_to": "x", "max_age": 999, "success_fraction": 1.0}',
    "Report-To": f'{{"group": "x", "max_age": 999, "endpoints": [{{"url": "https://report.{LEAK}/"}}]}}',
    "Reporting-Endpoints": f'x="https://endpoint.{LEAK}/"',
    "Content-Security-Policy-Report-Only": f"default-src 'none'; report-uri http://csp.{LEAK}:{PORT}/; report-to x",
    "Set-Cookie": "secret=1",
    "SourceMap": f"http://map.{LEAK}:{PORT}/",
    "Speculation-Rules": f'"http://rules.{LEAK}:{PORT}/"',
    "Refresh": f"1; url=http://refresh.{LEAK}:{PORT}/",
}
"""Headers of an allowed host that would have the browser ask another one."""


def _name(query: bytes) -> tuple[str, int]:
    """The name that a DNS query asks for, and where its type stands."""
    labels: list[str] = []
    place = 12
    while length := query[place]:
        labels.append(query[place + 1 : place + 1 + length].decode("latin-1").lower())
        place += length + 1
    return ".".join(labels), place + 1


def _flow(packet: bytes, v6: bool, interface: str) -> str:
    if v6:
        protocol, start, ends = packet[6], 40, (packet[8:24], packet[24:40])
        source, target = (socket.inet_ntop(socket.AF_INET6, end) for end in ends)
    else:
        protocol, start, ends = packet[9], 4 * (packet[0] & 15), (packet[12:16], packet[16:20])
        source, target = (socket.inet_ntoa(end) for end in ends)
    if protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return f"protocol {protocol} {target} on {interface}"
    ports = struct.unpack_from("!HH", packet, start)
    # Of the two ends, the one with the lower port is the service: ephemeral ports begin at 32768.
    host, port = min(zip((target, source), reversed(ports), strict=True), key=lambda end: end[1])
    return f"{'tcp' if protocol == socket.IPPROTO_TCP else 'udp'} {host}:{port} on {interface}"


_NAMED: list[escapes.Target] = [("http", f"{{name}}.{LEAK}:{PORT}")]
_OTHERS: list[escapes.Target] = [
    ("http", f"127.0.0.1:{PORT}"),
    ("http", f"[::1]:{PORT}"),
    ("http", f"192.0.2.1:{PORT}"),
    ("http", f"127.0.0.1:{DISCARD}"),
    ("http", f"{socket.gethostname()}:{PORT}"),
    ("https", f"{{name}}.{LEAK}"),
    ("http", f"{{name}}.localhost:{PORT}"),
]


_ALLOWED_MARKUP = f"""
<link rel=stylesheet href='http://{ALLOWED}:{PORT}/a.css'><link rel=stylesheet href='http://{ALLOWED}:{PORT}/moved'>
<img src='http://{ALLOWED}:{PORT}/i.svg' alt=i><img src='http://sub.{ALLOWED}:{PORT}/j.svg' alt=j>
<img src='http://{ALLOWED}:{PORT}/elsewhere' alt=k><iframe src='http://{ALLOWED}:{PORT}/frame.html'></iframe>
<script>
fetch('http://{ALLOWED}:{PORT}/elsewhere');
new WebSocket('ws://{ALLOWED}:{PORT}/socket');
</script>"""


@contextlib.contextmanager
def _unprotected() -> Iterator[None]:
    """The control: a browser with a network, that sends what is none of our files."""

    reply = RequestInterceptor._answer_request  # pyright: ignore[reportPrivateUsage]

    async def replying(self: RequestInterceptor, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("http://relook.localhost/"):
            await self._cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})
            return
        await reply(self, event)

    def switches(_proxy: network.DeadProxy) -> tuple[str, ...]:
        return ()

    common = tuple(switch for switch in COMMON if not switch.startswith("--disable-features="))
    with (
        mock.patch.object(RequestInterceptor, "_answer_request", replying),
        mock.patch.object(headless_shell, "no_network", switches),
        mock.patch.object(playwright, "no_network", switches),
        mock.patch.object(headless_shell, "COMMON", common),
        mock.patch.object(playwright, "COMMON", common),
    ):
        yield


async def _scene(net: Network, driver: Driver, page: Page, plan: CapturePlan) -> dict[str, Any]:
    net.traffic = Traffic()
    started = time.monotonic()
    requests: tuple[ResourceRequest, ...] = ()
    # With a network, some ways wait for an answer for ever. Without one, what is missing fails the test.
    with contextlib.suppress(CaptureTimeout):
        live = await capture_page(driver, page, plan)
        requests = live.snapshot.requests
        await live.close()
    await asyncio.sleep(0.5)  # for what a page sends when it is closed
    return {
        **net.traffic.plain(),
        "refused": sorted({urlsplit(r.url).hostname or "" for r in requests if r.outcome == "remote"}),
        "received": {r.url: r.outcome for r in requests if ALLOWED in r.url},
        "seconds": round(time.monotonic() - started, 1),
    }


@contextlib.asynccontextmanager
async def _driver(browser: str, backend: str) -> AsyncIterator[Driver]:
    driver = Driver(browser, exact=backend == "pipe")
    try:
        yield driver
    finally:
        await driver.close()


async def _scenes(net: Network, backend: str, browser: str, folder: Path) -> dict[str, Any]:
    staying = escapes.staying(_NAMED, _OTHERS)
    (folder / "staying.html").write_text(_HEAD + staying)
    (folder / "leaving.html").write_text(_HEAD + escapes.leaving(_NAMED, _OTHERS))
    (folder / "control.html").write_text(_HEAD + escapes.staying(_NAMED))
    (folder / "allowed.html").write_text(_HEAD + _ALLOWED_MARKUP + escapes.staying(_OTHERS[:1], _OTHERS[1:]))
    (folder / "worker.js").write_text(
        "addEventListener('install', () => fetch(location.search.slice(1), { mode: 'no-cors' }))"
    )
    net.serve(lambda _host, path: (200, {"Content-Type": "text/html"}, _HEAD + staying if path == "/" else ""), SERVER)
    found: dict[str, Any] = {}

    async def run(driver: Driver, scene: str, page: Page, plan: CapturePlan = _PLAN) -> None:
        found[scene] = await _scene(net, driver, page, plan)

    async with _driver(browser, backend) as driver:
        await run(driver, "staying", Page(folder, "staying.html"))
        # A page that is kept from leaving never ends to load.
        await run(driver, "leaving", Page(folder, "leaving.html"), replace(_PLAN, timeout=6.0))
        await run(driver, "allowed", Page(folder, "allowed.html"), replace(_PLAN, allowed_hosts=(ALLOWED,)))
        await run(driver, "server", Page(folder, f"http://127.0.0.1:{SERVER}/"))
    with _unprotected():
        async with _driver(browser, backend) as driver:
            await run(driver, "control", Page(folder, "control.html"), replace(_PLAN, timeout=10.0))
    return found


def main() -> int:
    backend, browser = sys.argv[1:]
    net = Network()
    try:
        net.build()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the network cannot be built: {error}", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory(prefix="relook-network-") as folder:
        print(json.dumps(asyncio.run(_scenes(net, backend, browser, Path(folder)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
