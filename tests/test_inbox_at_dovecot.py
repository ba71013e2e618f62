"""The inbox workflow at a real server: nothing moves before it is closed, and no flag changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from postroom.connections.models import MailAccount, Workflow
from postroom.intake.tests.post import a_pass, letter
from postroom.practice.models import Practice
from postroom.register import handling
from postroom.register.models import Conversation, Entry
from tests.support.cast import Cast
from tests.support.dovecot import Dovecot

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
FLAGS = (("\\Seen",), (), ("\\Flagged", "\\Answered"))


def inbox_of(server: Dovecot, user: str, practice: Practice, **changes) -> MailAccount:
    """An account of this user whose INBOX is taken in whole."""
    account = MailAccount.objects.create(
        **{"practice": practice, "name": "Desk", "host": server.host, "user": user},
        **{"port": server.ports["none"], "security": "none", "installed": True},
    )
    account.password_sealed = settings.KEYRING.seal(server.password, account.password_place)
    account.save()
    fields = {"kind": Workflow.INBOX, "folder_in": "INBOX", **changes}
    Workflow.objects.create(practice=practice, account=account, **fields)
    return account


def flags(server: Dovecot, user: str) -> dict[str, list[tuple[str, ...]]]:
    """Of each folder that holds mail, the flags of its mails but \\Recent."""
    return {
        name: sorted(tuple(sorted(set(mail.flags) - {"\\Recent"})) for mail in folder.messages)
        for name, folder in server.dump(user).items()
        if folder.messages
    }


@pytest.mark.parametrize("kind", ["dovecot", "dovecot_without_move"])
def test_closing_moves_it_opening_brings_it_back_and_no_flag_changes(
    cast: Cast, request, kind: str
) -> None:
    server: Dovecot = request.getfixturevalue(kind)
    user = server.fresh_user("Resolved")
    for number, given in enumerate(FLAGS):
        server.append(user, "INBOX", letter(number), given)
    before = flags(server, user)
    account = inbox_of(server, user, cast.practice)
    assert a_pass(account).taken == 3
    assert flags(server, user) == before
    entry = Entry.objects.get(subject="2")
    talk = Conversation.objects.get(entries=entry)
    handling.close(talk, by=cast.bob, now=NOW, version=1)
    a_pass(account, full=False)
    assert flags(server, user) == {
        "INBOX": sorted([("\\Seen",), ()]),
        "Resolved": [("\\Answered", "\\Flagged")],
    }
    handling.reopen(talk, by=cast.bob, now=NOW, version=2)
    a_pass(account, full=False)
    assert flags(server, user) == before
    assert (a_pass(account).taken, Entry.objects.count()) == (0, 3)


def test_a_beginning_is_kept_to_the_hour(cast: Cast, dovecot: Dovecot) -> None:
    """SEARCH SINCE knows days of the server's own calendar alone."""
    begins = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
    user = dovecot.fresh_user("Resolved")
    for number, hours in enumerate((-24 * 40, -3, -0.01, 0, 0.01, 30)):
        dovecot.append(user, "INBOX", letter(number), date=begins + timedelta(hours=hours))
    account = inbox_of(dovecot, user, cast.practice, begins_at=begins)
    assert a_pass(account).taken == 3
    assert set(Entry.objects.values_list("subject", flat=True)) == {"3", "4", "5"}
