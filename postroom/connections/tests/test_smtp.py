"""The wire to a sending server, at one whose answers we choose and at a real one."""

import smtplib
import time

import pytest

from postroom.connections.reaching import Settings
from postroom.connections.smtp import Declined, Line, Lost
from postroom.connections.smtp_accounts import try_smtp
from postroom.connections.trouble import Trouble
from tests.support.exim import Exim
from tests.support.faultproxy import FaultProxy
from tests.support.faults import Fault
from tests.support.smtp_sink import Sink

RAW = b"Message-ID: <1@x>\r\nSubject: x\r\n\r\n.a line with a dot\r\n..\r\nend\r\n"
HERE = {"host": "127.0.0.1", "security": "none", "user": "", "password": "", "anywhere": True}


@pytest.fixture
def sink():
    with Sink() as server:
        yield server


@pytest.fixture(scope="module")
def exim():
    with Exim() as server:
        yield server


@pytest.fixture(autouse=True)
def lines(monkeypatch):
    """All that were opened are cut in the end."""
    opened = []

    def opening(*args):
        opened.append(Line(*args))
        return opened[-1]

    monkeypatch.setattr(f"{__name__}.open_line", opening)
    yield
    for line in opened:
        line.cut()


def open_line(*args):
    return Line(*args)


def at(port, **changed):
    return Settings(**{**HERE, "port": port, **changed})


def at_exim(exim, security, **changed):
    given = {"host": "localhost", "security": security, "user": "me", "password": "test-only"}
    given["ca_pem"] = exim.ca_file.read_text()
    return at(**{"port": exim.ports[security], **given, **changed})


def send(line, *to, raw=RAW):
    line.offer("a@b.example", to or ("x@y.example",), raw)
    line.let_go()
    return line.answer()


def test_the_text_arrives_as_it_was_and_a_connection_serves_many_letters(sink):
    line = open_line(at(sink.port))
    assert [send(line).code for _ in range(3)] == [250] * 3
    line.leave()
    assert [one.raw for one in sink.ledger()] == [RAW] * 3
    assert (sink.connections, sink.commands[-1]) == (1, "quit")


def test_before_the_dot_the_server_has_nothing(sink):
    line = open_line(at(sink.port))
    line.offer("a@b.example", ["x@y.example"], RAW)
    line.cut()
    with pytest.raises(Lost):
        line.let_go()
    time.sleep(0.05)
    assert sink.ledger() == []


@pytest.mark.parametrize("features", [Sink.FEATURES, ()])
@pytest.mark.parametrize("address, code", [("x+r550@y", 550), ("x+r451@y", 451)])
def test_when_one_recipient_is_refused_nobody_gets_it_and_the_line_goes_on(features, address, code):
    with Sink(features=features) as sink:
        line = open_line(at(sink.port))
        for to in ((address,), ("first@y", address, "last@y")):
            with pytest.raises(Declined) as declined:
                line.offer("a@b.example", to, RAW)
            assert (declined.value.reply.code, declined.value.address) == (code, address)
        assert send(line, "one@y", "two@y").is_yes
        assert [one.recipients for one in sink.ledger()] == [("one@y", "two@y")]


def test_a_refusal_at_the_dot_is_an_answer_and_a_lost_one_is_none(sink):
    line = open_line(at(sink.port))
    assert send(line, "x+d554@y").is_final
    assert not send(line, "x+d452@y").is_final
    with pytest.raises(Lost) as lost:
        send(line, "x+drop@y")
    assert lost.value.phase == "dot" and not line.is_open
    assert len(sink.ledger()) == 1


def test_no_answer_in_time_is_lost_at_the_dot(sink):
    with FaultProxy(sink.port, [Fault("s2c", "hang", match=b"354[^\n]*\n")]) as proxy:
        line = open_line(at(proxy.port))
        line.offer("a@b.example", ["x@y.example"], RAW)
        line.let_go()
        with pytest.raises(Lost) as lost:
            line.answer(0.2)
    assert (lost.value.phase, lost.value.trouble.code) == ("dot", "timeout")


def test_an_answer_is_taken_when_it_is_there_and_nobody_waits_for_it(sink):
    lines = [open_line(at(sink.port)) for _ in range(2)]
    for line, to in zip(lines, ("x+slow1.5@y", "y@y"), strict=True):
        line.ask("a@b.example", [to], len(RAW))
    for line in lines:
        line.hand_over(RAW)
        line.let_go()
    limit, found = time.monotonic() + 60, {}
    while len(found) < 2 and time.monotonic() < limit:
        found |= {n: reply for n, line in enumerate(lines) if (reply := line.heard())}
        time.sleep(0.01)
    assert list(found) == [1, 0] and all(reply.is_yes for reply in found.values())
    assert [send(line).code for line in lines] == [250, 250]


