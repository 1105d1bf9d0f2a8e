"""Files of allowed hosts, fetched by this process."""

from __future__ import annotations

import base64
import gzip
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from relook_lsp.browser import remote
from relook_lsp.browser.capture import capture_page
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.network import DeadProxy
from relook_lsp.browser.remote import RemoteHosts
from relook_lsp.browser.resource_access import is_host_allowed
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Viewport

Reply = tuple[int, dict[str, str], bytes]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, Reply] = {}
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.command, self.path, headers, body))
        status, headers, data = self.server.replies.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        yield one
        one.shutdown()


@pytest_asyncio.fixture(loop_scope="session")
async def hosts() -> AsyncIterator[RemoteHosts]:
    one = RemoteHosts()
    yield one
    await one.close()


def request(url: str, method: str = "GET", body: bytes = b"", **headers: str) -> dict[str, Any]:
    entries = [{"bytes": base64.b64encode(body).decode()}] if body else []
    return {"url": url, "method": method, "headers": headers, "postDataEntries": entries}


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://cdn.example/a", True),
        ("http://fonts.cdn.example:81/a", True),
        ("https://CDN.example./a", True),
        ("https://cdn.example@other.example/", False),
        ("https://notcdn.example/", False),
        ("https://cdn.example.other/", False),
        ("ftp://cdn.example/", False),
        ("file:///etc/passwd", False),
        ("http://127.0.0.1/", False),
        ("http://192.0.2.7:8080/", True),
        ("http://1.192.0.2.7/", False),
    ],
)
def test_hosts_that_are_allowed(url: str, allowed: bool) -> None:
    assert is_host_allowed(url, ("cdn.example", "0.0.1", "192.0.2.7")) is allowed


async def test_a_request_goes_out_as_the_page_made_it_but_without_cookies(server: Server, hosts: RemoteHosts) -> None:
    server.replies["/a"] = (200, {"Content-Type": "text/plain", "Access-Control-Allow-Origin": "x"}, b"hello")
    answer = await hosts.answer(
        request(f"{server.url}/a", "POST", b"\0body", Cookie="a=b", Range="bytes=0-", Origin="o")
    )
    assert (answer.outcome, answer.status, answer.body) == ("ok", 200, b"hello")
    assert ("Access-Control-Allow-Origin", "x") in (answer.headers or ())
    [(method, path, headers, body)] = server.requests
    assert (method, path, body) == ("POST", "/a", b"\0body")
    assert headers["range"] == "bytes=0-" and headers["origin"] == "o" and "cookie" not in headers
    assert headers["host"] == f"127.0.0.1:{server.server_port}"


async def test_a_redirect_is_the_browsers_to_follow(server: Server, hosts: RemoteHosts) -> None:
    server.replies = {"/a": (302, {"Location": "http://other.example/"}, b""), "/b": (200, {}, b"")}
    answer = await hosts.answer(request(f"{server.url}/a"))
    assert (answer.status, dict(answer.headers or ())["Location"]) == (302, "http://other.example/")
    assert [path for _, path, _, _ in server.requests] == ["/a"]


async def test_what_a_host_would_have_remembered_or_reported_is_dropped(server: Server, hosts: RemoteHosts) -> None:
    kept = {"Content-Type": "text/css", "ETag": "x"}
    dropped = {"Set-Cookie": "a=b", "NEL": "{}", "Report-To": "{}", "Reporting-Endpoints": "x", "Alt-Svc": "h3"}
    server.replies["/a"] = (200, kept | dropped, b"x")
    names = dict((await hosts.answer(request(f"{server.url}/a"))).headers or ())
    assert names.items() >= kept.items() and not names.keys() & dropped.keys()


@pytest.mark.parametrize(("status", "outcome"), [(404, "missing"), (410, "missing"), (403, "failed"), (503, "failed")])
async def test_errors_of_a_host(status: int, outcome: str, server: Server, hosts: RemoteHosts) -> None:
    server.replies["/a"] = (status, {}, b"")
    assert (await hosts.answer(request(f"{server.url}/a"))).outcome == outcome


async def test_bodies_are_unzipped(server: Server, hosts: RemoteHosts) -> None:
    server.replies["/a"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"h1 {}" * 9999))
    answer = await hosts.answer(request(f"{server.url}/a"))
    assert answer.body == b"h1 {}" * 9999 and "Content-Encoding" not in dict(answer.headers or ())


