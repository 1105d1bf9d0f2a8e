"""No request leaves: two sockets listen on this machine, and nobody comes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from tests.hostile.conftest import HEAD, PLAN, Reviewer, seen, text_of

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


MARKUP = {
    "link": "<link rel=stylesheet href='{u}a.css'><link rel=icon href='{u}i'><link rel=manifest href='{u}m'>",
    "hints": (
        "<link rel=preconnect href='{u}'><link rel=dns-prefetch href='{u}'><link rel=prefetch href='{u}p'>"
        "<link rel=preload as=font crossorigin href='{u}f'><link rel=modulepreload href='{u}j'><link rel=prerender href='{u}r'>"
    ),
    "speculation": '<script type=speculationrules>{{"prefetch":[{{"urls":["{u}s"],"eagerness":"immediate"}}],"prerender":[{{"urls":["{u}t"],"eagerness":"immediate"}}]}}</script>',
    "media": "<img src='{u}i' srcset='{u}j 2x'><video src='{u}v' poster='{u}w' autoplay></video><audio src='{u}a' autoplay></audio><video><source src='{u}s'><track default src='{u}t'></video>",
    "embedded": "<iframe src='{u}i'></iframe><object data='{u}o'></object><embed src='{u}e'><frameset><frame src='{u}f'></frameset>",
    "drawings": "<svg><image href='{u}i' width=9 height=9 /><use href='{u}u#a'/><filter id=a><feImage href='{u}f'/></filter></svg>",
    "style": (
        "<style>@import '{u}a.css'; @font-face {{ font-family: x; src: url({u}f) }} h1 {{ font-family: x; background: url({u}b); cursor: url({u}c), auto;"
        " list-style-image: url({u}l); mask: url({u}m); border-image: url({u}n); content: url({u}o); filter: url({u}p#a) }}</style>"
    ),
    "attribute": "<p style='background:image-set(url({u}s) 1x)' background='{u}q'>x</p><table background='{u}t'><tr><td>x</table>",
    "base": "<base href='{u}'><img src=x><script src=y></script>",
    "scripts": "<script src='{u}a'></script><script type=module>import '{u}b'</script><script type=importmap>{{}}</script>",
    "srcdoc": "<iframe srcdoc=\"<img src='{u}i'><script>fetch('{u}f')</script>\"></iframe><iframe src=\"data:text/html,<img src='{u}d'><script>fetch('{u}e')</script>\"></iframe>",
    "forms": "<form action='{u}f' method=post><input name=a value=b></form><iframe name=there></iframe><form target=there action='{u}g'><input name=a></form><script>for (const f of document.forms) {{ f.submit(); f.requestSubmit() }}</script>",
    "ping": "<a href='#x' ping='{u}p'>x</a><a href='{u}d' download>x</a><script>for (const a of document.links) a.click()</script>",
    "policy": "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'; report-uri {u}r\"><img src=x>",
    "fetch": "<script>fetch('{u}f', {{method: 'POST', body: 'x', keepalive: true}}).catch(() => 0); const x = new XMLHttpRequest(); x.open('GET', '{u}x'); x.send()</script>",
    "beacon": "<script>navigator.sendBeacon('{u}b', 'x'); addEventListener('pagehide', () => navigator.sendBeacon('{u}c', 'x')); globalThis.fetchLater?.('{u}l', {{activateAfter: 0}})</script>",
    "sockets": "<script>new WebSocket('ws://{h}/w'); new EventSource('{u}e'); try {{ new WebTransport('https://{h}/t') }} catch {{}}; try {{ new WebSocketStream('ws://{h}/s') }} catch {{}}</script>",
    "peers": (
        "<script>const p = new RTCPeerConnection({{iceServers: [{{urls: ['stun:{h}', 'turn:{h}?transport=udp', 'turn:{h}?transport=tcp'], username: 'a', credential: 'b'}}]}});"
        "p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o))</script>"
    ),
    "workers": (
        "<script>const code = \"fetch('{u}w').catch(() => 0); try {{ importScripts('{u}i') }} catch {{}}; new WebSocket('ws://{h}/v')\";"
        "const blob = URL.createObjectURL(new Blob([code])); new Worker(blob); new SharedWorker(blob); new Worker('data:text/javascript,' + encodeURIComponent(code)); "
        "navigator.serviceWorker?.register('{u}s').catch(() => 0)</script>"
    ),
    "windows": "<script>open('{u}w'); const a = document.createElement('a'); a.href = '{u}x'; a.target = '_blank'; a.click()</script>",
    "away": "<script>setTimeout(() => {{ location = '{u}l' }}, 300)</script>",
    "paint": "<script>CSS.paintWorklet?.addModule('{u}p'); new Image().src = '{u}i'; new FontFace('x', 'url({u}f)').load().catch(() => 0); document.fonts.load('9px x'); new Audio('{u}a').play().catch(() => 0)</script>",
    "xslt": "<script>const d = new DOMParser().parseFromString('<x xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"{u}x\"/></x>', 'text/xml'); new XSLTProcessor()</script>",
}


@pytest.mark.parametrize("name", MARKUP)
async def test_nothing_leaves(name: str, listener: Listener, reviewed: Reviewer) -> None:
    markup = MARKUP[name].format(u=f"http://{listener.host}/", h=listener.host)
    result = await reviewed(f"{HEAD}<body><h1>Harbour</h1>{markup}", x="x")
    assert not result.report.problems
    assert listener.heard == []


async def test_an_allowed_host_is_asked_and_its_neighbour_is_not(listener: Listener, reviewed: Reviewer) -> None:
    markup = f"{HEAD}<link rel=stylesheet href='http://localhost:{listener.port}/a.css'><img src='http://{listener.host}/i' alt=i><h1>Harbour</h1>"
    await reviewed(markup, plan=replace(PLAN, allowed_hosts=("localhost",)))
    assert listener.heard and all(f"Host: localhost:{listener.port}".encode() in one for one in listener.heard)


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
    assert not [finding for finding in result.report.all if finding.rule in ("failed-resource", "blocked-remote")]


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
