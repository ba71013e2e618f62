"""Looking at calendar feeds: what comes in, what trouble looks like, and how often."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from postroom.appointments.actions import look_now, remove_feed, save_feed
from postroom.appointments.feeds import address
from postroom.appointments.models import Appointment, Look
from postroom.connections.tests.web_server import answer, serving
from postroom.intake import alarms, feeds, health
from postroom.intake.tasks import look_at_feeds
from postroom.kit.crypto import Keyring
from postroom.practice.models import AuditEvent, Event, Source
from tests.support.cast import Cast

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def event(uid: str, start: str) -> str:
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:{start}\r\nEND:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


class Book:
    """The practice's system: what its feed says now."""

    def __init__(self) -> None:
        self.body = calendar(event("1", "20261126T092000Z"), event("2", "20261127T092000Z"))
        self.status, self.headers = 200, {"ETag": '"v1"'}

    def respond(self, request: Any) -> None:
        # No transaction may be open while the wire is: it would hold every other writer up.
        if request.headers.get("If-None-Match") == self.headers.get("ETag", "-"):
            answer(request, status=304)
        else:
            answer(request, self.body, self.status, **self.headers)


@pytest.fixture
def book(cast: Cast, settings: Any) -> Iterator[tuple[Book, Source, Any]]:
    settings.PRIVATE_FEEDS = True
    told = Book()
    with serving(told.respond) as server:
        url = server.url("/private-4f2c/basic.ics")
        yield told, save_feed(cast.practice, "Agenda", url, 15, by=cast.alice, now=NOW), server


def look(source: Source, now: datetime = NOW) -> bool:
    return feeds.look_at(Look.objects.get(source=source).pk, now=now)


def refs(**where: Any) -> list[str]:
    return sorted(Appointment.objects.filter(**where).values_list("ref", flat=True))


def test_a_feed_is_read_and_its_data_are_fresh(book: Any) -> None:
    _, source, _ = book
    assert feeds.due(NOW) == [source.look.pk]
    assert look(source)
    assert refs() == ["1", "2"]
    source.refresh_from_db()
    assert (source.fresh_at, source.trouble) == (NOW, "")
    state = Look.objects.get()
    assert (state.way, state.etag, state.failures) == (Look.FEED, '"v1"', 0)
    assert state.next_at == NOW + timedelta(minutes=15)
    assert feeds.due(NOW) == []


def test_the_same_feed_is_not_sent_again_and_is_fresh_all_the_same(book: Any) -> None:
    _, source, server = book
    look(source)
    later = NOW + timedelta(minutes=15)
    assert look(source, later)
    assert server.heard[-1][1]["if-none-match"] == '"v1"'
    source.refresh_from_db()
    assert source.fresh_at == later


def test_once_a_day_the_feed_is_read_whole(book: Any) -> None:
    _, source, server = book
    look(source)
    assert look(source, NOW + timedelta(days=1))
    assert "if-none-match" not in server.heard[-1][1]


def test_what_the_feed_has_no_longer_is_gone(book: Any) -> None:
    told, source, _ = book
    look(source)
    told.body, told.headers = calendar(event("2", "20261127T092000Z")), {"ETag": '"v2"'}
    assert look(source, NOW + timedelta(minutes=15))
    assert refs(gone_at=None) == ["2"]


def test_an_empty_feed_is_not_believed(book: Any) -> None:
    told, source, _ = book
    look(source)
    told.body, told.headers = calendar(), {}
    assert not look(source, NOW + timedelta(minutes=15))
    assert refs(gone_at=None) == ["1", "2"]
    source.refresh_from_db()
    assert source.trouble == "empty"


def test_one_bad_event_does_not_keep_the_others_waiting(book: Any) -> None:
    told, source, _ = book
    told.body = calendar("BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n", event("2", "20261127T092000Z"))
    assert look(source)
    assert refs() == ["2"]
    assert Look.objects.get().counts["skipped"] == 1


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        *((404, b"", "refused"), (500, b"", "server-error"), (200, b"<html>", "unreadable")),
        (200, b"BEGIN:VCALENDAR\r\nnonsense", "unreadable"),
    ],
)
def test_trouble_is_kept_in_a_word_and_the_old_data_stay(
    book: Any, status: int, body: bytes, trouble: str
) -> None:
    told, source, _ = book
    look(source)
    told.status, told.body, told.headers = status, body, {}
    when = NOW + timedelta(minutes=15)
    assert not look(source, when)
    source.refresh_from_db()
    assert (source.trouble, source.fresh_at) == (trouble, NOW)
    assert refs(gone_at=None) == ["1", "2"]
    assert Look.objects.get().next_at == when + feeds.AGAIN


def test_a_feed_in_trouble_is_tried_less_and_less_often_and_at_once_when_asked(book: Any) -> None:
    told, source, _ = book
    told.status = 500
    waits = []
    for _ in range(9):
        now = Look.objects.get().next_at
        look(source, now)
        waits.append(Look.objects.get().next_at - now)
    assert waits[:3] == [feeds.AGAIN, feeds.AGAIN * 2, feeds.AGAIN * 4]
    assert waits[-1] == feeds.LATEST
    look_now(source, now=NOW)
    told.status = 200
    assert look(source)
    source.refresh_from_db()
    assert (source.trouble, Look.objects.get().failures) == ("", 0)


