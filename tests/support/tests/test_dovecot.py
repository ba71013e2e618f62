"""The throw-away Dovecot is the server the proofs take it for."""

import contextlib
import imaplib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest

from tests.support import dovecot as dovecot_module
from tests.support.certificates import WRONG_NAMES, write_certificates
from tests.support.dovecot import Dovecot
from tests.support.mailbox import MailboxError

MAIL = b"From: a@b.test\r\nMessage-ID: <1@b.test>\r\nSubject: one\r\n\r\nHello \xff\xfe\r\n"


def log_in(server, port, *, ca_file=None, host="localhost", starttls=False):
    context = ssl.create_default_context(cafile=ca_file or server.ca_file)
    if starttls:
        imap = imaplib.IMAP4(host, server.ports[port])
        imap.starttls(context)
    else:
        imap = imaplib.IMAP4_SSL(host, server.ports[port], ssl_context=context)
    with imap:
        return imap.login("anyone@at.all", server.password)[0]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_and_starttls_hold_against_the_servers_own_authority(dovecot, host):
    assert log_in(dovecot, "tls", host=host) == "OK"
    assert log_in(dovecot, "starttls", host=host, starttls=True) == "OK"


def test_another_authority_does_not_vouch_for_it(dovecot, tmp_path):
    write_certificates(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"signature|unable to get local"):
        log_in(dovecot, "tls", ca_file=tmp_path / "ca.pem")


def test_a_certificate_can_be_for_someone_else_or_have_run_out():
    wrong = pytest.raises(ssl.SSLCertVerificationError, match="mismatch")
    with Dovecot(names=WRONG_NAMES) as server, wrong:
        log_in(server, "tls")
    old = pytest.raises(ssl.SSLCertVerificationError, match="expired")
    with Dovecot(days=-1) as server, old:
        log_in(server, "tls")


def test_a_wrong_password_is_refused(dovecot):
    refused = pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED")
    with imaplib.IMAP4(dovecot.host, dovecot.ports["none"]) as imap, refused:
        imap.login("anyone@at.all", "wrong")


def test_a_mail_lies_there_as_it_was_put(dovecot):
    user = dovecot.fresh_user()
    uid = dovecot.append(user, "Incoming", MAIL, ["\\Flagged"])
    with dovecot.connect(user) as mailbox:
        mailbox.select("Incoming", readonly=True)
        assert mailbox.raw(uid) == MAIL
    (message,) = dovecot.dump(user)["Incoming"].messages
    assert (message.uid, message.flags, message.message_id) == (uid, ("\\Flagged",), "<1@b.test>")
    assert message.size == len(MAIL)


def test_looking_changes_nothing(dovecot):
    user = dovecot.fresh_user()
    dovecot.append(user, "Incoming", MAIL)
    assert dovecot.dump(user) == dovecot.dump(user)
    assert dovecot.dump(user)["Incoming"].messages[0].flags == ()


def test_users_do_not_share_a_mailbox(dovecot):
    first, second = dovecot.fresh_user(), dovecot.fresh_user()
    dovecot.append(first, "Incoming", MAIL)
    assert dovecot.dump(second)["Incoming"].messages == ()


@pytest.mark.parametrize("name", ["Reçus/Été", "受信", 'quo"te & co', "back\\slash"])
def test_a_folder_may_have_any_name(dovecot, name):
    user = dovecot.fresh_user("Incoming", name)
    dovecot.append(user, name, MAIL)
    assert len(dovecot.dump(user)[name].messages) == 1


def test_a_reset_changes_uidvalidity_and_every_uid_and_keeps_the_mails(dovecot):
    user = dovecot.fresh_user()
    for number in range(4):
        dovecot.append(user, "Incoming", b"%d" % number + MAIL)
    with dovecot.connect(user) as mailbox:
        mailbox.select("Incoming")
        mailbox.move("2", "Resolved")
    before = dovecot.dump(user)["Incoming"]
    dovecot.reset_uidvalidity(user, "Incoming")
    after = dovecot.dump(user)["Incoming"]
    assert after.uidvalidity != before.uidvalidity
    assert [m.uid for m in before.messages] == [1, 3, 4]
    assert [m.uid for m in after.messages] == [1, 2, 3]
    assert [m.sha256 for m in after.messages] == [m.sha256 for m in before.messages]
    dovecot.reset_uidvalidity(user, "Incoming", keep_uids=True)
    assert dovecot.dump(user)["Incoming"].uidvalidity > after.uidvalidity
    assert dovecot.dump(user)["Incoming"].messages == after.messages


