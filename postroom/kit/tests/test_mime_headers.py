import json
from datetime import UTC, datetime

import pytest

from postroom.kit.mime import Address, read
from tests.support.real_data import FOLDER


def letter(*lines: str | bytes):
    """The letter of these header lines and a short body."""
    raw = b"\r\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    return read(raw + b"\r\n\r\nHello\r\n")


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        (b"Hello", "Hello"),
        (b"=?utf-8?q?D=C3=A9j=C3=A0_vu?=", "Déjà vu"),
        (b"=?utf-8?b?RMOpasOg?= =?utf-8?b?IHZ1?=", "Déjà vu"),
        (b"=?utf-8?b?w?= =?utf-8?b?6k=?=", "é"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=A9?= a", "é a"),
        (b"=?iso-8859-1?q?caf=E9?=\r\n =?koi8-r?b?8NLJ18XU?=", "caféПривет"),
        (b"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"Re: =?windows-1252?q?=93oui=94?= !", "Re: “oui” !"),
        (b"=?x-unknown?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?q?caf=E9?=", "café"),
        (b"=?utf-8*en?q?hi?=", "hi"),
        (b"caf\xc3\xa9 utf-8", "café utf-8"),
        (b"caf\xe9 latin", "café latin"),
        (b"=?iso-8859-1?q?Fr\xf6sche?=", "Frösche"),
        (b"=?utf-8?q?a?b?=", "a?b"),
        (b"=?utf-8?x?abc?= =?broken", "=?utf-8?x?abc?= =?broken"),
        (b"one\r\n two\r\n\tthree", "one two three"),
        (b"nul\x00bell\x07", "nulbell"),
        (b"=?utf-8?q?line=0Abreak=00?=", "line break"),
        ("invoice \u202efdp.exe \u2067a\u2069".encode(), "invoice fdp.exe a"),
        ("מחר \u200f!".encode(), "מחר \u200f!"),
        (b"", ""),
    ],
)
def test_subjects_are_decoded(value, subject):
    assert letter(b"Subject: " + value).subject == subject


