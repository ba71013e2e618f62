"""What is told, when, and that it is over."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.mail import EmailMessage

from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.intake import alarms, health
from postroom.practice import audit, notices
from postroom.practice.jobs import HEART, claim_slot
from postroom.practice.models import Member, NoticeMail, Notification
from postroom.practice.system_mail import NotSent
from tests.support.cast import Cast

NOW = datetime(2026, 1, 5, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(cast: Cast) -> MailAccount:
    claim_slot(HEART, NOW.isoformat())
    made = MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="imap.example", user="desk@tern.example",
        checked_at=NOW,
    )  # fmt: skip
    Workflow.objects.create(practice=cast.practice, account=made)
    return made


def told(cast: Cast, now: datetime) -> list[tuple[str, str]]:
    """What is open after a look at this time; the worker's heart beats."""
    claim_slot(HEART, now.isoformat())
    alarms.look_and_tell(cast.practice, now=now)
    found = cast.practice.notifications.open().order_by("kind", "subject")
    return [(notice.kind, notice.data["code"]) for notice in found]


def first_alarm(cast: Cast) -> int:
    """After how many minutes something is told, with a look each minute."""
    return next(n for n in range(60) if told(cast, NOW + n * MINUTE))


def test_a_well_account_is_no_matter(cast: Cast, account) -> None:
    assert told(cast, NOW + 13 * MINUTE) == []


def test_an_account_that_is_not_looked_through_is_told_within_a_quarter_of_an_hour(
    cast: Cast, account
) -> None:
    assert first_alarm(cast) <= 15
    assert told(cast, NOW + 16 * MINUTE) == [("account", "late")]


def test_an_account_that_never_was_is_told_too(cast: Cast, account) -> None:
    MailAccount.objects.update(checked_at=None)
    audit.record(cast.practice.pk, "add", "account", account.pk, by=cast.alice, now=NOW)
    assert 10 <= first_alarm(cast) <= 15


def test_an_interval_that_was_chosen_longer_is_no_alarm(cast: Cast, account) -> None:
    Workflow.objects.update(minutes=60)
    assert told(cast, NOW + 65 * MINUTE) == []
    assert told(cast, NOW + 71 * MINUTE) == [("account", "late")]


def test_trouble_is_told_after_a_quarter_of_an_hour_and_stays_one_matter(
    cast: Cast, account
) -> None:
    MailAccount.objects.update(trouble="timeout", trouble_since=NOW)
    assert 10 <= first_alarm(cast) <= 15
    MailAccount.objects.update(trouble="disconnected")
    assert told(cast, NOW + 20 * MINUTE) == [("account", "disconnected")]
    assert Notification.objects.count() == 1


def test_trouble_that_mends_itself_soon_is_never_told(cast: Cast, account) -> None:
    MailAccount.objects.update(trouble="timeout", trouble_since=NOW)
    assert told(cast, NOW + 5 * MINUTE) == []
    MailAccount.objects.update(trouble="", trouble_since=None, checked_at=NOW + 6 * MINUTE)
    assert told(cast, NOW + 15 * MINUTE) == []


def test_it_is_over_when_the_account_works_again(cast: Cast, account) -> None:
    MailAccount.objects.update(trouble="sign-in", trouble_since=NOW)
    told(cast, NOW + 20 * MINUTE)
    MailAccount.objects.update(trouble="", trouble_since=None, checked_at=NOW + 21 * MINUTE)
    assert told(cast, NOW + 22 * MINUTE) == []
    assert alarms.headline(Notification.objects.get()) == "The mailbox “Desk” works again."


def test_a_resting_account_is_never_told(cast: Cast, account) -> None:
    MailAccount.objects.update(active=False)
    assert told(cast, NOW + 600 * MINUTE) == []


def test_a_gap_in_the_books_is_told_once_it_has_lasted(cast: Cast, account) -> None:
    FolderState.objects.create(
        practice=cast.practice, account=account, folder="Incoming", counted=3, counted_at=NOW,
        books={"filed": 1}, gap_since=NOW,
    )  # fmt: skip
    assert 10 <= first_alarm(cast) <= 15
    notice = Notification.objects.get()
    assert notice.kind == "books"
    assert "Desk: 2 letters in “Incoming” are on the server" in alarms.headline(notice)


@pytest.mark.parametrize(
    ("free", "total", "low"),
    [(49, 1000, True), (51, 1000, False), (0.4, 4, True), (0.6, 4, False)],
)
def test_a_disk_is_low_under_a_twentieth_or_half_a_gigabyte(
    cast: Cast, account, monkeypatch, free: float, total: float, low: bool
) -> None:
    gigabyte = 1024**3
    usage = SimpleNamespace(free=int(free * gigabyte), total=int(total * gigabyte))
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: usage)
    assert told(cast, NOW) == ([("disk-low", "disk-low")] if low else [])


def test_a_missing_key_is_told(cast: Cast, account, settings) -> None:
    settings.KEYRING = type(settings.KEYRING)()
    cast.practice.refresh_from_db()
    assert ("no-key", "no-key") in [
        (matter.kind, matter.data["code"])
        for matter in alarms.matters(health.look_over(cast.practice, now=NOW))
    ]