def test_resets_under_a_session_that_moves_mails_lose_and_double_none(dovecot):
    user, over = dovecot.fresh_user(), threading.Event()

    def move():
        while not over.is_set():
            thrown_out = contextlib.suppress(imaplib.IMAP4.error, MailboxError, OSError)
            with thrown_out, dovecot.connect(user) as mailbox:
                for _ in range(10):
                    if mailbox.select("Incoming"):
                        mailbox.move("1:3", "Resolved")

    mover = threading.Thread(target=move)
    mover.start()
    try:
        for number in range(8):
            for part in range(4):
                dovecot.append(user, "Incoming", b"X-N: %d.%d\r\n" % (number, part) + MAIL)
            dovecot.reset_uidvalidity(user, "Incoming")
    finally:
        over.set()
        mover.join()
    mails = [m.sha256 for folder in dovecot.dump(user).values() for m in folder.messages]
    assert (len(mails), len(set(mails))) == (32, 32)


def test_a_full_mailbox_refuses_until_the_limit_is_lifted(dovecot):
    user = dovecot.fresh_user()
    dovecot.quota(user, 4)
    with pytest.raises(MailboxError, match="OVERQUOTA"):
        dovecot.append(user, "Incoming", MAIL + b"x" * 9000)
    dovecot.quota(user, 0)
    dovecot.append(user, "Incoming", MAIL + b"x" * 9000)
    assert len(dovecot.dump(user)["Incoming"].messages) == 1


def test_a_folder_can_be_made_read_only(dovecot):
    user = dovecot.fresh_user()
    dovecot.append(user, "Incoming", MAIL)
    dovecot.set_rights(user, "Resolved", "lookup", "read")
    with dovecot.connect(user) as mailbox:
        mailbox.select("Incoming")
        with pytest.raises(MailboxError, match="NOPERM"):
            mailbox.move("1", "Resolved")


def test_hidden_capabilities_are_gone_and_a_hidden_command_is_seen_when_called():
    with Dovecot(hide=["IDLE"]) as server:
        user = server.fresh_user()
        server.append(user, "Incoming", MAIL)
        server.set_capability(hide=["MOVE", "UIDPLUS"])
        server.watch(user)
        with imaplib.IMAP4(server.host, server.ports["none"]) as imap:
            imap.login(user, server.password)
            shown = imap.capability()[1][0].split()
            assert b"IDLE" in shown
            assert not {b"MOVE", b"UIDPLUS"} & set(shown)
            imap.select("Incoming")
            imap.uid("MOVE", "1", "Resolved")
        assert server.commands(user) == [
            "CAPABILITY", "SELECT Incoming", "UID MOVE 1 Resolved", "LOGOUT"
        ]  # fmt: skip
        server.dump(user)
        assert len(server.commands(user)) == 4  # a test's own looking is not written down


def test_mails_and_ports_outlive_a_restart():
    with Dovecot() as server:
        user, ports = server.fresh_user(), dict(server.ports)
        server.append(user, "Incoming", MAIL)
        before = server.dump(user)
        server.stop()
        with pytest.raises(OSError, match="refused"):
            server.connect(user)
        server.start()
        assert server.ports == ports
        assert server.dump(user) == before


def test_the_separator_may_be_a_dot():
    with Dovecot(separator=".") as server, server.connect(server.fresh_user("A.B")) as mailbox:
        assert "A.B" in mailbox.folders()
        with pytest.raises(MailboxError):
            mailbox.add_folders("A/B")


def test_nothing_is_left_of_it():
    with Dovecot() as server:
        folder, process = server.folder, server._process
        assert folder.exists()
    assert not folder.exists()
    assert process.poll() is not None


def test_it_ends_with_a_test_run_that_is_killed():
    code = (
        "import time; from tests.support.dovecot import Dovecot; server = Dovecot().__enter__();"
        "print(server.folder, server.ports['none'], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        folder, port = run.stdout.readline().split()
        run.kill()
    try:
        limit = time.monotonic() + 60
        with pytest.raises(ConnectionError):
            while time.monotonic() < limit:
                socket.create_connection(("127.0.0.1", int(port)), timeout=60).close()
                time.sleep(0.1)
    finally:
        shutil.rmtree(folder)


def test_a_missing_dovecot_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(dovecot_module.shutil, "which", lambda *a, **k: None)
    with pytest.raises(RuntimeError, match="install Debian's package dovecot-imapd"):
        Dovecot().__enter__()


def test_a_folder_the_server_cannot_reach_is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    inner = closed / "d"
    inner.mkdir()
    if os.geteuid() == 0:
        with pytest.raises(RuntimeError, match="is closed to others"):
            Dovecot(inner).__enter__()
    else:
        with Dovecot(inner) as server:
            assert server.dump(server.fresh_user())
