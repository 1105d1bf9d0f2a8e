"""A browser without a network: all that a page may load is delivered by this process, over the protocol.

Interception (``requests``) sees the requests of pages. Web sockets, WebRTC, FedCM, reports, speculative loads and the
browser's own services pass it by. Two barriers that do not know of each other stop those, whatever sends them:
every host name and address resolves to nothing, and the only way out is a proxy that refuses every connection.
"""

from __future__ import annotations

import socket
from typing import Self

_LOOPBACK = "127.0.0.1"


class DeadProxy:
    """A TCP port of the loopback interface that this process holds and never listens on. The system refuses every
    connection to it, and no other process can take it over as long as it is held."""

    def __init__(self) -> None:
        """Raises ``OSError`` where the machine has no loopback interface or no free port."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        try:
            if exclusive is not None:  # Windows lets others share a port that is not claimed so.
                self._socket.setsockopt(socket.SOL_SOCKET, exclusive, 1)
            self._socket.bind((_LOOPBACK, 0))
        except OSError:
            self._socket.close()
            raise

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()


def no_network(proxy: DeadProxy) -> tuple[str, ...]:
    """Command line switches of a browser that reaches no host, neither by name nor by address. They hold for the whole
    process: no page and no service of the browser has other ones."""
    return (
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--proxy-server=http://{_LOOPBACK}:{proxy.port}",
        # Without this rule, requests to loopback addresses would go past the proxy.
        "--proxy-bypass-list=<-loopback>",
        # WebRTC may send no datagram of its own, only through the proxy. Shells and full browsers call it differently.
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
    )
