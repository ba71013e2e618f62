"""The way out by HTTP: where it goes, where it never goes, and what it puts up with."""

import itertools
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from postroom.connections import http
from postroom.connections.http import Way, get
from postroom.connections.tests.web_server import answer, serving
from postroom.connections.trouble import Trouble
from tests.support.certificates import write_certificates

HERE = Way(anywhere=True)  # the tests' servers are on this machine


def code(url: str, way: Way | None = None, **how: Any) -> str:
    with pytest.raises(Trouble) as error:
        get(url, way=way, **how)
    return error.value.code


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let names resolve to what the test says; the list is of those asked for."""
    asked: list[str] = []

    def let(*answers: list[str]) -> list[str]:
        each = itertools.chain(answers, itertools.repeat(answers[-1]))

        def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in next(each)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return let


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context, and a client's that trusts it."""
    write_certificates(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    return server, ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))


def test_a_body_is_fetched_with_its_headers() -> None:
    with serving(lambda r: answer(r, b"BEGIN", ETag='"1"')) as server:
        found = get(server.url("/book.ics?a=b#part"), way=HERE)
    assert (found.status, found.body, found.headers["etag"]) == (200, b"BEGIN", '"1"')
    ((path, headers),) = server.heard
    assert path == "/book.ics?a=b"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert (headers["user-agent"], headers["accept-encoding"]) == ("Postroom", "identity")
    assert "cookie" not in headers


def test_what_has_not_changed_is_not_sent_again() -> None:
    def respond(request: Any) -> None:
        answer(request, status=304 if request.headers.get("If-None-Match") == '"1"' else 200)

    with serving(respond) as server:
        found = get(server.url(), headers={"If-None-Match": '"1"'}, way=HERE)
    assert (found.status, found.body) == (304, b"")


@pytest.mark.parametrize(
    ("status", "trouble", "final"),
    [
        *((404, "refused", True), (401, "refused", True), (410, "refused", True)),
        *((429, "server-error", False), (500, "server-error", False), (204, "server-error", False)),
    ],
)
def test_a_refusal_of_the_address_is_final_and_a_servers_own_trouble_is_not(
    status: int, trouble: str, final: bool
) -> None:
    with serving(lambda r: answer(r, status=status)) as server, pytest.raises(Trouble) as error:
        get(server.url(), way=HERE)
    assert (error.value.code, error.value.final) == (trouble, final)
    assert error.value.detail == f"HTTP {status}"


def test_a_redirect_is_followed() -> None:
    def respond(request: Any) -> None:
        if request.path == "/old":
            answer(request, status=302, Location="/new")
        else:
            answer(request, b"here")

    with serving(respond) as server:
        assert get(server.url("/old"), way=HERE).body == b"here"


def test_redirects_without_end_are_given_up() -> None:
    with serving(lambda r: answer(r, status=302, Location=r.path + "x")) as server:
        assert code(server.url("/a"), HERE) == "redirects"
    assert len(server.heard) == 6


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::a9fe:a9fe]"),
        *("[fd00::1]", "[fe80::1]", "2130706433", "0x7f.1", "127.1", "017700000001"),
    ],
)
def test_an_address_of_ones_own_network_is_never_reached(address: str) -> None:
    assert code(f"https://{address}/") in ("host-private", "host-unknown")


def test_a_name_with_one_private_address_among_public_ones_is_refused(names: Any) -> None:
    names(["93.184.216.34", "127.0.0.1"])
    assert code("https://feed.example/") == "host-private"


def test_localhost_is_not_reached_by_any_name() -> None:
    with serving(lambda r: answer(r, b"secret")) as server:
        for host in ("localhost", "localhost.", "LOCALHOST"):
            trouble = code(f"https://{host}:8443/")
            assert trouble in ("host-private", "host-unknown"), host
        assert code(f"https://localhost:{server.port}/") == "host-private"
    assert server.heard == []


