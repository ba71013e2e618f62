"""Where a letter belongs, and why (RX-19..21, RX-103, RX-115, RX-118, MODEL 4 and 5)."""

import pytest

from postroom.clients.rules import Nobody, One, Own, Professional, Several
from postroom.intake.placing import place
from postroom.kit.mime import read

HOST = "imap.practice.example"


def letter(sender="Hollis <Hollis@Example.org>", more=""):
    return read(f"From: {sender}\r\n{more}Subject: x\r\n\r\nHello\r\n".encode())


def placed(match, **how):
    return place(letter(**how), {"hollis@example.org": match}, host=HOST)


def test_one_client_with_the_address_files_it():
    result = placed(One(7))
    assert (result.filing, result.reason, result.clients) == ("resolved", "address", (7,))
    assert result.data == {"address": "hollis@example.org"}
    assert not result.verified  # nobody vouched for the sender


def test_a_passing_verdict_of_the_own_server_is_remembered():
    more = "Authentication-Results: mx.practice.example; dmarc=pass\r\n"
    assert placed(One(7), more=more).verified


def test_a_failing_verdict_asks_a_person():
    more = "Authentication-Results: mx.practice.example; dmarc=fail\r\n"
    result = placed(One(7), more=more)
    assert (result.filing, result.reason, result.clients) == ("unresolved", "dmarc", ())
    assert result.data["domain"] == "example.org"


@pytest.mark.parametrize(
    ("match", "reason", "named"),
    [
        (Nobody(), "unknown-address", {}),
        (Several((3, 5), None), "several-clients", {"clients": [3, 5]}),
        (Several((3, 5), 9), "same-group", {"clients": [3, 5], "group": 9}),
        (Own(), "own-address", {}),
        (Professional(4), "professional", {"contact": 4}),
    ],
)
def test_any_doubt_is_a_persons_to_settle(match, reason, named):
    result = placed(match)
    assert (result.filing, result.reason, result.clients) == ("unresolved", reason, ())
    assert result.data == {"address": "hollis@example.org", **named}


def test_a_letter_without_a_sender_waits():
    result = place(read(b"Subject: x\r\n\r\nHello"), {}, host=HOST)
    assert (result.filing, result.reason) == ("unresolved", "no-sender")


def test_two_senders_are_never_one_pick():
    sender = "Hollis <hollis@example.org>, Wren <wren@example.org>"
    result = placed(One(7), sender=sender)
    assert (result.filing, result.reason) == ("unresolved", "several-senders")


def test_two_from_headers_are_never_one_pick():
    result = placed(One(7), more="From: hollis@example.org\r\n")
    assert result.reason == "several-senders"


def test_a_comma_in_a_name_does_not_hide_the_address():
    assert placed(One(7), sender="Farrow, Hollis <hollis@example.org>").filing == "resolved"


def test_the_display_name_and_reply_to_are_no_proof():
    """A name that looks like an address, and a Reply-To, belong to whoever wrote them."""
    forged = '"hollis@example.org" <stranger@nowhere.example>'
    result = placed(One(7), sender=forged, more="Reply-To: hollis@example.org\r\n")
    assert (result.filing, result.reason) == ("unresolved", "unknown-address")
    assert result.data == {"address": "stranger@nowhere.example"}
