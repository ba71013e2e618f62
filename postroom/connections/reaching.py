"""Reaching an IMAP server: the address allowed, encryption demanded, signed in, and out again."""

import base64
import contextlib
import imaplib
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from postroom.connections.trouble import (
    CERTIFICATE,
    HOST_PRIVATE,
    HOST_UNKNOWN,
    LETTERS,
    NO_TLS,
    NO_TOKENS,
    NOT_IMAP,
    SERVER_ERROR,
    TOKEN,
    Trouble,
    said,
)

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
TIMEOUT = SocketTimeout(connect=20, read=90)  # seconds, for each operation (PE-12)

# What lies between an address and a mailbox, in this order.
NAME, PORT, GREETING, ENCRYPTION, SIGN_IN = "name", "port", "greeting", "encryption", "sign-in"
Passed = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How to reach a mailbox. `anywhere`: the installer vouches for a host on a private net."""

    host: str
    port: int
    security: str  # tls, starttls, none
    user: str
    password: str  # or an OAuth 2 access token: see `proof`
    ca_pem: str = ""
    anywhere: bool = False
    proof: str = "password"  # password, token


def connect(settings: Settings, passed: Passed = lambda step: None) -> IMAPClient:
    """A signed-in connection; `passed` is told of each step that went well."""
    if settings.security == "none" and not is_this_machine(allowed_address(settings)):
        raise Trouble(NO_TLS, settings.host, final=True)
    context = ssl.create_default_context()
    if settings.ca_pem:
        try:
            context.load_verify_locations(cadata=settings.ca_pem)
        except ssl.SSLError as error:
            raise Trouble(CERTIFICATE, str(error), final=True) from error
    try:
        client = _Client(settings, context, passed)
    except imaplib.IMAP4.error as error:
        # What imaplib makes of a greeting in another language; «+OK» it takes for a continuation.
        if "unexpected response" in str(error) or error.args == (None,):
            raise Trouble(NOT_IMAP, _greeting(error), final=True) from error
        raise
    try:
        _sign_in(client, settings, context, passed)
    except BaseException:
        with contextlib.suppress(OSError):
            client.shutdown()
        raise
    return client


def _greeting(error: Exception) -> str:
    return "" if error.args == (None,) else said(error)


def leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except (OSError, EOFError, imaplib.IMAP4.error):
        with_socket = getattr(client._imap, "sock", None)
        if with_socket:
            with_socket.close()


def _sign_in(
    client: IMAPClient, settings: Settings, context: ssl.SSLContext, passed: Passed
) -> None:
    client.normalise_times = False  # INTERNALDATE with its own offset, not this machine's
    passed(GREETING)
    if settings.security == "starttls":
        # Demanded, never merely tried: a line in between could hide the offer.
        if not client.has_capability("STARTTLS"):
            raise Trouble(NO_TLS, settings.host, final=True)
        client.starttls(context)
        client._imap.debug = 0
    if settings.security != "none":
        passed(ENCRYPTION)
    try:
        _identify(client, settings)
    except LoginError as error:
        # The library wraps a broken line as well, and the server's bytes as Python spells them.
        cause = error.__context__
        if isinstance(cause, imaplib.IMAP4.abort):
            raise cause from None
        raise LoginError(without(settings.password, said(cause or error))) from None
    passed(SIGN_IN)


def _identify(client: IMAPClient, settings: Settings) -> None:
    """By LOGIN, or by AUTHENTICATE PLAIN where LOGIN has no letters for it (RFC 3501 6.2.3;
    RFC 4616 speaks UTF-8); by an access token where that is what there is."""
    if settings.proof == "token":
        _present_token(client, settings)
    elif (settings.user + settings.password).isascii():
        client.login(settings.user, settings.password)
    elif client.has_capability("AUTH=PLAIN"):
        client.plain_login(settings.user, settings.password)
    else:
        raise Trouble(LETTERS, final=True)


def _present_token(client: IMAPClient, settings: Settings) -> None:
    """AUTHENTICATE XOAUTH2 (as Google and Microsoft describe it) or OAUTHBEARER (RFC 7628).

    A server refuses by a challenge that says why, which is answered by a dummy before its NO
    comes (RFC 7628, 3.2.3); IMAPClient would answer with the token again.
    """
    bearer = f"auth=Bearer {settings.password}"
    if client.has_capability("AUTH=XOAUTH2"):
        mechanism, first = "XOAUTH2", f"user={settings.user}\1{bearer}\1\1"
        dummy = b""
    elif client.has_capability("AUTH=OAUTHBEARER"):
        user = settings.user.replace("=", "=3D").replace(",", "=2C")
        mechanism, first = "OAUTHBEARER", f"n,a={user},\1{bearer}\1\1"
        dummy = b"\1"
    else:
        raise Trouble(NO_TOKENS, settings.host, final=True)
    challenges: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        challenges.append(challenge)
        return first.encode() if len(challenges) == 1 else dummy

    try:
        client._imap.authenticate(mechanism, answer)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        sent = base64.b64encode(first.encode()).decode()
        why = b" ".join(challenges).decode("utf-8", "replace").strip()
        words = without(settings.password, without(sent, f"{said(error)} {why}".strip()))
        raise Trouble(TOKEN, words[:500], final=True) from None
    except ValueError as error:  # a challenge that is not base64
        raise Trouble(SERVER_ERROR, said(error)) from error


class _Client(IMAPClient):
    """IMAPClient without its log of every byte, connecting only where we allow it to."""

    def __init__(self, settings: Settings, context: ssl.SSLContext, passed: Passed) -> None:
        self._allowed, self._passed = settings, passed
        super().__init__(
            settings.host,
            settings.port,
            ssl=settings.security == "tls",
            ssl_context=context,
            timeout=TIMEOUT,
        )
        # At level 5, as shipped, each body is formatted for a log that nobody reads: fetching
        # costs 4.6 times as much (measured).
        self._imap.debug = 0

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _Pinned(self._allowed, self.ssl_context, self._passed)


class _Pinned(imaplib.IMAP4):
    """Resolves the name once, judges the address, and connects to that very address."""

    def __init__(self, settings: Settings, context: ssl.SSLContext, passed: Passed) -> None:
        self._settings, self._context, self._passed = settings, context, passed
        super().__init__(settings.host, settings.port, timeout=TIMEOUT.connect)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        settings = self._settings
        address = allowed_address(settings)
        self._passed(NAME)
        sock = socket.create_connection((address, settings.port), TIMEOUT.connect)
        self._passed(PORT)
        if settings.security != "tls":
            return sock
        return self._context.wrap_socket(sock, server_hostname=settings.host)


def allowed_address(settings: Settings) -> str:
    """The address to connect to. Raises Trouble for one that a web form must not reach."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # no such name can be: an empty label, one of 64 letters
        raise Trouble(HOST_UNKNOWN, settings.host, final=True) from error
    address = str(found[0][4][0])
    if not settings.anywhere and not is_public(address):
        raise Trouble(HOST_PRIVATE, settings.host, final=True)
    return address


def is_public(address: str) -> bool:
    """Whether this is an address of the open Internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
    if inner := _inside(ip):
        return all(is_public(str(one)) for one in inner)
    # Only 2000::/3 is given out for the Internet (RFC 4291, 2.4); the rest is reserved, site-local,
    # multicast, or RFC 8215's translation on a network of one's own.
    return ip in GLOBAL_UNICAST and ip.is_global


def _inside(ip: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that a packet to this one can end at."""
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip.sixtofour:
        return [ip.sixtofour]
    if ip.teredo:
        return list(ip.teredo)  # its server and its client
    if ip in NAT64 or ip in COMPATIBLE:
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return []


def without(password: str, words: str) -> str:
    """A server's words, which are shown and kept: some repeat the very line they refuse."""
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    for spelling in (quoted, password):
        words = words.replace(spelling, "…") if spelling else words
    return words


def is_this_machine(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
