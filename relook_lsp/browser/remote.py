"""What a page may load from the hosts that the user allowed, fetched by this process.

One response at a time: a redirect goes to the browser as it came, and the request that follows is judged like any
other. Cookies are neither sent nor kept, and no proxy of the environment is used.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import logging
import socket
import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from relook_lsp.browser.resource_access import MAX_FILE, ResourceAnswer

log = logging.getLogger(__name__)

_SECONDS = 15.0
"""For one response, from the wait for a connection to the last byte."""

_CONNECTIONS = 32

_NOT_SENT = frozenset((
    "accept-encoding", "connection", "content-length", "cookie", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",
))  # fmt: skip
_NOT_DELIVERED = frozenset((
    # They describe the connection, or the body before it was decoded.
    "connection", "content-encoding", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade",
    # They ask the browser to remember something, or to report it.
    "alt-svc", "clear-site-data", "nel", "report-to", "reporting-endpoints", "set-cookie", "strict-transport-security",
))  # fmt: skip
_GONE = (404, 410)


class RemoteHosts:
    """The allowed hosts as one load of a page reaches them. A host keeps the addresses that it had first."""

    def __init__(self) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=_CONNECTIONS,
            network_backend=_PinnedAddresses(),
        )

    async def answer(self, request: Mapping[str, Any]) -> ResourceAnswer:
        """The host's reply to a request, which is a ``Network.Request`` of the protocol."""
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._fetch(request)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            log.info("%s: %s", request["url"], error)
        except (OSError, ValueError, zlib.error, httpcore.UnsupportedProtocol) as error:  # TimeoutError is an OSError
            log.info("%s: %s", request["url"], error or "no answer in time")
        return ResourceAnswer("failed", 0)

    async def _fetch(self, request: Mapping[str, Any]) -> ResourceAnswer:
        headers = [(name, value) for name, value in request["headers"].items() if name.lower() not in _NOT_SENT]
        headers += [("Host", urlsplit(str(request["url"])).netloc.rpartition("@")[2]), ("Accept-Encoding", "gzip")]
        async with self._pool.stream(
            request["method"], request["url"], headers=headers, content=_body(request)
        ) as response:
            received = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
            encoding = next((value.lower() for name, value in received if name.lower() == "content-encoding"), "")
            body = await _read_decoded_body(response, encoding)
        status = response.status
        outcome = "ok" if status < 400 else "missing" if status in _GONE else "failed"
        delivered = tuple(one for one in received if one[0].lower() not in _NOT_DELIVERED)
        return ResourceAnswer(outcome, status, body, headers=delivered)

    async def close(self) -> None:
        await self._pool.aclose()


def _body(request: Mapping[str, Any]) -> bytes | None:
    entries: list[Mapping[str, str]] = request.get("postDataEntries", [])
    return b"".join(base64.b64decode(entry.get("bytes", "")) for entry in entries) if entries else None


async def _read_decoded_body(response: httpcore.Response, encoding: str) -> bytes:
    """The body. Raises ``ValueError`` where it is too large, cut off, or encoded in a way that was not asked for."""
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ValueError(f"encoded as {encoding}")
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk if unzip is None else unzip.decompress(chunk, MAX_FILE + 1 - len(body))
        if len(body) > MAX_FILE:
            raise ValueError(f"more than {MAX_FILE} bytes")
    if unzip is not None and body and not unzip.eof:
        raise ValueError("cut off")
    return bytes(body)


class _PinnedAddresses(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that a name had when it was first used: a host that changes them while the page is
    open (DNS rebinding) gains nothing."""

    def __init__(self) -> None:
        self._connector: httpcore.AsyncNetworkBackend = httpcore.AnyIOBackend()  # pyright: ignore[reportAssignmentType, reportAttributeAccessIssue]
        self._addresses: dict[str, tuple[str, ...]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address that a page may reach")
        if host not in self._addresses:
            found = await _resolve_addresses(host, port)
            self._addresses.setdefault(host, found)
        for address in self._addresses[host]:
            try:
                return await self._connector.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


async def _resolve_addresses(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host that a page may reach. Raises ``OSError`` where the name is not known."""
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1", "::1"
    with contextlib.suppress(ValueError):
        return (str(ipaddress.ip_address(host)),)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found if _may_have_name(str(entry[4][0]))))


def _may_have_name(text: str) -> bool:
    """Whether a host of another machine may have this address. Whoever means this machine, or a service of the link
    such as that of cloud metadata, has to allow it by its address."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not (address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified)
