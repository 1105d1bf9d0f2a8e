"""Nothing leaves, by any path: two sockets listen on this machine, and in a network of its own every packet is recorded."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio

from relook_lsp.browser.executables import browser_candidates
from relook_lsp.core.snapshot import Viewport
from tests.hostile import escapes
from tests.hostile.conftest import HEAD, PLAN, Reviewer, seen, text_of
from tests.hostile.isolated import ADDRESS, ALLOWED, DNS, LEAK, PORT, SERVER

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(300)]


@dataclass
class Listener:
    """A TCP and a UDP socket on one port of the loopback interface; ``heard`` is what arrived."""

    port: int
    heard: list[bytes] = field(default_factory=list[bytes])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, heard: list[bytes]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._heard.append(b"udp " + data)


@pytest_asyncio.fixture(loop_scope="session")
async def listener() -> AsyncIterator[Listener]:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(b"tcp " + await reader.read(200))
        writer.write(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/css\r\nContent-Length: 20\r\n"
                     b"Connection: close\r\n\r\nh1::after{content:x}")  # fmt: skip
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(heard), local_addr=("127.0.0.1", port)
    )
    yield Listener(port, heard)
    udp.close()
    server.close()
    await server.wait_closed()


REFUSED = frozenset(("fetch", "beacon", "image", "css-background"))
"""Ways of which every Chromium makes a request that interception sees."""


@pytest.mark.parametrize("ways", [escapes.staying, escapes.leaving])
async def test_nothing_arrives(
    ways: Callable[[list[escapes.Target]], str], listener: Listener, reviewed: Reviewer
) -> None:
    """The part of the proof that needs no network of its own: all ways at a port where somebody listens."""
    plan = replace(PLAN, viewports=(Viewport(1280, 800),), moments=(0,), sweep=())
    result = await reviewed(f"{HEAD}<body><h1>Harbour</h1>{ways([('http', listener.host)])}", plan=plan)
    assert listener.heard == []
    # A page that hung would send nothing either.
    assert not result.report.problems
    assert "Harbour" in text_of(result)
    if ways is escapes.staying:
        refused = {one.url.rpartition("/")[2] for one in seen(result).requests if one.outcome == "remote"}
        assert refused >= REFUSED


async def test_an_allowed_host_is_asked_and_its_neighbour_is_not(listener: Listener, reviewed: Reviewer) -> None:
    markup = f"{HEAD}<link rel=stylesheet href='http://localhost:{listener.port}/a.css'><img src='http://{listener.host}/i' alt=i><h1>Harbour</h1>"
    await reviewed(markup, plan=replace(PLAN, allowed_hosts=("localhost",)))
    assert listener.heard and all(f"Host: localhost:{listener.port}".encode() in one for one in listener.heard)


@pytest.fixture(scope="module", params=["pipe", "playwright"])
def scenes(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the reviews of ``isolated`` sent, by scene. Playwright drives a full browser where there is one."""
    if sys.platform != "linux" or shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("networks of their own are made with Linux, unshare and ip")
    found = browser_candidates()
    if request.param == "pipe" and not found[0].shell:
        pytest.skip("there is no headless shell")
    browser = found[0] if request.param == "pipe" else found[-1]
    apart = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    probe = subprocess.run([*apart, "true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"name spaces cannot be made here: {probe.stderr.strip()}")
    command = [*apart, sys.executable, "-m", "tests.hostile.isolated", request.param, browser.path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    if done.returncode == 77:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


SURE = ("fetch", "beacon", "image", "css-background", "web-socket", "rtc-stun", "rtc-candidate", "worker-fetch")
"""Ways that every Chromium goes without a permission or a click."""


@pytest.mark.parametrize("scene", ["staying", "leaving"])
def test_no_packet_is_sent(scene: str, scenes: dict[str, Any]) -> None:
    """Not on any interface, loopback among them, to any port, and to no name server."""
    sent = scenes[scene]
    assert (sent["flows"], sent["names"], sent["requests"]) == ([], [], [])
    if scene == "staying":
        assert {f"{name}.{LEAK}" for name in REFUSED} <= set(sent["refused"])


def test_only_the_allowed_host_is_contacted(scenes: dict[str, Any]) -> None:
    """Although its replies name others in headers, in a redirect and in a frame."""
    sent, place = scenes["allowed"], f"{ALLOWED}:{PORT}"
    assert sent["flows"] == [f"tcp {ADDRESS}:{PORT} on lo", f"udp 127.0.0.1:{DNS} on lo"]
    assert sent["names"] == [ALLOWED, f"sub.{ALLOWED}"]
    paths = ("a.css", "elsewhere", "frame.html", "i.svg", "moved", "moved.css")
    assert sent["requests"] == [*(f"GET {place}/{path}" for path in paths), f"GET sub.{place}/j.svg"]
    assert set(sent["received"].values()) == {"ok"}
    assert f"redirect.{LEAK}" in sent["refused"]


def test_only_the_development_server_is_contacted(scenes: dict[str, Any]) -> None:
    sent = scenes["server"]
    assert sent["flows"] == [f"tcp 127.0.0.1:{SERVER} on lo"]
    assert sent["names"] == []
    assert f"GET 127.0.0.1:{SERVER}/" in sent["requests"]
    assert f"image.{LEAK}" in sent["refused"]


def test_without_protection_packets_are_seen(scenes: dict[str, Any]) -> None:
    """The control: the same ways in a browser that has a network. The other ways need a permission, a click or a feature
    that this browser lacks."""
    sent = scenes["control"]
    seen = {name.removesuffix(f".{LEAK}") for name in sent["names"]} & set(escapes.NAMES)
    assert {f"tcp {ADDRESS}:{PORT} on lo", f"udp {ADDRESS}:{PORT} on lo", f"udp 127.0.0.1:{DNS} on lo"} <= set(
        sent["flows"]
    )
    assert seen.issuperset(SURE), sorted(set(SURE) - seen)
    assert len(seen) >= 50, sorted(seen)


async def test_data_and_blob_addresses_are_the_page_itself(reviewed: Reviewer) -> None:
    markup = f"""{HEAD}<body><h1>Harbour</h1><p id=p></p><link rel=stylesheet href="data:text/css,h1{{color:%23123456}}"><script>
    (async () => {{
      const blob = URL.createObjectURL(new Blob(['from a blob']));
      const texts = [await (await fetch(blob)).text(), await (await fetch('data:text/plain,from data')).text()];
      p.textContent = texts.join(', ') + getComputedStyle(document.querySelector('h1')).color;
    }})();
    </script>"""
    result = await reviewed(markup)
    assert "from a blob, from datargb(18, 52, 86)" in text_of(result)
    assert not [
        finding for finding in result.report.all_findings if finding.rule in ("failed-resource", "blocked-remote")
    ]


ASKS = {
    "position": "new Promise((y, n) => navigator.geolocation.getCurrentPosition(y, n))",
    "camera": "navigator.mediaDevices.getUserMedia({video: true, audio: true})",
    "screen": "navigator.mediaDevices.getDisplayMedia()",
    "clipboard": "navigator.clipboard.readText()",
    "notification": "Notification.requestPermission().then(s => s === 'granted' ? s : Promise.reject(s))",
    "files": "showOpenFilePicker()",
    "folder": "showDirectoryPicker()",
    "bluetooth": "navigator.bluetooth.requestDevice({acceptAllDevices: true})",
    "usb": "navigator.usb.requestDevice({filters: []})",
    "serial": "navigator.serial.requestPort()",
    "midi": "navigator.requestMIDIAccess({sysex: true})",
    "storage": "navigator.storage.persist().then(s => s ? s : Promise.reject(s))",
    "fonts": "queryLocalFonts()",
    "payment": "new PaymentRequest([{supportedMethods: 'basic-card'}], {total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).show()",
    "credentials": "navigator.credentials.get({password: true}).then(c => c ?? Promise.reject(c))",
}


async def test_every_permission_is_denied(reviewed: Reviewer) -> None:
    asked = "".join(f"ask('{name}', () => {code});" for name, code in ASKS.items())
    markup = f"""{HEAD}<body><h1>Harbour</h1><p id=granted></p><script>
    granted.textContent = 'granted: ';
    const ask = async (name, what) => {{ try {{ await what(); granted.textContent += name + ' ' }} catch {{}} }};
    {asked}
    </script>"""
    result = await reviewed(markup)
    assert text_of(result).endswith("granted:"), text_of(result)
    assert seen(result).views


def test_the_listener_hears(listener: Listener) -> None:
    """Control: without it every test above could be deaf."""
    with socket.create_connection(("127.0.0.1", listener.port)) as tcp:
        tcp.sendall(b"x")
