"""What the outbox's tests begin with: an account, and a letter to Hollis Farrow."""

from datetime import UTC, datetime

from postroom.connections.models import SmtpAccount
from postroom.outbox.actions import queue
from postroom.outbox.letter import OutgoingLetter

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def make_account(practice, **given):
    fields = {
        "name": "Practice",
        "address": "desk@practice.example",
        "display_name": "The practice",
        "host": "localhost",
        "port": 2525,
        "security": "none",
        "installed": True,
    }
    return SmtpAccount.objects.create(practice=practice, **{**fields, **given})


def a_letter(account, **given):
    fields = {
        "account": account,
        "to": (("Hollis Farrow", "hollis@client.example"),),
        "subject": "Your appointment",
        "text": "Good morning,\n\nsee you on Monday.\n",
    }
    return OutgoingLetter(**{**fields, **given})


def put(cast, account, *, key="test:1", now=NOW, by=None, withdraw_if=None, **given):
    letter = a_letter(account, **given)
    return queue(cast.practice, letter, key=key, by=by, now=now, withdraw_if=withdraw_if)
