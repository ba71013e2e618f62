"""Being told: one row for each matter, one mail a day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from postroom.practice import notices
from postroom.practice.models import AuditEvent, Event, NoticeMail, Notification
from postroom.practice.notices import Matter
from tests.support.cast import Cast

NOW = datetime(2026, 1, 5, 14, tzinfo=UTC)  # a Monday, two in the afternoon in London
MORNING = NOW.replace(hour=8)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DISK = Matter("disk-low", "", NOW, {"code": "disk-low"})
ACCOUNT = Matter("account", "7", NOW, {"code": "sign-in"})


def write(is_so, over):
    said = [*(n.kind for n in is_so), *(f"over {n.kind}" for n in over)]
    return f"{len(is_so)} open", ", ".join(said)


def mail(cast: Cast, now: datetime) -> int:
    return notices.mail(cast.practice, write, now=now)


# -- rows ------------------------------------------------------------------------------------


def test_a_matter_is_one_row_however_often_it_is_seen(cast: Cast) -> None:
    for minutes in range(3):
        notices.observe(cast.practice, [DISK, ACCOUNT], now=NOW + timedelta(minutes=minutes))
    assert set(Notification.objects.values_list("kind", "subject", "raised_at")) == {
        ("disk-low", "", NOW),
        ("account", "7", NOW),
    }
    assert Event.objects.filter(kind="notice").count() == 2


def test_the_database_refuses_a_second_open_row(cast: Cast) -> None:
    row = {"practice": cast.practice, "kind": "disk-low", "since": NOW, "raised_at": NOW}
    Notification.objects.create(**row, ended_at=NOW)
    Notification.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.create(**row)


def test_what_is_seen_no_more_has_ended_and_may_begin_anew(cast: Cast) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    notices.observe(cast.practice, [], now=NOW + HOUR)
    notices.observe(cast.practice, [DISK], now=NOW + 2 * HOUR)
    ends = Notification.objects.order_by("pk").values_list("ended_at", flat=True)
    assert list(ends) == [NOW + HOUR, None]


def test_what_its_words_speak_of_is_kept_up_to_date(cast: Cast) -> None:
    notices.observe(cast.practice, [ACCOUNT], now=NOW)
    notices.observe(cast.practice, [Matter("account", "7", NOW, {"code": "timeout"})], now=NOW)
    assert Notification.objects.get().data == {"code": "timeout"}


def test_another_practices_matters_are_left_alone(cast: Cast) -> None:
    notices.observe(cast.other, [DISK], now=NOW)
    notices.observe(cast.practice, [], now=NOW)
    assert Notification.objects.open().get().practice == cast.other


def test_what_is_over_is_shown_for_a_day(cast: Cast) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    notices.observe(cast.practice, [ACCOUNT], now=NOW + HOUR)
    later = [n.kind for n in notices.lately(cast.practice, NOW + 2 * HOUR)]
    tomorrow = [n.kind for n in notices.lately(cast.practice, NOW + HOUR + DAY)]
    assert (later, tomorrow) == (["account", "disk-low"], ["account"])


def test_what_was_over_long_ago_is_forgotten_and_what_lasts_is_not(cast: Cast) -> None:
    notices.observe(cast.practice, [DISK, ACCOUNT], now=NOW)
    notices.observe(cast.practice, [DISK], now=NOW + HOUR)
    assert notices.sweep(NOW + HOUR + 89 * DAY) == 0
    assert notices.sweep(NOW + HOUR + 91 * DAY) == 1
    assert Notification.objects.get().kind == "disk-low"


# -- the mail of a day -----------------------------------------------------------------------


def test_the_first_alarm_is_written_at_once_to_administrators_only(
    cast: Cast, queue, mailoutbox
) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    assert mail(cast, NOW) == 1
    queue.work_off()
    assert [(m.to, m.subject, m.body) for m in mailoutbox] == [
        ([cast.alice.user.email], "1 open", "disk-low")
    ]


def test_no_second_mail_on_a_day_whatever_comes(cast: Cast, queue, mailoutbox) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    mail(cast, NOW)
    notices.observe(cast.practice, [DISK, ACCOUNT], now=NOW + HOUR)
    for hours in range(1, 9):
        assert mail(cast, NOW + hours * HOUR) == 0
    queue.work_off()
    assert len(mailoutbox) == 1


def test_next_morning_one_mail_says_all_that_is_open(cast: Cast, queue, mailoutbox) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    mail(cast, NOW)
    notices.observe(cast.practice, [DISK, ACCOUNT], now=NOW + HOUR)
    # The hour has not come, and a new matter comes within a day of the last mail.
    assert mail(cast, MORNING + DAY - HOUR) == 0
    assert mail(cast, MORNING + DAY) == 1
    assert mail(cast, MORNING + DAY) == 0
    queue.work_off()
    assert mailoutbox[-1].body == "disk-low, account"


def test_recovery_is_told_once_where_the_trouble_was(cast: Cast, queue, mailoutbox) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    mail(cast, NOW)
    notices.observe(cast.practice, [ACCOUNT], now=NOW + HOUR)
    notices.observe(cast.practice, [], now=NOW + 2 * HOUR)
    assert mail(cast, MORNING + DAY) == 1
    assert mail(cast, MORNING + 2 * DAY) == 0
    queue.work_off()
    assert mailoutbox[-1].body == "over disk-low"


def test_when_all_is_well_nobody_is_written_to(cast: Cast) -> None:
    notices.observe(cast.practice, [], now=MORNING)
    assert mail(cast, MORNING) == 0
    assert not NoticeMail.objects.exists()


def test_the_hour_is_the_practices_own(cast: Cast) -> None:
    cast.practice.time_zone = "America/New_York"
    notices.set_hour(cast.practice, 7, by=cast.alice, now=NOW)
    notices.observe(cast.practice, [DISK], now=NOW)
    mail(cast, NOW)
    seven = NOW.replace(hour=12) + DAY  # in New York
    assert mail(cast, seven - timedelta(minutes=1)) == 0
    assert mail(cast, seven) == 1
    assert AuditEvent.objects.filter(action="change", object_kind="practice").exists()


def test_without_a_mail_server_the_right_to_the_day_is_not_used_up(cast: Cast, settings) -> None:
    notices.observe(cast.practice, [DISK], now=NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert mail(cast, NOW) == 0
    assert not NoticeMail.objects.exists()


def test_each_reader_is_written_to_in_their_language(cast: Cast, queue) -> None:

    cast.alice.language = "fr"
    cast.alice.save()
    spoken = []

    def note(is_so, over):
        spoken.append(get_language())
        return "a", "b"

    notices.observe(cast.practice, [DISK], now=NOW)
    notices.mail(cast.practice, note, now=NOW)
    assert spoken == ["fr"]
