"""Ways in which a page may try to reach a host, by name. Data of the network tests.

In markup and code, ``{u}`` is an address on the target that ends in the name of the way, ``{h}`` its host and port, and
``{n}`` its host name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Target = tuple[str, str]
"""Scheme, and host with port; ``{name}`` stands for the name of the way."""

MARKUP = {
    # Links and hints of the head.
    "stylesheet": "<link rel=stylesheet href='{u}'>",
    "alternate-stylesheet": "<link rel='alternate stylesheet' title=x href='{u}'>",
    "icon": "<link rel=icon href='{u}'>",
    "apple-touch-icon": "<link rel=apple-touch-icon href='{u}'>",
    "manifest": "<link rel=manifest href='{u}'>",
    "search-description": "<link rel=search type=application/opensearchdescription+xml href='{u}'>",
    "compression-dictionary": "<link rel=compression-dictionary href='{u}'>",
    "monetization": "<link rel=monetization href='{u}'>",
    "preconnect": "<link rel=preconnect href='{u}'>",
    "dns-prefetch": "<link rel=dns-prefetch href='{u}'>",
    "prefetch": "<link rel=prefetch href='{u}'>",
    "prerender": "<link rel=prerender href='{u}'>",
    "preload-font": "<link rel=preload as=font crossorigin href='{u}'>",
    "preload-image": "<link rel=preload as=image href='{u}' imagesrcset='{u}-2 2x'>",
    "modulepreload": "<link rel=modulepreload href='{u}'>",
    "http-equiv-link": "<meta http-equiv=link content='<{u}>; rel=preload; as=image'>",
    "speculation-prefetch": '<script type=speculationrules>{{"prefetch": [{{"urls": ["{u}"], "eagerness": "immediate"}}]}}</script>',
    "speculation-prerender": '<script type=speculationrules>{{"prerender": [{{"urls": ["{u}"], "eagerness": "immediate"}}]}}</script>',
    "speculation-anonymous": '<script type=speculationrules>{{"prefetch": [{{"urls": ["{u}"], "requires": ["anonymous-client-ip-when-cross-origin"], "eagerness": "immediate"}}]}}</script>',
    # Pictures, sound and films.
    "image": "<img src='{u}'>",
    "srcset": "<img srcset='{u} 1x, {u}-2 2x'>",
    "picture": "<picture><source srcset='{u}'><img></picture>",
    "input-image": "<input type=image src='{u}'>",
    "video": "<video src='{u}' autoplay muted></video>",
    "poster": "<video poster='{u}'></video>",
    "audio": "<audio src='{u}' preload=auto></audio>",
    "media-source": "<video autoplay muted><source src='{u}' type=video/mp4></video>",
    "track": "<video src='x.mp4'><track default src='{u}'></video>",
    "body-background": "<table background='{u}'><tr><td background='{u}-2'>x</table>",
    "attribution-image": "<img attributionsrc='{u}' src='x.png'>",
    "svg-image": "<svg><image href='{u}' width=9 height=9 /></svg>",
    "svg-use": "<svg><use href='{u}#a' /></svg>",
    "svg-filter": "<svg><filter id=f><feImage href='{u}'/></filter><rect width=9 height=9 filter='url(#f)'/></svg>",
    "svg-script": "<svg><script href='{u}'></script></svg>",
    # Documents in documents.
    "iframe": "<iframe src='{u}'></iframe>",
    "object": "<object data='{u}'></object>",
    "embed": "<embed src='{u}'>",
    "fenced-frame": "<fencedframe src='{u}'></fencedframe>",
    "frameset": "<iframe srcdoc=\"<frameset><frame src='{u}'></frameset>\"></iframe>",
    "srcdoc-image": "<iframe srcdoc=\"<img src='{u}'>\"></iframe>",
    "sandboxed-script": "<iframe sandbox=allow-scripts srcdoc=\"<script>fetch('{u}')</script>\"></iframe>",
    "data-frame": "<iframe src=\"data:text/html,<img src='{u}'>\"></iframe>",
    "base": "<iframe srcdoc=\"<base href='{u}/'><img src=x>\"></iframe>",
    "meta-refresh": "<iframe srcdoc=\"<meta http-equiv=refresh content='0; url={u}'>\"></iframe>",
    "csp-report": "<iframe srcdoc=\"<meta http-equiv=Content-Security-Policy content='img-src none; report-uri {u}'><img src=x.png>\"></iframe>",
    "xml-stylesheet": "<iframe src=\"data:text/xml,<?xml-stylesheet type='text/xsl' href='{u}'?><x/>\"></iframe>",
    "xml-css": "<iframe src=\"data:text/xml,<?xml-stylesheet type='text/css' href='{u}'?><x/>\"></iframe>",
    "external-entity": "<iframe src=\"data:text/xml,<!DOCTYPE x [<!ENTITY y SYSTEM '{u}'>]><x>%26y;</x>\"></iframe>",
    # Scripts.
    "script": "<script src='{u}'></script>",
    "module-script": "<script type=module src='{u}'></script>",
    "import": "<script type=module>import '{u}'</script>",
    "import-map": "<iframe srcdoc=\"<script type=importmap>{{&quot;imports&quot;: {{&quot;x&quot;: &quot;{u}&quot;}}}}</script><script type=module>import 'x'</script>\"></iframe>",
    # Styles.
    "css-import": "<style>@import '{u}';</style>",
    "css-font": "<style>@font-face {{ font-family: 'f{u}'; src: url({u}) }}</style><p style=\"font-family: 'f{u}'\">font</p>",
    "css-background": "<p style='background: url({u})'>x</p>",
    "css-image-set": "<p style='background: image-set(url({u}) 1x)'>x</p>",
    "css-cross-fade": "<p style='background: -webkit-cross-fade(url({u}), url({u}-2), 50%)'>x</p>",
    "css-border-image": "<p style='border: 9px solid; border-image: url({u}) 3'>x</p>",
    "css-list-style": "<ul><li style='list-style-image: url({u})'>x</ul>",
    "css-cursor": "<p style='cursor: url({u}), auto'>x</p>",
    "css-content": "<p style='content: url({u})'>x</p>",
    "css-mask": "<p style='mask: url({u})'>x</p>",
    "css-clip-path": "<p style='clip-path: url({u}#a)'>x</p>",
    "css-filter": "<p style='filter: url({u}#a)'>x</p>",
    "css-shape-outside": "<p style='float: left; shape-outside: url({u})'>x</p>",
    "css-offset-path": "<p style='offset-path: url({u}#a)'>x</p>",
    "css-property": "<p style='--x: url({u}); background: var(--x)'>x</p>",
    "css-pseudo": "<style>h1::after {{ content: url({u}) }}</style>",
    "css-fill": "<svg><rect width=9 height=9 style='fill: url({u}#a); marker: url({u}#b)'/></svg>",
}  # fmt: skip

SCRIPTS = {
    "fetch": "await fetch('{u}', {{method: 'POST', body: 'x'}})",
    "fetch-no-cors": "await fetch('{u}', {{mode: 'no-cors'}})",
    "fetch-keepalive": "await fetch('{u}', {{method: 'POST', mode: 'no-cors', body: 'x', keepalive: true}})",
    "fetch-later": "fetchLater('{u}', {{activateAfter: 0}})",
    "fetch-private-token": "await fetch('{u}', {{privateToken: {{version: 1, operation: 'token-request'}}}})",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', '{u}'); x.send()",
    "xhr-sync": "const x = new XMLHttpRequest(); x.open('GET', '{u}', false); x.send()",
    "beacon": "navigator.sendBeacon('{u}', 'x')",
    "beacon-pagehide": "addEventListener('pagehide', () => navigator.sendBeacon('{u}', 'x'))",
    "beacon-hidden": "addEventListener('visibilitychange', () => navigator.sendBeacon('{u}', 'x'))",
    "fetch-unload": "addEventListener('pagehide', () => fetch('{u}', {{mode: 'no-cors', keepalive: true}}))",
    "web-socket": "new WebSocket('{u}'.replace('http', 'ws'))",
    "web-socket-stream": "await new WebSocketStream('{u}'.replace('http', 'ws')).opened",
    "event-source": "new EventSource('{u}')",
    "web-transport": "await new WebTransport('{u}'.replace('http:', 'https:')).ready",
    "rtc-stun": "peer({{urls: 'stun:{h}'}})",
    "rtc-turn-udp": "peer({{urls: 'turn:{h}?transport=udp', username: 'a', credential: 'b'}})",
    "rtc-turn-tcp": "peer({{urls: 'turn:{h}?transport=tcp', username: 'a', credential: 'b'}})",
    "rtc-turns": "peer({{urls: 'turns:{h}', username: 'a', credential: 'b'}})",
    "rtc-candidate": "await candidate('{n}')",
    "rtc-candidate-tcp": "await candidate('{n}', 'tcp')",
    "rtc-candidate-mdns": "await candidate('{n}'.replaceAll(/[^a-z]/g, '-') + '.local')",
    "fedcm": "await navigator.credentials.get({{identity: {{mode: 'active', providers: [{{configURL: '{u}', clientId: '1'}}]}}}})",
    "fedcm-disconnect": "await IdentityCredential.disconnect({{configURL: '{u}', clientId: '1', accountHint: 'x'}})",
    "web-authn": "await navigator.credentials.get({{publicKey: {{rpId: '{n}', challenge: new Uint8Array(16)}}}})",
    "payment": "await new PaymentRequest([{{supportedMethods: '{u}'}}], {{total: {{label: 'x', amount: {{currency: 'EUR', value: '1'}}}}}}).show()",
    "payment-check": "await new PaymentRequest([{{supportedMethods: '{u}'}}], {{total: {{label: 'x', amount: {{currency: 'EUR', value: '1'}}}}}}).canMakePayment()",
    "bluetooth": "await navigator.bluetooth.requestDevice({{acceptAllDevices: true}})",
    "usb": "await navigator.usb.requestDevice({{filters: []}})",
    "serial": "await navigator.serial.requestPort()",
    "direct-sockets": "await new TCPSocket('{n}', 80).opened",
    "presentation": "await new PresentationRequest('{u}').start()",
    "notification": "new Notification('x', {{icon: '{u}'}})",
    "media-session": "navigator.mediaSession.metadata = new MediaMetadata({{artwork: [{{src: '{u}'}}]}})",
    "private-auction": "await navigator.joinAdInterestGroup({{owner: location.origin, name: 'x', biddingLogicURL: '{u}', ads: []}}, 9)",
    "shared-storage": "await sharedStorage.worklet.addModule('{u}')",
    "attribution-window": "open('about:blank', '', 'attributionsrc={u}')",
    "reporting-observer": "await fetch('x.json', {{attributionReporting: {{eventSourceEligible: true, triggerEligible: false}}}})",
    "worker-fetch": "new Worker(blob(`fetch('{u}', {{mode: 'no-cors'}})`))",
    "worker-import": "new Worker(blob(`importScripts('{u}')`))",
    "worker-module": "new Worker(blob(`import '{u}'`), {{type: 'module'}})",
    "worker-socket": "new Worker(blob(`new WebSocket('{u}'.replace('http', 'ws'))`))",
    "worker-nested": "new Worker(blob(`new Worker('data:text/javascript,fetch(\"{u}\", {{mode: \"no-cors\"}})')`))",
    "shared-worker": "new SharedWorker(blob(`fetch('{u}', {{mode: 'no-cors'}})`))",
    "service-worker": "await navigator.serviceWorker.register('worker.js?{u}')",
    "background-fetch": "await (await navigator.serviceWorker.ready).backgroundFetch.fetch('x', ['{u}'])",
    "paint-worklet": "await CSS.paintWorklet.addModule('{u}')",
    "audio-worklet": "await new AudioContext().audioWorklet.addModule('{u}')",
    "dynamic-import": "await import('{u}')",
    "import-json": "await import('{u}', {{with: {{type: 'json'}}}})",
    "new-image": "new Image().src = '{u}'",
    "new-audio": "await new Audio('{u}').play()",
    "font-face": "await new FontFace('x', 'url({u})').load()",
    "style-sheet-object": "const s = new CSSStyleSheet(); s.replaceSync('h1 {{ background: url({u}) }}'); document.adoptedStyleSheets.push(s)",
    "canvas-image": "const i = new Image(); i.crossOrigin = ''; i.src = '{u}'; await i.decode()",
    "document-write": "const f = frame(); f.contentDocument.write(`<img src='{u}'>`); f.contentDocument.close()",
    "xslt-import": "new XSLTProcessor().importStylesheet(new DOMParser().parseFromString(`<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:import href='{u}'/></xsl:stylesheet>`, 'text/xml'))",
    "ping": "click(`<a href='#x' ping='{u}'>x</a>`)",
    "ping-frame": "const f = frame(); f.contentDocument.body.innerHTML = `<a href='about:blank' ping='{u}'>x</a>`; f.contentDocument.links[0].click()",
    "attribution-link": "click(`<a href='#x' attributionsrc='{u}'>x</a>`)",
    "download": "click(`<a href='{u}' download>x</a>`)",
    "link-blank": "click(`<a href='{u}' target=_blank>x</a>`)",
    "window-open": "open('{u}')",
    "window-open-noopener": "open('{u}', '', 'noopener')",
    "frame-location": "frame().contentWindow.location = '{u}'",
    "frame-form-get": "const f = frame(); f.contentDocument.body.innerHTML = `<form action='{u}'><input name=a value=b></form>`; f.contentDocument.forms[0].submit()",
    "frame-form-post": "const f = frame(); f.contentDocument.body.innerHTML = `<form method=post action='{u}'><input name=a value=b></form>`; f.contentDocument.forms[0].submit()",
    "fresh-frame-fetch": "frame().contentWindow.fetch('{u}', {{mode: 'no-cors'}})",
    "fresh-frame-peer": "const w = frame().contentWindow; const p = new w.RTCPeerConnection({{iceServers: [{{urls: 'stun:{h}'}}]}}); p.createDataChannel('x'); await p.setLocalDescription()",
}  # fmt: skip

LEAVING = {
    "location": "location = '{u}'",
    "location-replace": "location.replace('{u}')",
    "navigate": "navigation.navigate('{u}')",
    "form-get": "form('get', '{u}').submit()",
    "form-post": "form('post', '{u}').requestSubmit()",
    "top-link": "click(`<a href='{u}'>x</a>`)",
    "top-refresh": "document.head.insertAdjacentHTML('beforeend', `<meta http-equiv=refresh content='0; url={u}'>`)",
}
"""Each of them takes the page away, unless it is stopped."""

NAMES = (*MARKUP, *SCRIPTS, *LEAVING)

_TOOLS = """
const attempt = async what => { try { await what() } catch {} };
const blob = code => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
const add = markup => { const t = document.createElement('div'); t.innerHTML = markup; document.body.append(t); return t.firstChild };
const frame = () => add('<iframe></iframe>');
const click = markup => add(markup).click();
const form = (method, url) => add(`<form method=${method} action='${url}'><input name=a value=b></form>`);
const peer = server => {
  const p = new RTCPeerConnection({ iceServers: [server] });
  p.createDataChannel('x');
  return p.setLocalDescription();
};
const candidate = async (host, transport = 'udp') => {
  const p = new RTCPeerConnection();
  p.createDataChannel('x');
  await p.setLocalDescription();
  const sdp = p.localDescription.sdp.replace('a=setup:actpass', 'a=setup:active');
  await p.setRemoteDescription({ type: 'answer', sdp });
  const type = transport === 'tcp' ? 'host tcptype passive' : 'host';
  await p.addIceCandidate({ candidate: `candidate:1 1 ${transport} 1 ${host} 7777 typ ${type}`, sdpMid: '0', sdpMLineIndex: 0 });
};
"""


def _filled(template: str, name: str, target: Target) -> str:
    scheme, place = target[0], target[1].format(name=name)
    host = place.rpartition(":")[0] if place.rpartition(":")[2].isdigit() else place
    return template.format(u=f"{scheme}://{place}/{name}", h=place, n=host)


def _tries(ways: Mapping[str, str], every: Sequence[Target], one_each: Sequence[Target]) -> Iterator[str]:
    """Each way at every target of the first list, and at one of the second in turn."""
    for number, (name, template) in enumerate(ways.items()):
        for target in (*every, *one_each[number % max(len(one_each), 1) :][:1]):
            yield _filled(template, name, target)


def _script(ways: Mapping[str, str], every: Sequence[Target], one_each: Sequence[Target]) -> str:
    attempts = (f"attempt(async () => {{ {code} }});" for code in _tries(ways, every, one_each))
    return f"<script>{_TOOLS}\n" + "\n".join(attempts) + "\n</script>"


def staying(every: Sequence[Target], one_each: Sequence[Target] = ()) -> str:
    """Markup that tries every way that leaves the page where it is."""
    return "\n".join(_tries(MARKUP, every, one_each)) + _script(SCRIPTS, every, one_each)


def leaving(every: Sequence[Target], one_each: Sequence[Target] = ()) -> str:
    """Markup that tries to go elsewhere in every way."""
    return _script(LEAVING, every, one_each)
