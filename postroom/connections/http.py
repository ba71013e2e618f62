"""The only way out by HTTP: to addresses of the open Internet, with limits to everything.

    name ── resolved once ──→ every address judged ──→ connected to the one judged
      ↑                                                        │ TLS to the name itself
      └───────── a redirect begins again here ─────────────────┘

An address that a person types must not reach the machine's own network (RELIABILITY 4.2), nor
by a name that answers differently the second time, nor by a redirect.
"""

import base64
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import httpcore

from postroom.connections.reaching import is_public
from postroom.connections.trouble import (
    CERTIFICATE,
    DISCONNECTED,
    HOST_PRIVATE,
    HOST_UNKNOWN,
    NO_TLS,
    SERVER_ERROR,
    TIMEOUT,
    Trouble,
    from_library,
    said,
)

REFUSED, REDIRECTS, TOO_LARGE = "refused", "redirects", "too-large"
PORTS = (443, 8443)
CONNECT, EACH, WHOLE = 10.0, 20.0, 60.0  # seconds: to connect, for each read, for everything
LARGEST = 20 << 20  # bytes
HOPS = 5
AGENT = "Postroom"
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """What the server said. 304 means: as you have it."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True)
class Way:
    """How far one may go. `anywhere`: the installer vouches for hosts on a private net, and for
    lines without encryption there. `plain`: lines without encryption, to public hosts alone."""

    anywhere: bool = False
    plain: bool = False
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    largest: int = LARGEST
    whole: float = WHOLE  # seconds
    clock: Callable[[], float] = time.monotonic


def get(url: str, *, headers: Mapping[str, str] | None = None, way: Way | None = None) -> Answer:
    """GET an address: 200 with its body, or 304 where `headers` ask for changes only.

    Redirects are followed five times, each judged like the first. Raises Trouble.
    """
    way = way or Way()
    wanted, ends = dict(headers or {}), way.clock() + way.whole
    sender = _credentials(url)
    for _ in range(HOPS + 1):
        parts = _judged(url, way)
        authority = sender[1] if sender and sender[0] == _origin(parts) else {}
        answer = _once(parts, {**wanted, **authority}, way, ends)
        if answer.status not in _REDIRECTS:
            return _accepted(answer)
        url = urljoin(_bare(parts), answer.headers.get("location", ""))
        if parts.scheme == "https" and not url.startswith("https:") and not way.anywhere:
            raise Trouble(NO_TLS, final=True)  # what was asked under cover is not told in clear
    raise Trouble(REDIRECTS, final=True)


def _judged(url: str, way: Way) -> SplitResult:
    """The parts of an address that may be opened. Raises Trouble."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Trouble(HOST_UNKNOWN, said(error), final=True) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and (way.anywhere or way.plain)):
        raise Trouble(NO_TLS, parts.scheme, final=True)
    if not host or not url.isprintable() or " " in url:
        raise Trouble(HOST_UNKNOWN, final=True)
    ports = (*PORTS, 80) if way.plain else PORTS
    if port not in (None, *ports) and not way.anywhere:
        raise Trouble(HOST_PRIVATE, f"{host}:{port}", final=True)
    return parts


def _once(parts: SplitResult, headers: Mapping[str, str], way: Way, ends: float) -> Answer:
    pool = httpcore.ConnectionPool(
        ssl_context=way.context, network_backend=_Judging(way), max_connections=1
    )
    sent = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": AGENT, "Accept": "*/*"}
    # Unpacked, a small answer could be any size.
    sent |= {"Accept-Encoding": "identity", "Connection": "close", **headers}
    timeouts = {"connect": CONNECT, "read": EACH, "write": EACH, "pool": CONNECT}
    try:
        with (
            pool,
            pool.stream(
                "GET",
                _target(parts),
                headers=[(name.encode(), value.encode()) for name, value in sent.items()],
                extensions={"timeout": timeouts},
            ) as response,
        ):
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            return Answer(response.status, told, _body(response.iter_stream(), way, ends))
    except Trouble:
        raise
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise Trouble(TIMEOUT, said(error)) from error
    except httpcore.ConnectError as error:
        raise _connecting(error) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Trouble(DISCONNECTED, said(error)) from error
    except (OSError, UnicodeError, ValueError) as error:
        raise from_library(error) from error


def _body(blocks: Iterable[bytes], way: Way, ends: float) -> bytes:
    """All of it, unless it is too much or comes too slowly."""
    body = bytearray()
    for block in blocks:
        body += block
        if len(body) > way.largest:
            raise Trouble(TOO_LARGE, final=True)
        if way.clock() > ends:
            raise Trouble(TIMEOUT)
    return bytes(body)


def _accepted(answer: Answer) -> Answer:
    if answer.status in (200, 304):
        if answer.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            raise Trouble(SERVER_ERROR, answer.headers["content-encoding"])
        return answer
    # 408, 425, 429: not now, which is not the address's fault.
    refused = 400 <= answer.status < 500 and answer.status not in (408, 425, 429)
    raise Trouble(REFUSED if refused else SERVER_ERROR, f"HTTP {answer.status}", final=refused)


def _connecting(error: Exception) -> Trouble:
    """httpcore wraps what the socket said; the words for a person depend on that."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Trouble(CERTIFICATE, cause.verify_message or said(cause), final=True)
    return (
        from_library(cause) if isinstance(cause, Exception) else Trouble(DISCONNECTED, said(error))
    )


class _Judging(httpcore.NetworkBackend):
    """Resolves a name once, judges every address it has, and connects to the first."""

    def __init__(self, way: Way) -> None:
        self.way, self.below = way, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        address = _address(host, port, self.way)
        return self.below.connect_tcp(address, port, timeout, local_address, socket_options)


def _address(host: str, port: int, way: Way) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Trouble(HOST_UNKNOWN, host) from error
    addresses = [str(each[4][0]) for each in found]
    # One private address among public ones is how a name is bent towards us.
    if not way.anywhere and not all(map(is_public, addresses)):
        raise Trouble(HOST_PRIVATE, host, final=True)
    return addresses[0]


def _credentials(url: str) -> tuple[tuple[str, str, int | None], dict[str, str]] | None:
    """User and password of an address, for its own server alone (RFC 7617)."""
    try:
        parts = urlsplit(url)
        origin = _origin(parts)
    except ValueError:
        return None
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return origin, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port


def _bare(parts: SplitResult) -> str:
    """The address without user and password."""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _target(parts: SplitResult) -> str:
    """As it goes over the wire: the host by IDNA where it is a name, an odd letter escaped."""
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    try:
        ipaddress.ip_address(host)
        netloc = f"[{host}]" if ":" in host else host
    except ValueError:
        netloc = host.encode("idna").decode()
    path = "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in parts.path or "/"
    )
    return parts._replace(netloc=netloc + port, path=path, fragment="").geturl()
