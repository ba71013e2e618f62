"""Bounces, automatic replies, receipts, complaints, lists: told apart, with the corpus as measure.

The shares held here are the ones published in docs/reference/mail-differences.md.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from postroom.kit.mime import Letter, bounces, read
from tests.support.real_data import FOLDER


def reports() -> Iterator[tuple[str, dict, Letter]]:
    """Name, expectation and our reading of each report of the corpus that has an expectation."""
    for path in sorted((FOLDER / "bounces").rglob("*.eml")):
        expected = Path(f"{path}.expected.json")
        if expected.exists():
            name = f"{path.parent.name}/{path.stem}"
            yield name, json.loads(expected.read_text()), read(path.read_bytes())


def wanted(expected: dict) -> str:
    """What kind of machine the origin says wrote it, in our codes."""
    results = expected.get("results")
    if results is None:
        return "bounce"
    if not results:
        return ""
    first = results[0]
    by_reason = {"feedback": "complaint", "vacation": "reply", "delivered": "receipt"}
    return "complaint" if first["feedback_type"] else by_reason.get(first["reason"], "bounce")


# In what we differ, and why.
BY_AMAZON = "a notice of Amazon's in JSON, which only a program that asked for it gets"
DIFFERENCES = {
    **dict.fromkeys(
        (f"sisimai/lhost-amazonses-{n}" for n in ("09", "10", "11", "12", "13")), BY_AMAZON
    ),
    "flufl/groupwise_03": "a person's answer that quotes a report",
    "flufl/qmail_08": "an automatic reply, by its own words",
    "flufl/simple_20": "its subject begins with RE: and no mail system is named",
    "sisimai-not/rb-issue-368-bug": "a report indeed (mailbox full), which the origin cannot read",
    "sisimai/lhost-verizon-02": "a picture message that came back under the subject Re:",
}


def test_kinds_of_machine_are_told_as_the_origins_tell_them() -> None:
    found = {name: (wanted(expected), letter.automatic) for name, expected, letter in reports()}
    assert len(found) >= 400
    assert {name for name, (want, ours) in found.items() if want != ours} == set(DIFFERENCES)


def test_letters_by_people_are_not_taken_for_reports() -> None:
    letters = {
        f"{path.parent.name}/{path.stem}": read(path.read_bytes())
        for path in sorted((FOLDER / "mime").rglob("*.eml"))
    }
    assert len(letters) > 500
    taken = {name for name, letter in letters.items() if letter.automatic == "bounce"}
    assert taken == {
        "cpython/msg_16",
        "cpython/msg_25",
        "cpython/msg_43",  # a virus filter says that it refused a letter
        "mail-parser-py/mail_malformed_2",
        "ruby-mail/multi_address_bounce1",
        "ruby-mail/multipart_report_multiple_status",
        "ruby-mail/raw_email_with_mimepart_without_content_type",
        "ruby-mail/report_422",
        "ruby-mail/report_530",
    }


def test_the_share_of_failed_addresses_found() -> None:
    known = [
        (expected, letter.failures)
        for _, expected, letter in reports()
        if "recipients" in expected and letter.automatic == "bounce"
    ]
    right = Counter[str]()
    for expected, failures in known:
        addresses = {one.address for one in failures}
        lasting = {one.address for one in failures if one.permanent}
        right["addresses"] += addresses == {one.lower() for one in expected["recipients"]}
        right["permanent"] += lasting == {one.lower() for one in expected["permanent"]}
    assert len(known) >= 112
    assert right["addresses"] / len(known) >= 0.92
    assert right["permanent"] / len(known) >= 0.90


def test_the_share_of_reasons_found() -> None:
    known = [
        (expected["results"], letter.failures)
        for _, expected, letter in reports()
        if expected.get("results") and letter.automatic == "bounce"
    ]
    right = Counter[str]()
    for results, failures in known:
        reasons = {one["reason"] for one in results}
        ours = {one.reason for one in failures}
        right["number"] += len(results) == len(failures)
        right["full"] += ("mailboxfull" in reasons) == ("full" in ours)
        right["gone"] += any(one["hard_bounce"] for one in results) == ("unknown" in ours)
    assert len(known) >= 268
    assert right["number"] / len(known) >= 0.97
    assert right["full"] / len(known) >= 0.98
    assert right["gone"] / len(known) >= 0.85


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("Auto-Submitted: auto-replied\nSubject: I am away", "reply"),
        ("Subject: Automatic reply: your question", "reply"),
        ("Subject: Réponse automatique : votre question", "reply"),
        ("Subject: =?utf-8?q?Absence_du_bureau?=", "reply"),
        ("X-Autoreply: yes\nSubject: Hello", "reply"),
        ("List-Id: <news.example>\nSubject: News", "list"),
        ("List-Unsubscribe: <https://x.example>\nSubject: Offer", "list"),
        ("Precedence: bulk\nSubject: Offer", "machine"),
        ("Auto-Submitted: auto-generated\nSubject: Your parcel", "machine"),
        ("Auto-Submitted: no\nSubject: Hello", ""),
        ("Subject: Undeliverable: hello", ""),
        ("Subject: Re: out of stock", ""),
        ("Subject: Re: Automatic reply: your question", ""),
        ("Subject: On holiday from Monday, and the pills are gone", ""),
        ("Subject: My delivery report", ""),
    ],
)
def test_the_header_tells_the_machine(head: str, code: str) -> None:
    raw = f"From: Anna <anna@x.example>\n{head}\n\nKind regards, Anna\n".encode()
    assert read(raw).automatic == code


@pytest.mark.parametrize("subject", ["Re: Undeliverable: hello", "Fwd: Mail delivery failed"])
def test_a_person_who_speaks_of_a_bounce_is_a_person(subject: str) -> None:
    raw = f"From: anna@x.example\nSubject: {subject}\n\nIt said: 550 5.1.1 <b@y.example>\n"
    assert read(raw.encode()).automatic == ""


def report(block: str, text: str = "It failed.") -> bytes:
    return (
        "From: MAILER-DAEMON@x.example\nSubject: Returned mail\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; x.example\n\n{block}\n--b--\n"
    ).encode()


def test_a_report_says_address_reason_and_what_the_server_said() -> None:
    (one,) = read(
        report(
            "Final-Recipient: rfc822; Anna@Y.example\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <anna@y.example>: User unknown\n"
        )
    ).failures
    assert (one.address, one.permanent, one.reason) == ("anna@y.example", True, "unknown")
    assert (one.status, one.text) == ("5.1.1", "550 5.1.1 <anna@y.example>: User unknown")


def test_a_delay_is_not_final() -> None:
    (one,) = read(
        report("Final-Recipient: rfc822; anna@y.example\nAction: delayed\nStatus: 4.2.2\n")
    ).failures
    assert (one.permanent, one.reason) == (False, "full")


def test_the_address_written_to_comes_before_the_one_it_was_led_to() -> None:
    (one,) = read(
        report(
            "Original-Recipient: rfc822; anna@y.example\n"
            "Final-Recipient: rfc822; a17@inner.example\n"
            "Action: failed\nStatus: 5.2.2\n"
        )
    ).failures
    assert one.address == "anna@y.example"


def test_a_report_of_many_addresses_is_bounded() -> None:
    blocks = "\n".join(
        f"Final-Recipient: rfc822; a{n}@y.example\nAction: failed\nStatus: 5.1.1\n"
        for n in range(1_000)
    )
    assert len(read(report(blocks)).failures) == bounces.FAILURES_LIMIT
