import imaplib
import os
import select
import signal
import smtplib
import subprocess
import sys
import time
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from postroom.cli.demo import lifeline
from postroom.cli.demo.mailserver import (
    MailServer,
    MailServerError,
    Ports,
    free_port,
    is_free,
)
from postroom.cli.demo.smtp import stamp

from .conftest import NOW

LETTER = (
    b"From: Ada <ada@example.com>\r\nTo: desk@ternthistle.example\r\nSubject: Hello\r\n"
    b"Date: Tue, 24 Nov 2020 09:00:00 +0000\r\nMessage-ID: <%d@example.com>\r\n\r\nDear all.\r\n"
)


def wait_until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_alive(pid):
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_letter_goes_in_by_smtp_and_out_by_imap(server, post):
    general = [raw for raw in post if b"hello@" in raw][:2]
    desk = [raw for raw in post[:20] if raw not in general]
    assert list(server.deliver([*desk, *general])) == [*desk, *general]
    with server.mailbox() as client:
        assert client.select("Incoming") == ("OK", [b"%d" % len(desk)])
        assert client.select("INBOX") == ("OK", [b"2"])  # to the general address
    bodies = server.waiting()
    sent = [*desk, *general]
    assert [raw.endswith(one) for raw, one in zip(bodies, sent, strict=True)] == [True] * len(sent)
    assert all(raw.startswith(b"Return-Path: <") for raw in bodies)


def test_the_mailbox_keeps_the_letters_own_date(server):
    list(server.deliver([LETTER % 1]))
    with server.mailbox() as client:
        client.select("Incoming")
        _, found = client.fetch("1", "(INTERNALDATE)")
    when = time.mktime(imaplib.Internaldate2tuple(found[0]))
    assert when == parsedate_to_datetime("Tue, 24 Nov 2020 09:00:00 +0000").timestamp()


def test_a_letter_to_somebody_else_stays_here_and_out_of_incoming(server):
    with smtplib.SMTP("127.0.0.1", server.ports.smtp, timeout=10) as client:
        client.sendmail("desk@ternthistle.example", ["ada@example.com"], LETTER % 2)
    assert server.waiting() == []
    with server.mailbox() as client:
        assert client.select('"Sent outside"') == ("OK", [b"1"])


def test_the_folders_are_there(server):
    with server.mailbox() as client:
        names = {line.decode().rpartition(' "/" ')[2].strip('"') for line in client.list()[1]}
    assert names == {"INBOX", "Incoming", "Resolved", "Unresolved", "Sent", "Sent outside"}


def test_move_tells_the_new_numbers(server):
    list(server.deliver([LETTER % 1, LETTER % 2, LETTER % 3]))
    with server.mailbox() as client:
        assert {b"MOVE", b"UIDPLUS", b"IDLE"} <= set(client.capability()[1][0].split())
        client.select("Incoming")
        numbers = client.uid("SEARCH", "ALL")[1][0].split()
        assert client.uid("MOVE", b",".join(numbers[:2]), "Resolved")[0] == "OK"
        _, (answer,) = client.response("COPYUID")
        validity, before, after = answer.split()
        assert before == numbers[0] + b":" + numbers[1]
        assert client.uid("SEARCH", "ALL")[1] == [numbers[2]]
        client.select("Resolved")
        assert client.response("UIDVALIDITY")[1] == [validity]
        first, last = map(int, after.split(b":"))
        assert client.uid("SEARCH", "ALL")[1][0].split() == [b"%d" % first, b"%d" % last]


def test_idle_tells_of_a_letter_within_a_second(server):
    with server.mailbox() as client:
        client.select("Incoming")
        client.send(b"X1 IDLE\r\n")
        assert client.readline().startswith(b"+")
        list(server.deliver([LETTER % 1]))
        readable, _, _ = select.select([client.sock], [], [], 1.0)
        assert readable
        assert client.readline() == b"* 1 EXISTS\r\n"


def test_a_wrong_password_is_refused(server, monkeypatch):
    monkeypatch.setattr(server, "password", "not the one")
    with pytest.raises(imaplib.IMAP4.error), server.mailbox():
        pass


def test_waiting_letters_come_back_the_same_on_a_new_server(own_server, tmp_path):
    list(own_server.deliver([LETTER % 1, LETTER % 2]))
    kept = own_server.waiting()
    own_server.stop()
    own_server.start()
    assert own_server.waiting() == []
    own_server.put_back(kept)
    assert own_server.waiting() == kept


def test_the_same_port_is_used_again_when_it_is_free(own_server):
    port = own_server.ports.imap
    own_server.stop()
    assert own_server.start(port).imap == port


def test_another_port_is_used_when_the_old_one_is_taken(server, tmp_path):
    other = MailServer("other", tmp_path / "other.log")
    try:
        assert other.start(server.ports.imap).imap != server.ports.imap
    finally:
        other.stop()


def test_stopping_ends_both_processes_and_may_be_repeated(own_server):
    pids = [process.pid for process in own_server._processes]
    assert len(pids) == 2 and own_server.is_running()
    own_server.stop()
    own_server.stop()
    assert not any(map(is_alive, pids)) and not own_server.is_running()
    assert is_free(own_server.ports.imap) and is_free(own_server.ports.smtp)


def test_smtp_answers_try_later_while_the_mailbox_is_away(own_server):
    imap_process, _ = own_server._processes
    lifeline.stop(imap_process)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        list(own_server.deliver([LETTER % 1]))
    assert refused.value.smtp_code == 451


def test_a_server_that_cannot_start_says_where_to_look(server, tmp_path, monkeypatch):
    monkeypatch.setattr("postroom.cli.demo.mailserver.PASSWORD_VARIABLE", "NOBODY_READS_THIS")
    monkeypatch.setattr("postroom.cli.demo.mailserver.TRIES", 1)
    monkeypatch.delenv("POSTROOM_DEMO_MAIL_PASSWORD", raising=False)
    broken = MailServer("x", tmp_path / "broken.log")
    with pytest.raises(MailServerError, match=r"broken\.log"):
        broken.start()
    assert not broken.is_running()


def test_the_servers_die_with_a_killed_parent(tmp_path):
    code = (
        "import sys, time; from pathlib import Path\n"
        "from postroom.cli.demo.mailserver import MailServer\n"
        "server = MailServer('x', Path(sys.argv[1])); server.start()\n"
        "print(*(one.pid for one in server._processes), flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "log")],
        env=lifeline.environment(),
        stdout=subprocess.PIPE,
    )
    with parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(map(is_alive, pids))
        os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, pids)))


def test_a_free_port_can_be_bound():
    assert is_free(free_port())


def test_ports_are_known_after_start(server):
    assert server.ports == Ports(server.ports.imap, server.ports.smtp)
    assert not is_free(server.ports.imap) and not is_free(server.ports.smtp)


@pytest.mark.parametrize(
    ("author", "handed_in_by", "verdict"),
    [
        ("ada@example.com", "ada@example.com", "pass"),
        ("Ada <ada@EXAMPLE.com>", "bounce@example.com", "pass"),
        ("ada@example.com", "bulk@liar.example", "fail"),
        ("ada@example.com", "", "fail"),
    ],
)
def test_the_verdict_compares_author_and_envelope(author, handed_in_by, verdict):
    headers = Message()
    headers["From"] = author
    lines = BytesHeaderParser().parsebytes(stamp(headers, handed_in_by, NOW))
    assert lines["Authentication-Results"] == (
        f"mail.ternthistle.example; dmarc={verdict} header.from=example.com"
    )
    assert lines["Return-Path"] == f"<{handed_in_by}>"
