"""Waiting for news on an open connection: heard when it comes, and never a reason to hang.

Each test is told to wait far longer than it may last.
"""

import socket

import pytest

from postroom.connections.mailboxes import open_mailbox
from postroom.connections.reaching import Settings

pytestmark = pytest.mark.timeout(60)
LONG = 3600  # seconds


@pytest.fixture
def wake():
    ear, mouth = socket.socketpair()
    with ear, mouth:
        yield ear, mouth


def reach(dovecot, user: str, security: str = "tls") -> Settings:
    ca = dovecot.ca_file.read_text() if security != "none" else ""
    return Settings(
        dovecot.host, dovecot.ports[security], security, user, dovecot.password, ca, anywhere=True
    )


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_letter_ends_the_wait(dovecot, wake, security):
    user = dovecot.fresh_user()
    with open_mailbox(reach(dovecot, user, security)) as mailbox:
        mailbox.open("INBOX")
        for number in (1, 2):
            mailbox.wait(0.1, wake[0])
            assert mailbox.uids() == list(range(1, number))
            dovecot.append(user, "INBOX", b"Subject: news\r\n\r\nA letter.\r\n")
            mailbox.wait(LONG, wake[0])
            assert mailbox.uids() == list(range(1, number + 1))


def test_an_act_of_ours_ends_the_wait(dovecot, wake):
    with open_mailbox(reach(dovecot, dovecot.fresh_user())) as mailbox:
        mailbox.open("INBOX")
        wake[1].send(b"!")
        mailbox.wait(LONG, wake[0])


def test_an_error_while_waiting_asks_for_no_goodbye(dovecot):
    with (
        pytest.raises(RuntimeError),
        open_mailbox(reach(dovecot, dovecot.fresh_user())) as mailbox,
    ):
        mailbox.open("INBOX")
        mailbox.client.idle()
        raise RuntimeError
