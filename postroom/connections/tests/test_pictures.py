"""Pictures of the internet: what is never asked, and what is never taken."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from postroom.connections import http, pictures
from postroom.connections.http import Way, get
from postroom.connections.tests.web_server import answer, serving
from postroom.connections.trouble import Trouble
from tests.support.certificates import write_certificates


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/a.png"),
        *("http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a.png", "http://0/a.png"),
        *("http://[::ffff:10.0.0.1]/a.png", "http://2130706433/a.png", "http://localhost./a.png"),
        *("http://127.0.0.1:25/", "https://127.0.0.1:6379/", "ftp://shop.example/a.png"),
    ],
)
def test_nothing_of_the_own_network_is_asked(address: str) -> None:
    with pytest.raises(Trouble) as error:
        pictures.fetch(address)
    assert error.value.code in ("host-private", "host-unknown", "no-tls")


def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test's own servers count as public ones, at any port."""
    monkeypatch.setattr(http, "is_public", lambda address: True)


def test_no_cookie_and_no_referrer_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    public(monkeypatch)
    with serving(lambda r: answer(r, b"picture", Set_Cookie="who=me")) as server:
        monkeypatch.setattr(http, "PORTS", (server.port,))
        assert pictures.fetch(server.url("/a.png?x=1")) == b"picture"
        assert pictures.fetch(server.url("/b.png")) == b"picture"
    for _path, headers in server.heard:
        assert not {"cookie", "referer", "authorization"} & set(headers)
        assert headers["accept"] == "image/*"


def test_more_than_five_megabytes_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    public(monkeypatch)
    monkeypatch.setattr(pictures, "LARGEST", 1000)
    with serving(lambda r: answer(r, b"x" * 1001)) as server:
        monkeypatch.setattr(http, "PORTS", (server.port,))
        with pytest.raises(Trouble) as error:
            pictures.fetch(server.url())
    assert error.value.code == "too-large"


def test_what_was_asked_under_cover_is_not_asked_again_in_clear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_certificates(tmp_path)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    theirs = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    public(monkeypatch)
    with serving(lambda r: answer(r, b"clear")) as clear:

        def respond(request: Any) -> None:
            answer(request, status=302, Location=clear.url("/a.png", host="localhost"))

        with serving(respond, ours) as covered:
            monkeypatch.setattr(http, "PORTS", (clear.port, covered.port))
            way = Way(plain=True, context=theirs)
            with pytest.raises(Trouble) as error:
                get(covered.url(host="localhost"), way=way)
    assert error.value.code == "no-tls"
    assert clear.heard == []