def test_a_silent_worker_is_told_by_an_open_page_and_over_when_it_beats(
    cast: Cast, account
) -> None:
    alarms.notice_silence(cast.practice, now=NOW + 4 * MINUTE)
    assert not Notification.objects.exists()
    for minutes in (6, 7):
        alarms.notice_silence(cast.practice, now=NOW + minutes * MINUTE)
    notice = Notification.objects.get()
    assert notice.kind == "worker-silent"
    assert alarms.headline(notice) and alarms.advice(notice)  # what the page itself says
    assert told(cast, NOW + 8 * MINUTE) == []
    assert Notification.objects.get().ended_at == NOW + 8 * MINUTE


def test_saying_that_the_worker_is_silent_ends_nothing_else(cast: Cast, account) -> None:
    MailAccount.objects.update(trouble="sign-in", trouble_since=NOW)
    told(cast, NOW + 20 * MINUTE)
    alarms.notice_silence(cast.practice, now=NOW + 40 * MINUTE)
    assert cast.practice.notifications.open().count() == 2


def test_a_clock_that_was_set_back_is_told(cast: Cast, account) -> None:
    claim_slot(HEART, (NOW + 60 * MINUTE).isoformat())
    alarms.look_and_tell(cast.practice, now=NOW)
    assert Notification.objects.get().kind == "clock-back"


def test_one_practices_failure_keeps_no_other_from_being_looked_over(
    cast: Cast, account, monkeypatch
) -> None:
    MailAccount.objects.update(trouble="sign-in", trouble_since=NOW)

    really = health.look_over

    def look_over(practice, *, now):
        if practice == cast.other:
            raise RuntimeError
        return really(practice, now=now)

    first = cast.practice.pk
    monkeypatch.setattr(health, "look_over", look_over)
    assert alarms.watch_over(now=NOW + 20 * MINUTE) >= 1
    assert {n.practice_id for n in Notification.objects.all()} == {first}


def test_the_mail_names_what_is_wrong_since_when_what_to_do_and_where(
    cast: Cast, account, mailoutbox, monkeypatch
) -> None:
    sent = []
    monkeypatch.setattr("postroom.practice.notices.send", lambda *letter: sent.append(letter))
    MailAccount.objects.update(trouble="sign-in", trouble_since=NOW)
    told(cast, NOW + 20 * MINUTE)
    ((to, subject, body),) = sent
    assert to == cast.alice.user.email
    assert subject == "Tern & Thistle Vets: 1 thing needs attention"
    assert "Desk: imap.example did not accept this user name or password." in body
    assert "since Mon 5 Jan 2026, 14:00" in body
    assert "Check both." in body
    assert "/p/tern/settings/health" in body


def test_somebodys_own_mailbox_is_told_of_without_a_word_of_it(cast: Cast, account) -> None:
    MailAccount.objects.update(
        owner=cast.bob,
        name="Private",
        trouble="folder-missing",
        trouble_detail="Secret",
        trouble_since=NOW,
    )
    told(cast, NOW + 20 * MINUTE)
    notice = Notification.objects.get()
    assert notice.data["owner"] == cast.bob.pk
    for secret in ("Secret", "Private", "desk@tern.example"):
        assert secret not in str(notice.data) + alarms.headline(notice)
    assert alarms.headline(notice).startswith("Bob Adeyemi: ")


# -- while no worker runs ----------------------------------------------------------------------


def test_as_long_as_the_worker_beats_the_pages_process_asks_one_question(
    cast: Cast, account, django_assert_num_queries
) -> None:
    MailAccount.objects.update(trouble="sign-in", trouble_since=NOW - 60 * MINUTE)
    with django_assert_num_queries(1):
        assert alarms.stand_in(now=NOW + 4 * MINUTE) == 0


def test_while_the_worker_is_silent_the_pages_process_sends_the_one_mail(
    cast: Cast, account, mailoutbox, queue
) -> None:
    for minutes in range(4, 30):
        alarms.stand_in(now=NOW + minutes * MINUTE)
    (letter,) = written_to(cast.alice, mailoutbox)
    assert "The worker does not run" in letter.body
    told(cast, NOW + 31 * MINUTE)  # the worker is back, and has nothing to add on this day
    queue.work_off()
    assert written_to(cast.alice, mailoutbox) == [letter]


def test_what_the_worker_has_told_today_is_not_told_again_by_the_pages(
    cast: Cast, account, mailoutbox, queue
) -> None:
    MailAccount.objects.update(trouble="sign-in", trouble_since=NOW - 60 * MINUTE)
    told(cast, NOW)
    assert alarms.stand_in(now=NOW + 10 * MINUTE) > 1
    queue.work_off()
    assert len(written_to(cast.alice, mailoutbox)) == 1


def test_two_processes_of_pages_take_turns(cast: Cast, account, mailoutbox) -> None:
    assert alarms.stand_in(now=NOW + 10 * MINUTE) > 0
    assert alarms.stand_in(now=NOW + 10 * MINUTE) == 0


def test_a_mail_that_no_server_took_is_tried_again(cast: Cast, account, mailoutbox, monkeypatch):
    def refuse(*letter: str) -> None:
        raise NotSent("the mail server is away")

    with monkeypatch.context() as away:
        away.setattr(notices, "deliver", refuse)
        alarms.stand_in(now=NOW + 10 * MINUTE)
    assert not NoticeMail.objects.exists()
    alarms.stand_in(now=NOW + 11 * MINUTE)
    assert len(written_to(cast.alice, mailoutbox)) == 1
    notice = cast.practice.notifications.get(kind="worker-silent")
    assert notice.told_at == NOW + 11 * MINUTE


def written_to(member: Member, sent: list[EmailMessage]) -> list[EmailMessage]:
    """The other practice has an administrator too."""
    return [letter for letter in sent if letter.to == [member.user.email]]
