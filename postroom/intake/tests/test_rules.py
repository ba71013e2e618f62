"""Judgement of filing, without database or wire."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from postroom.intake import rules
from postroom.kit.mime import dmarc

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (NOW - timedelta(days=2), NOW - timedelta(days=2)),
        (None, NOW),
        (NOW + timedelta(seconds=1), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW),
        (datetime(9999, 12, 31, tzinfo=UTC), NOW),
    ],
)
def test_a_letter_is_as_old_as_it_says_unless_that_is_absurd(date, expected):
    assert rules.written_at(date, NOW) == expected


@dataclass
class Mail:
    size: int


def test_batches_hold_at_most_two_hundred_mails():
    groups = list(rules.batches([Mail(1000)] * 420))
    assert [len(group) for group in groups] == [200, 200, 20]


def test_batches_hold_at_most_so_many_bytes_and_a_giant_stands_alone():
    big = rules.BATCH_BYTES
    sizes = [10, big, 10, big - 20, 5, 5, 6]
    groups = [[m.size for m in g] for g in rules.batches([Mail(s) for s in sizes])]
    assert groups == [[10], [big], [10, big - 20, 5, 5], [6]]


def test_nothing_makes_no_batch():
    assert list(rules.batches([])) == []


@pytest.mark.parametrize(
    ("host", "results", "expected"),
    [
        ("imap.gmail.com", ["mx.google.com; dmarc=pass header.from=x.example"], "pass"),
        ("imap.gmail.com", ["mx.google.com; spf=pass; dmarc=fail (p=REJECT)"], "fail"),
        ("imap.gmail.com", ["mx.google.com.evil.example; dmarc=pass"], ""),
        ("imap.gmail.com", ["evil.example; dmarc=pass"], ""),
        ("mail.practice.example", ["mail.practice.example; dmarc=FAIL"], "fail"),
        ("imap.practice.example", ["mx1.practice.example 1; dmarc=pass"], "pass"),
        ("imap.practice.example", ["mx1.practice.example; spf=pass"], ""),
        # The topmost of our own is the last one added: the one below is the sender's word.
        (
            "imap.practice.example",
            ["mx.practice.example; dmarc=fail", "mx.practice.example; dmarc=pass"],
            "fail",
        ),
        ("imap.practice.example", [], ""),
        ("imap.practice.example", ["", ";;;", "dmarc=pass"], ""),
        ("localhost", ["localhost; dmarc=fail"], ""),
        # What the sender chose, in a comment, in quotes or in an address, is no verdict.
        (
            "imap.gmail.com",
            [
                "mx.google.com; spf=pass (google.com: domain of dmarc=pass@evil.example) "
                'smtp.mailfrom="dmarc=pass@evil.example"; dmarc=fail (p=NONE; x) header.from=a.b'
            ],
            "fail",
        ),
        ("imap.gmail.com", ['mx.google.com; spf=pass smtp.mailfrom="a;dmarc=pass"'], ""),
        ("imap.gmail.com", ["mx.google.com; dmarc=pass; dmarc=fail"], "fail"),
        ("practice.co.uk", ["mx.practice.co.uk; dmarc=pass"], "pass"),
        ("practice.co.uk", ["evil.co.uk; dmarc=pass"], ""),
    ],
)
def test_only_the_accounts_own_server_is_believed(host, results, expected):
    assert dmarc(results, host).result == expected
