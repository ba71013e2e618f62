"""Hosts that give programs only so much in a day (PE-19)."""

from datetime import timedelta

import pytest

from postroom.connections.bodies import Seen
from postroom.connections.models import MailAccount
from postroom.intake import budget
from postroom.intake.models import Sighting
from postroom.intake.tests.post import NOW, Clock, a_pass, account_at, letter
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap

OLD, NEW = NOW - timedelta(days=40), NOW - timedelta(minutes=5)


@pytest.fixture
def account(cast: Cast, server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> MailAccount:
    monkeypatch.setitem(budget.DAILY, server.host, 3 * len(letter(1)))
    monkeypatch.setattr("postroom.intake.rules.BATCH_MAILS", 1)
    return account_at(server, cast.practice)


def test_the_past_is_fetched_a_share_a_day_the_newest_first(account, server) -> None:
    for number in range(5):
        server.put("Incoming", letter(number), date=OLD)
    first = a_pass(account)
    assert (first.trouble, first.detail) == ("day-limit", "2")
    assert sorted(Sighting.objects.values_list("seen_at__date", flat=True)) == [NOW.date()] * 3
    again = a_pass(account, full=False)
    assert (Sighting.objects.count(), again.trouble) == (3, "day-limit")

    tomorrow = Clock()
    tomorrow.now += timedelta(days=1)
    account.refresh_from_db()
    assert a_pass(account, tomorrow).taken == 2
    account.refresh_from_db()
    assert (account.trouble, account.fetched_on) == ("", (NOW + timedelta(days=1)).date())


def test_what_has_just_come_is_fetched_whatever_was_spent(account, server) -> None:
    for number in range(4):
        server.put("Incoming", letter(number), date=OLD)
    a_pass(account)
    server.put("Incoming", letter(9), date=NEW)
    a_pass(account)
    assert Sighting.objects.count() == 4


def test_a_host_that_counts_nothing_gives_everything() -> None:
    anywhere = MailAccount(host="imap.example.org", fetched_bytes=10**12, fetched_on=NOW.date())
    assert budget.allows(anywhere, [Seen(1, 10**9, OLD)], now=NOW)
    gmail = MailAccount(host="IMAP.gmail.com", fetched_bytes=1999 * 10**6, fetched_on=NOW.date())
    assert not budget.allows(gmail, [Seen(1, 2 * 10**6, OLD)], now=NOW)
    assert budget.allows(gmail, [Seen(1, 2 * 10**6, OLD)], now=NOW + timedelta(days=1))