@pytest.mark.parametrize(
    ("value", "senders"),
    [
        ("anna@example.net", [("", "anna@example.net")]),
        ("Anna <anna@example.net>", [("Anna", "anna@example.net")]),
        ('"Martin, Anna" <anna@example.net>', [("Martin, Anna", "anna@example.net")]),
        ("Doe, John <john@x>", [("Doe, John", "john@x")]),
        ("anna@example.net (Anna Martin)", [("Anna Martin", "anna@example.net")]),
        ('"=?utf-8?q?Andr=C3=A9?=" <a@x.example>', [("André", "a@x.example")]),
        ("=?utf-8?b?QSwgQg==?= <a@x.example>", [("A, B", "a@x.example")]),
        ('"bank@bank.example" <evil@x.example>', [("bank@bank.example", "evil@x.example")]),
        ("a@x.example, B <b@x.example>", [("", "a@x.example"), ("B", "b@x.example")]),
        ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("Team: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("Anna <anna@example.net", [("Anna", "anna@example.net")]),
        ('"Anna <anna@example.net>', [("Anna", "anna@example.net")]),
        ("Anna anna@example.net", [("Anna", "anna@example.net")]),
        ("<a@x.example> <b@x.example>", [("", "a@x.example"), ("", "b@x.example")]),
        ("<@relay.example:anna@example.net>", [("", "anna@example.net")]),
        ("<mailto:anna@example.net>", [("", "anna@example.net")]),
        ('"john doe"@example.net', [("", '"john doe"@example.net')]),
        ("Alerts: daily <a@x.example>", [("Alerts: daily", "a@x.example")]),
        ("Anna", [("Anna", "")]),
        ("MAILER-DAEMON <>", [("MAILER-DAEMON", "")]),
        ('"\u202eEvil gnp.exe" <a@x.example>', [("Evil gnp.exe", "a@x.example")]),
        ("", []),
    ],
)
def test_senders_are_found_however_they_are_written(value, senders):
    found = letter(f"From: {value}").senders
    assert [(address.name, address.address) for address in found] == senders


def test_the_norm_of_an_address_is_how_it_is_compared():
    assert Address("A", "Anna@Example.NET").norm == "anna@example.net"
    assert Address("A", "MAILER-DAEMON").norm == ""


def test_all_from_headers_are_read_and_counted():
    found = letter("From: a@x.example", "From: B <b@x.example>")
    assert found.from_headers == 2
    assert [address.address for address in found.senders] == ["a@x.example", "b@x.example"]


def test_other_people_of_the_letter_are_read():
    found = letter(
        "Sender: s@x.example", "Reply-To: r@x.example", "To: t@x.example", "Cc: c@x.example, d@x"
    )
    assert found.sender == Address("", "s@x.example")
    assert [len(people) for people in (found.reply_to, found.to, found.cc)] == [1, 1, 2]
    assert letter("To: t@x").sender is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 1 Jul 2025 10:52:37 +0200", (2025, 7, 1, 8, 52, 37)),
        ("1 Jul 2025 10:52 GMT", (2025, 7, 1, 10, 52, 0)),
        ("Tue, 1 Jul 2025 10:52:37 +0200 (CEST)", (2025, 7, 1, 8, 52, 37)),
        ("Tue, 1 Jul 2025 10:52:37 +0200 +0200", (2025, 7, 1, 8, 52, 37)),
        ("Tue, 1 Jul 2025 10:52:37", (2025, 7, 1, 10, 52, 37)),
        ("Tue, 1 Jul 2025 10:52:60 -0000", (2025, 7, 1, 10, 52, 59)),
        ("Sun, 27 Oct 2002 23:57:07 EST", (2002, 10, 28, 4, 57, 7)),
        ("21 Nov 97 09:55:06 GMT", (1997, 11, 21, 9, 55, 6)),
        ("2025-07-01T10:52:37+02:00", (2025, 7, 1, 8, 52, 37)),
        ("Tue, 1 Jul 2003 ((tricky) comment) 10:52:37 +0200", (2003, 7, 1, 8, 52, 37)),
    ],
)
def test_dates_become_moments_in_utc(value, expected):
    found = letter(f"Date: {value}")
    assert found.date == datetime(*expected, tzinfo=UTC)
    assert found.date.utcoffset().total_seconds() == 0
    assert found.problems == ()


@pytest.mark.parametrize(
    "value", ["Whenever", "Tue, 31 Feb 2025 10:00:00 +0000", "1 Jan 0001 00:00:00 +2300", "9" * 99]
)
def test_a_date_that_cannot_be_is_named(value):
    found = letter(f"Date: {value}")
    assert (found.date, found.problems) == (None, ("date",))


def test_dates_of_the_origin_mean_the_same():
    cases = json.loads((FOLDER / "headers" / "stalwart-date.json").read_text())["cases"]
    wrong = []
    for case in cases:
        found = letter("Date: " + " ".join(case["header"].split())).date
        expected = case["expected"]
        if expected is None:
            continue
        minutes = expected["tz_hour"] * 60 + expected["tz_minute"]
        minutes *= -1 if expected["tz_before_gmt"] else 1
        local = [expected[name] for name in ("year", "month", "day", "hour", "minute", "second")]
        moment = datetime(*local, tzinfo=UTC).timestamp() - minutes * 60
        if not found or found.timestamp() != moment:
            wrong.append(case["header"])
    assert wrong == [header for header in wrong if header.startswith(DATES_READ_OTHERWISE)]
    assert len(wrong) <= len(DATES_READ_OTHERWISE)


# A month as a number, numbers in a row, a date at the end of a Received, a zone of a shell.
DATES_READ_OTHERWISE = ("20 11 (some", " 4 8 15 16 23", "by 2002:aa7", "Thu, 10 Jul 1997")


