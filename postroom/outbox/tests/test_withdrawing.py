"""A message whose reason has gone by the time it is its turn is not sent."""

from datetime import timedelta

import pytest

from postroom.appointments.models import Appointment
from postroom.clients.models import Client
from postroom.kit.processes import Worker
from postroom.outbox import words
from postroom.outbox.models import Message
from postroom.outbox.recording import claim
from postroom.outbox.tests.post import NOW, make_account, put
from postroom.practice.models import AuditEvent, Event, Source
from postroom.register.models import Entry
from tests.support.cast import make_client

pytestmark = pytest.mark.django_db
CAME, NEXT = {"came_since": NOW.isoformat()}, {"has_next": True}
LATER = NOW + timedelta(days=2)


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def book(cast, days, *, client=None, **given):
    source, _ = Source.objects.get_or_create(practice=cast.practice, name="Book")
    fields = {"practice": cast.practice, "source": source, "imported_at": NOW, **given}
    ref = f"a{Appointment.objects.count()}"
    start = NOW + timedelta(days=days)
    return Appointment.objects.create(ref=ref, client=client or cast.hollis, start=start, **fields)


def wait_for(cast, account, condition, **given):
    condition = {"client": cast.hollis.pk, **condition}
    kept = {"clients": (cast.hollis.pk,), "not_before": NOW, "level": 3}
    return put(cast, account, withdraw_if=condition, **{**kept, **given})


def claimed(account):
    return claim(account, 5, worker=Worker.this(), now=LATER)


@pytest.mark.parametrize(
    ("condition", "days", "state", "reason"),
    [
        (CAME, 1, "booked", "has-come"),
        (CAME, 1, "done", "has-come"),
        (CAME, 1, "missed", ""),
        (CAME, 1, "cancelled", ""),
        (CAME, -1, "done", ""),
        (CAME, 3, "booked", ""),
        (NEXT, 3, "booked", "has-next"),
        (NEXT, 3, "cancelled", ""),
        (NEXT, 1, "booked", ""),
        ({**CAME, **NEXT}, 3, "booked", "has-next"),
        ({**CAME, **NEXT}, 1, "booked", "has-come"),
    ],
)
def test_it_is_asked_again_when_it_is_its_turn(cast, account, condition, days, state, reason):
    message = wait_for(cast, account, condition)
    book(cast, days, state=state)
    found = claimed(account)
    message.refresh_from_db()
    assert message.reason == reason
    assert [one.pk for one in found] == ([] if reason else [message.pk])


def test_what_is_withdrawn_says_why_everywhere_in_one_go(cast, account):
    message = wait_for(cast, account, NEXT)
    book(cast, 9)
    book(cast, 5)
    Event.objects.all().delete()
    assert claimed(account) == []
    message.refresh_from_db()
    assert (message.state, message.worker, message.settled_at) == ("withdrawn", "", LATER)
    assert (
        words.why(message).sentence
        == "They have an appointment on 28 Nov 2026, so it was not sent."
    )
    assert Entry.objects.get().status == Entry.NOT_SENT
    audited = AuditEvent.objects.get(object_kind="message", action="withdrawn")
    assert audited.data == {"reason": "has-next"}
    assert list(Event.objects.values_list("kind", "object_id")) == [("message", message.pk)]


def test_only_their_own_book_counts(cast, account):
    message = wait_for(cast, account, {**CAME, **NEXT})
    book(cast, 1, client=make_client(cast.practice, "9", "Wren Bellamy", []))
    book(cast, 5, gone_at=NOW)
    assert [one.pk for one in claimed(account)] == [message.pk]


def test_after_a_merge_the_book_of_the_kept_record_counts(cast, account):
    wait_for(cast, account, NEXT)
    wren = make_client(cast.practice, "9", "Wren Bellamy", [])
    Client.objects.filter(pk=cast.hollis.pk).update(merged_into=wren)
    book(cast, 5, client=wren)
    assert claimed(account) == []


def test_letters_without_a_condition_ask_the_book_nothing(
    cast, account, django_assert_max_num_queries
):
    for n in range(5):
        put(cast, account, key=f"k{n}", not_before=NOW)
    with django_assert_max_num_queries(4) as asked:
        assert len(claimed(account)) == 5
    assert not any("appointment" in query["sql"] for query in asked.captured_queries)


@pytest.mark.parametrize(
    "condition",
    [
        {"has_next": True},
        {"client": 1},
        {"client": 1, "has_next": False},
        {"client": 1, "came_since": "yesterday"},
        {"client": 1, "came_since": "2026-11-02T08:00:00"},
        {"client": 1, "has_next": True, "moon": "full"},
    ],
)
def test_what_nobody_can_judge_is_not_queued(cast, account, condition):
    with pytest.raises(ValueError):
        put(cast, account, withdraw_if=condition)
    assert not Message.objects.exists() and not Entry.objects.exists()