def test_a_name_is_resolved_once_so_that_it_cannot_answer_differently(
    names: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, reached = names(["93.184.216.34"], ["127.0.0.1"]), []

    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert code("https://feed.example/") == "port-closed"
    assert (asked, reached) == (["feed.example"], ["93.184.216.34"])


def test_a_redirect_into_ones_own_network_is_refused(
    names: Any, monkeypatch: pytest.MonkeyPatch, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    def respond(request: Any) -> None:
        answer(request, status=302, Location="https://inside.example:8443/secret")

    with serving(respond, tls[0]) as server:
        connect = socket.create_connection
        monkeypatch.setattr(http, "PORTS", (server.port, 8443))
        names(["93.184.216.34"], ["10.0.0.1"])
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda to, *a, **k: connect_here(connect, server.port, to),
        )
        assert code(f"https://localhost:{server.port}/", Way(context=tls[1])) == "host-private"
    assert [path for path, _ in server.heard] == ["/"]


def connect_here(connect: Any, port: int, to: tuple[str, int]) -> socket.socket:
    assert to == ("93.184.216.34", port)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect(("127.0.0.1", port))
    return sock


def test_a_redirect_to_a_line_without_encryption_is_refused(
    tls: tuple[ssl.SSLContext, ssl.SSLContext], names: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(
        lambda r: answer(r, status=301, Location="http://feed.example/"), tls[0]
    ) as server:
        monkeypatch.setattr(http, "is_public", lambda address: True)
        monkeypatch.setattr(http, "PORTS", (server.port,))
        assert code(server.url(host="localhost"), Way(context=tls[1])) == "no-tls"


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        *(("http://feed.example/", "no-tls"), ("ftp://feed.example/", "no-tls")),
        *(("file:///etc/passwd", "no-tls"), ("gopher://feed.example/", "no-tls")),
        *(("https:///path", "host-unknown"), ("https://feed.example:99999/", "host-unknown")),
        *(("https://feed.example:25/", "host-private"), ("https://feed example/", "host-unknown")),
        *(("https://feed.example/\r\nX: y", "host-unknown"), ("https://[::1/", "host-unknown")),
    ],
)
def test_an_address_that_is_none_is_refused_before_any_line_is_opened(
    url: str, trouble: str, names: Any
) -> None:
    asked = names(["93.184.216.34"])
    assert code(url) == trouble
    assert asked == []


def test_a_name_that_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert code("https://feed.example/") == "host-unknown"


def test_a_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert code(f"http://127.0.0.1:{port}/", HERE) == "port-closed"


def test_tls_is_to_the_name_and_verified(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    with serving(lambda r: answer(r, b"safe"), tls[0]) as server:
        way = Way(anywhere=True, context=tls[1])
        assert get(server.url(host="localhost"), way=way).body == b"safe"
        assert code(server.url(host="localhost"), HERE) == "certificate"


def test_a_certificate_for_another_name_is_told(
    tls: tuple[ssl.SSLContext, ssl.SSLContext], names: Any
) -> None:
    names(["127.0.0.1"])
    with serving(lambda r: answer(r), tls[0]) as server:
        way = Way(anywhere=True, context=tls[1])
        assert code(server.url(host="elsewhere.example"), way) == "certificate"


def test_a_body_that_is_too_large_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda r: answer(r, b"x" * 100_001)) as server:
        assert code(server.url(), Way(anywhere=True, largest=100_000)) == "too-large"
        assert len(get(server.url(), way=Way(anywhere=True, largest=100_001)).body) == 100_001


def test_a_body_that_drips_is_left_when_its_time_is_over() -> None:
    clock = itertools.count(0, 61)

    def drip(request: Any) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(50):
            request.wfile.write(b"x")
            request.wfile.flush()

    with serving(drip) as server:
        assert code(server.url(), Way(anywhere=True, clock=lambda: float(next(clock)))) == "timeout"


def test_a_packed_body_is_refused_since_it_could_be_any_size() -> None:
    with serving(lambda r: answer(r, b"\x1f\x8b", Content_Encoding="gzip")) as server:
        assert code(server.url(), HERE) == "server-error"


def test_a_password_in_the_address_goes_to_its_own_server_alone() -> None:
    with serving(lambda r: answer(r, b"other")) as other:

        def respond(request: Any) -> None:
            if request.path == "/a":
                answer(request, status=302, Location="/b")
            else:
                answer(request, status=302, Location=other.url("/c"))

        with serving(respond) as server:
            url = f"http://anna:p%40ss@127.0.0.1:{server.port}/a"
            assert get(url, way=HERE).body == b"other"
    basic = "Basic YW5uYTpwQHNz"
    assert [headers.get("authorization") for _, headers in server.heard] == [basic, basic]
    assert "authorization" not in other.heard[0][1]


@pytest.fixture
def rude() -> Iterator[Callable[[bytes], int]]:
    """A server that says these bytes to the first who comes, and hangs up with a reset."""
    doors: list[socket.socket] = []

    def open_door(says: bytes) -> int:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)

        def serve() -> None:
            line, _ = door.accept()
            line.recv(65536)
            line.sendall(says)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()

        threading.Thread(target=serve, daemon=True).start()
        port: int = door.getsockname()[1]
        return port

    yield open_door
    for door in doors:
        door.close()


@pytest.mark.parametrize(
    "says",
    [
        *(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"220 mail.example ESMTP\r\n"),
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000,
    ],
)
def test_a_line_that_breaks_is_told(rude: Callable[[bytes], int], says: bytes) -> None:
    assert code(f"http://127.0.0.1:{rude(says)}/", HERE) == "disconnected"


def test_a_name_in_other_letters_is_asked_for_by_its_own(names: Any) -> None:
    asked = names(["127.0.0.1"])
    with serving(lambda r: answer(r, b"ok")) as server:
        url = f"http://bücher.example:{server.port}/é"
        assert get(url, way=HERE).body == b"ok"
    assert asked[0] == "xn--bcher-kva.example"
    assert server.heard[0][0] == "/%C3%A9"