def test_a_connection_that_ends_while_nobody_waits_is_lost_at_the_dot(sink):
    line = open_line(at(sink.port))
    line.offer("a@b.example", ["x+drop@y"], RAW)
    line.let_go()
    limit = time.monotonic() + 60
    with pytest.raises(Lost) as lost:
        while time.monotonic() < limit:
            line.heard()
            time.sleep(0.01)
    assert (lost.value.phase, line.is_open, line.fileno()) == ("dot", False, -1)


def test_a_line_that_breaks_in_the_text_is_lost_before_the_dot(sink):
    with FaultProxy(sink.port, [Fault("c2s", "cut", offset=200_000)]) as proxy:
        line = open_line(at(proxy.port))
        with pytest.raises(Lost) as lost:
            line.offer("a@b.example", ["x@y.example"], b"a line of text\r\n" * 1_000_000)
    assert lost.value.phase == "text"
    assert sink.ledger() == []


def test_no_command_comes_out_of_an_address(sink):
    line = open_line(at(sink.port))
    for address in ("x@y>\r\nRCPT TO:<z@y", "x@y\n", "x\0@y"):
        with pytest.raises(ValueError):
            line.offer("a@b.example", [address], RAW)


def test_letters_beyond_ascii_in_an_address_want_a_server_that_takes_them(sink):
    line = open_line(at(sink.port))
    with pytest.raises(Declined):
        line.offer("a@b.example", ["zoë@y.example"], RAW)
    with Sink(features=("SMTPUTF8", "8BITMIME")) as modern:
        line = open_line(at(modern.port))
        assert send(line, "zoë@y.example").is_yes
        assert any("SMTPUTF8" in command for command in modern.commands)


def test_a_password_that_is_refused_is_said_and_shown_nowhere():
    with Sink(password="other") as sink:
        for proof, code in (("password", "sign-in"), ("token", "token")):
            secret = "s3cret-and-long"
            settings = at(sink.port, user="me", password=secret, proof=proof)
            with pytest.raises(Trouble) as trouble:
                open_line(settings)
            assert (trouble.value.code, trouble.value.final) == (code, True)
            assert secret not in str(trouble.value) and "bWUAczNj" not in str(trouble.value)


@pytest.mark.parametrize("offer, first", [("AUTH LOGIN", "AUTH LOGIN"), ("AUTH PLAIN", "AUTH P")])
def test_signing_in_by_what_the_server_offers(offer, first):
    with Sink(features=(offer,)) as sink:
        open_line(at(sink.port, user="zoë", password="pässword")).leave()
        assert any(command.startswith(first) for command in sink.commands)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_real_server_takes_a_letter_behind_encryption(exim, security):
    line = open_line(at_exim(exim, security))
    raw = RAW.replace(b"<1@x>", f"<{security}@x>".encode())
    assert send(line, raw=raw).is_yes
    with pytest.raises(Declined) as declined:
        line.offer("a@b.example", ["unknown1@y.example"], raw)
    assert declined.value.reply.is_final
    line.leave()
    assert [one.recipients for one in exim.taken() if one.message_id == f"<{security}@x>"] == [
        ("x@y.example",)
    ]


def test_no_password_goes_where_starttls_is_missing_or_the_certificate_is_not_right(exim, sink):
    taken_away = [("s2c", rb"250-STARTTLS", b"250-NOTHING")]
    with FaultProxy(exim.ports["starttls"], rewrite=taken_away) as proxy:
        found = try_smtp(at_exim(exim, "starttls", port=proxy.port))
        assert [(s.name, s.code) for s in found.steps][-1] == ("encryption", "no-tls")
    found = try_smtp(at_exim(exim, "tls", ca_pem=""))
    assert found.steps[-1].code == "certificate"
    found = try_smtp(at(sink.port, anywhere=False))
    assert found.steps[-1].code == "host-private"


def test_what_was_slipped_in_before_the_encryption_is_not_heard(sink, monkeypatch):
    line = open_line(at(sink.port))
    monkeypatch.setattr(smtplib.SMTP, "starttls", lambda smtp, **given: (220, b"go ahead"))
    line._smtp._heard += b"250 SLIPPED\r\n"
    line._smtp.starttls()
    assert send(line).said == "2.0.0 taken"


def test_a_server_that_never_stops_talking_is_not_listened_to():
    with Sink(greeting="220-" + "x" * 500 + "\r\n220-more" * 10_000) as sink:
        with pytest.raises(Trouble) as trouble:
            open_line(at(sink.port))
        assert trouble.value.code == "server-error"


def test_each_step_of_a_test_is_named(exim):
    found = try_smtp(at_exim(exim, "tls", password="wrong"))
    assert [(s.name, s.ok) for s in found.steps] == [
        *(("name", True), ("port", True), ("greeting", True), ("encryption", True)),
        ("sign-in", False),
    ]
    assert try_smtp(at_exim(exim, "starttls")).ok
    with Sink(greeting="* OK IMAP here") as imap:
        assert try_smtp(at(imap.port)).steps[-1].code == "not-smtp"