@pytest.mark.hostile
@pytest.mark.parametrize(
    "how", ["too large", "bomb", "cut off", "no gzip", "other encoding", "too short", "silent", "refused"]
)
async def test_bodies_that_are_refused(
    how: str, server: Server, hosts: RemoteHosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "MAX_FILE", 10_000)
    monkeypatch.setattr(remote, "_SECONDS", 1.0)
    zipped = gzip.compress(bytes(10_000_000))
    replies: dict[str, Reply] = {
        "too large": (200, {}, bytes(10_001)),
        "bomb": (200, {"Content-Encoding": "gzip"}, zipped),
        "cut off": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"abc" * 100)[:-9]),
        "no gzip": (200, {"Content-Encoding": "gzip"}, b"plain"),
        "other encoding": (200, {"Content-Encoding": "br"}, b"x"),
        "too short": (200, {"Content-Length": "9"}, b"x"),
    }
    server.replies["/a"] = replies.get(how, (200, {}, b""))
    url = f"{server.url}/a"
    with DeadProxy() as closed, socket.create_server(("127.0.0.1", 0)) as silent:
        if how in ("silent", "refused"):
            url = f"http://127.0.0.1:{silent.getsockname()[1] if how == 'silent' else closed.port}/"
        assert (await hosts.answer(request(url))).outcome == "failed"


def _resolver(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """A name server whose answer changes from question to question."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (left.pop(0), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.hostile
@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.8.8.8", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fe80::1%lo"]
)
async def test_a_name_does_not_lead_to_this_machine(
    address: str, server: Server, hosts: RemoteHosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies["/a"] = (200, {}, b"private")
    _resolver(monkeypatch, address)
    answer = await hosts.answer(request(f"http://cdn.example:{server.server_port}/a"))
    assert answer.outcome == "failed" and not server.requests


@pytest.mark.hostile
async def test_a_host_keeps_its_first_address(hosts: RemoteHosts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that gives another address while the page is open (DNS rebinding) is not asked again."""
    connected: list[str] = []

    async def connect(_self: object, host: str, *_: object) -> Any:
        connected.append(host)
        raise OSError

    monkeypatch.setattr(remote.httpcore.AnyIOBackend, "connect_tcp", connect)
    _resolver(monkeypatch, "192.0.2.1", "10.0.0.1")
    for _ in range(2):
        await hosts.answer(request("http://cdn.example/a"))
    assert connected == ["192.0.2.1", "192.0.2.1"]


async def test_localhost_is_this_machine_whatever_a_name_server_says(
    server: Server, hosts: RemoteHosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies["/a"] = (200, {}, b"own")
    _resolver(monkeypatch)
    assert (await hosts.answer(request(f"http://localhost:{server.server_port}/a"))).body == b"own"


def test_nobody_else_can_have_the_port_of_the_proxy() -> None:
    with DeadProxy() as proxy, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for address in ("127.0.0.1", "0.0.0.0"):
            with pytest.raises(OSError):
                other.bind((address, proxy.port))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", proxy.port), timeout=5).close()


_POSTS = """<!doctype html><title>t</title><h1>Harbour</h1><p id=p>nothing</p><script>
fetch('%s/data', { method: 'POST', headers: { 'X-Own': '1' }, body: 'told' })
  .then(reply => reply.text()).then(text => p.textContent = text, () => p.textContent = 'refused')
</script>"""


@pytest.mark.browser
@pytest.mark.parametrize("shared", [True, False])
async def test_the_browser_checks_whether_a_page_may_read_a_reply(
    shared: bool, driver: Driver, server: Server, tmp_path: Path
) -> None:
    """Cross-origin rules with their preflight request hold for what this process fetched."""
    (tmp_path / "index.html").write_text(_POSTS % server.url)
    allow = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "x-own"} if shared else {}
    server.replies["/data"] = (200, allow, b"answered")
    plan = CapturePlan(viewports=(Viewport(800, 600),), sweep=(), moments=(0, 500), allowed_hosts=("127.0.0.1",))
    live = await capture_page(driver, Page(tmp_path, "index.html"), plan)
    await live.close()
    [text] = [run.text for run in live.snapshot.settled_views[-1].layout.text_runs if run.text != "Harbour"]
    assert text == ("answered" if shared else "refused")
    expected = [("OPTIONS", b""), ("POST", b"told")] if shared else [("OPTIONS", b"")]
    assert [(method, body) for method, _, _, body in server.requests] == expected