def test_ids_keep_their_brackets():
    found = letter(
        "Message-ID: <abc@x.example>",
        "In-Reply-To: Your mail of Monday <a@x.example>",
        "References: <a@x.example>\r\n <b@x\r\n .example>",
    )
    assert found.message_id == "<abc@x.example>"
    assert found.in_reply_to == ("<a@x.example>",)
    assert found.references == ("<a@x.example>", "<b@x.example>")
    assert letter("Message-ID: bare@x.example").message_id == "bare@x.example"
    assert letter("Subject: x").message_id == ""


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (rejected)",
        "Precedence: bulk",
        "Precedence: List",
        "List-Id: News <news.x.example>",
        "Return-Path: <>",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; boundary=b",
    ],
)
def test_machines_are_told_by_their_headers(line):
    assert letter(line).automatic


@pytest.mark.parametrize("line", ["Auto-Submitted: no", "Precedence: normal", "Return-Path: <a@x>"])
def test_people_are_not_taken_for_machines(line):
    assert not letter(line).automatic


def test_authentication_results_know_their_place():
    found = letter(
        "Authentication-Results: mx.example; dmarc=pass",
        "Received: from a",
        "Authentication-Results: forged.example;\r\n\tdmarc=pass",
        "List-Id: News <news.x.example>",
    )
    assert found.auth_results == (
        (0, "mx.example; dmarc=pass"),
        (2, "forged.example; dmarc=pass"),
    )
    assert found.received_at_header == 1
    assert found.list_id == "News <news.x.example>"
    assert letter("From: a@x").received_at_header == -1


def test_a_line_that_is_no_header_loses_no_header_after_it():
    found = letter("Received: from a", "by b without its space", "From: a@x.example")
    assert found.senders[0].address == "a@x.example"
    assert found.problems == ("headers",)
    assert found.text.strip() == "Hello"


@pytest.mark.parametrize("start", [b"\r\n\r\n", b"\xef\xbb\xbf", b"From anna Tue Jul 1\r\n"])
def test_what_archives_put_before_the_headers_is_passed_over(start):
    found = read(start + b"Subject: x\r\n\r\nHello\r\n")
    assert (found.subject, found.text, found.problems) == ("x", "Hello\n", ())


@pytest.mark.parametrize("raw", [b"Just words\nand more: words\n", b"Just words", b"caf\xe9 !"])
def test_a_mail_without_headers_is_all_text(raw):
    found = read(raw)
    assert found.text == raw.decode("latin-1")
    assert "headers" in found.problems


def test_an_empty_mail_is_an_empty_letter():
    found = read(b"")
    assert (found.subject, found.text, found.files, found.problems) == ("", "", (), ())


def test_old_macs_line_ends_are_read():
    found = read(b"Subject: x\rFrom: a@x\r\rHello\rWorld\r")
    assert (found.subject, found.text) == ("x", "Hello\nWorld\n")


def flat(groups):
    for address in groups:
        if "addresses" in address:
            yield from flat(address["addresses"])
        else:
            yield address


def test_addresses_of_the_origin_are_the_same():
    path = FOLDER / "headers" / "stalwart-address.json"
    wrong = []
    for case in json.loads(path.read_text())["cases"]:
        expected = case["expected"]
        listed = [a["address"] for a in flat(expected.get("List") or expected["Group"])]
        raw = b"From: " + case["header"].encode().replace(b"\r\n", b"\n")
        found = [address.address for address in read(raw + b"\nTo: x@x\n\n").senders]
        # The links of List-Unsubscribe are among these cases; they are no addresses of people.
        if "mailto:" not in case["header"] and found != [a for a in listed if a]:
            wrong.append(case["header"])
    assert [header for header in wrong if not header.startswith(ADDRESSES_READ_OTHERWISE)] == []
    assert len(wrong) == len(ADDRESSES_READ_OTHERWISE)


ADDRESSES_READ_OTHERWISE = (
    "Mary Smith <@node.test:",  # the route is no part of the mailbox (RFC 5322 4.4)
    "John Doe <jdoe@machine(comment)",  # spaces within an address are dropped
    "NO (posting",  # a word without @ is a name
)