def test_a_feed_on_a_private_network_is_refused_where_the_installer_does_not_vouch(
    book: Any, settings: Any
) -> None:
    _, source, server = book
    settings.PRIVATE_FEEDS = False
    assert not look(source)
    assert server.heard == []
    source.refresh_from_db()
    assert source.trouble == "no-tls"


def test_two_workers_look_once(book: Any) -> None:
    _, source, server = book
    state = Look.objects.get()
    stale = Look.objects.filter(pk=state.pk)
    stale.update(next_at=NOW - timedelta(seconds=1))
    assert look(source)
    assert not look(source)
    assert len(server.heard) == 1


def test_no_transaction_is_open_while_the_line_is(book: Any, monkeypatch: Any) -> None:
    _, source, _ = book
    depth, fetch = [], feeds.http.get
    before = len(connection.savepoint_ids)

    def get(*args: Any, **kwargs: Any) -> Any:
        depth.append(len(connection.savepoint_ids))
        return fetch(*args, **kwargs)

    monkeypatch.setattr(feeds.http, "get", get)
    look(source)
    assert depth == [before]  # no more than the test's own


def test_the_address_is_sealed_bound_to_its_row_and_in_no_audit(book: Any) -> None:
    _, source, server = book
    url = server.url("/private-4f2c/basic.ics")
    assert address(source) == url
    assert "private-4f2c" not in source.url_sealed
    assert all("4f2c" not in str(line.data) for line in AuditEvent.objects.all())


def test_the_address_is_in_no_log_however_much_is_logged(
    cast: Cast, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def respond(request: Any) -> None:
        if request.path.startswith("/planted-7d1e"):
            answer(request, status=302, Location="/planted-9b3a/other.ics")
        else:
            answer(request, b"no calendar")

    settings.PRIVATE_FEEDS = True
    caplog.set_level(logging.DEBUG)
    with serving(respond) as server:
        url = server.url("/planted-7d1e/basic.ics").replace("://", "://anna:planted-pass@")
        source = save_feed(cast.practice, "Agenda", url, 15, by=None, now=NOW)
        assert not look(source)
    assert [path for path, _ in server.heard] == [
        *("/planted-7d1e/basic.ics", "/planted-9b3a/other.ics"),
    ]
    source.refresh_from_db()
    said = caplog.text + source.trouble + Look.objects.get().trouble_detail
    assert "unreadable" in said
    assert "planted" not in said


def test_without_its_key_the_feed_says_so(book: Any, settings: Any) -> None:
    _, source, _ = book
    settings.KEYRING = Keyring(["another key altogether, long enough"])
    assert not look(source)
    source.refresh_from_db()
    assert source.trouble == "key-missing"


def test_a_removed_feed_is_forgotten_and_its_appointments_stay(book: Any, cast: Cast) -> None:
    _, source, _ = book
    look(source)
    remove_feed(source, by=cast.alice, now=NOW)
    assert feeds.due(NOW + timedelta(days=9)) == []
    source.refresh_from_db()
    assert (source.url_sealed, source.minutes) == ("", 0)
    assert refs(gone_at=None) == ["1", "2"]
    assert (
        list(AuditEvent.objects.filter(object_kind="source").values_list("action", flat=True))[-1]
        == "remove_feed"
    )


def test_open_pages_hear_of_it(book: Any) -> None:
    _, source, _ = book
    Event.objects.all().delete()
    look(source)
    assert Event.objects.filter(kind="source", object_id=source.pk).exists()


def test_the_clock_hands_out_the_feeds_that_are_due(book: Any, monkeypatch: Any) -> None:
    handed: list[int] = []
    monkeypatch.setattr(feeds, "due", lambda now: [7, 8])
    monkeypatch.setattr(
        type(look_at_feeds.__globals__["look_at_feed"]),
        "enqueue",
        lambda task, pk: handed.append(pk),
    )
    look_at_feeds()
    assert handed == [7, 8]


def test_trouble_is_on_the_health_page_at_once_and_an_alarm_in_a_quarter_of_an_hour(
    cast: Cast, book: Any
) -> None:
    told, source, _ = book
    told.status = 503
    look(source)
    (feed,) = health.look_over(cast.practice, now=NOW).feeds
    (said,) = feed.conditions
    assert (said.code, said.since, said.alarm) == ("feed-trouble", NOW, False)
    later = NOW + timedelta(minutes=5)
    look(source, later)  # it goes on failing: since the first time
    alarms.look_and_tell(cast.practice, now=NOW + timedelta(minutes=14))
    notice = cast.practice.notifications.open().get(kind="feed")
    assert (notice.since, notice.data["name"]) == (NOW, "Agenda")
    assert alarms.headline(notice) == (
        "Agenda: The calendar feed could not be read. The server has a problem of its own."
    )
    told.status = 200
    assert look(source, NOW + timedelta(minutes=20))
    alarms.look_and_tell(cast.practice, now=NOW + timedelta(minutes=21))
    assert not cast.practice.notifications.open().filter(kind="feed")
    notice.refresh_from_db()
    assert alarms.headline(notice) == "The calendar feed “Agenda” is read again."
    assert Look.objects.get().trouble_since is None
