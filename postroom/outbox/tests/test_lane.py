"""One lane against a server whose answers we choose: each arrow of RELIABILITY 1.2."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from postroom.clients.models import ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.connections.smtp import Line
from postroom.kit.processes import Worker
from postroom.outbox import desk, recording, rules
from postroom.outbox.lane import Lane
from postroom.outbox.models import Attempt, Message
from postroom.outbox.tests.post import make_account, put
from postroom.register.models import Entry
from tests.support.faultproxy import FaultProxy
from tests.support.faults import Fault
from tests.support.smtp_sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
HERE = {"host": "127.0.0.1", "security": "none"}


@pytest.fixture
def sink():
    with Sink() as server:
        yield server


@pytest.fixture
def account(cast, sink):
    return make_account(cast.practice, port=sink.port, **HERE)


def send(account, *, seconds=60.0, until=None):
    """Run a lane until nothing of the account is due or under way."""
    lane = Lane(account.pk, Worker.this(), timezone.now)
    lane.start()
    limit = time.monotonic() + seconds
    rows = Message.objects.filter(account=account)
    done = until or (
        lambda: not rows.filter(state__in=Message.WAITING, not_before__lte=timezone.now()).exists()
    )
    try:
        while not done():
            assert time.monotonic() < limit and lane.is_alive(), list(rows.values("state", "said"))
            time.sleep(0.01)
    finally:
        lane.stop(time.monotonic() + 5)
        lane.join(60)
    assert not lane.is_alive()


def letters(cast, account, *addresses, **given):
    now = timezone.now()
    return [
        put(
            *(cast, account),
            key=f"test:{n}",
            to=(("", address),),
            **{"not_before": now, "now": now, **given},
        )
        for n, address in enumerate(addresses)
    ]


def states():
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_due_is_sent_once_and_written_down(cast, account, sink):
    sent = letters(cast, account, *(f"c{n}@y.example" for n in range(25)))
    send(account)
    assert states() == ["sent"] * 25
    assert sink.counts() == {message.message_id: 1 for message in sent}
    assert sink.connections <= account.lines
    assert {e.status for e in Entry.objects.all()} == {Entry.SENT}
    assert Attempt.objects.filter(outcome="sent", code=250).count() == 25


def test_what_waits_for_its_time_waits(cast, account, sink):
    letters(cast, account, "x@y.example", not_before=timezone.now() + timedelta(hours=1))
    send(account)
    assert states() == ["queued"] and not sink.ledger()


def test_the_urgent_leave_first(cast, account, sink):
    account.lines = 1
    account.save()
    for level in (5, 3, 0, 4):
        letters_of = {"level": level, "key": f"l{level}", "not_before": timezone.now()}
        put(cast, account, to=(("", f"l{level}@y.example"),), now=timezone.now(), **letters_of)
    send(account)
    assert [one.recipients[0][:2] for one in sink.ledger()] == ["l0", "l3", "l4", "l5"]


def test_each_answer_leads_where_it_belongs(cast, account, sink):
    letters(
        *(cast, account, "x+r550@y.example", "x+r451@y.example", "x+d554@y.example"),
        *("x+d452@y.example", "x+drop@y.example", "x+deaf@y.example", "good@y.example"),
    )
    send(account)
    assert states() == [*("failed", "queued", "failed", "queued", "uncertain", "uncertain", "sent")]
    first, later, *_, dropped, _deaf, _good = Message.objects.order_by("pk")
    assert (first.reason, first.reason_data) == (
        rules.SERVER_REFUSED,
        {"address": "x+r550@y.example"},
    )
    assert "no such person" in first.said
    assert later.not_before - timezone.now() > timedelta(minutes=4)
    assert dropped.reason == rules.NO_ANSWER
    assert list(Entry.objects.order_by("pk").values_list("status", flat=True)) == [
        *("failed", "waiting", "failed", "waiting", "uncertain", "uncertain", "sent")
    ]


def test_a_fault_of_ours_costs_one_letter_a_try_and_the_others_leave(
    cast, account, sink, monkeypatch
):
    account.lines = 1
    account.save()
    hand_over = Line.hand_over

    def fail(line, raw):
        if b"b@y.example" in raw:
            raise KeyError("ours")
        hand_over(line, raw)

    monkeypatch.setattr(Line, "hand_over", fail)
    letters(cast, account, "a@y.example", "b@y.example", "c@y.example")
    send(account)
    assert states() == ["sent", "queued", "sent"] and len(sink.ledger()) == 2
    assert Attempt.objects.get(outcome=rules.LATER).said == "KeyError"


def test_a_line_that_breaks_before_the_dot_is_tried_again_and_costs_no_doubt(cast, account, sink):
    cut = Fault("c2s", "cut", match=b"DATA", before=True)
    with FaultProxy(sink.port, [cut]) as proxy:
        account.port = proxy.port
        account.save()
        letters(cast, account, "x@y.example")
        send(account)
    assert states() == ["queued"] and not sink.ledger()
    assert Message.objects.get().reason == rules.NOT_REACHED
    assert Attempt.objects.get().outcome == rules.LATER


def test_an_answer_that_is_lost_leaves_it_uncertain_and_it_is_not_sent_again(cast, account, sink):
    lost = Fault("s2c", "cut-client", match=b"250 2.0.0 taken", before=True, times=1)
    with FaultProxy(sink.port, [lost]) as proxy:
        account.port = proxy.port
        account.save()
        letters(cast, account, "x@y.example")
        send(account)
        send(account)
    assert states() == ["uncertain"] and len(sink.ledger()) == 1


def test_a_hold_set_while_the_text_is_under_way_stops_the_dot(cast, account, sink, monkeypatch):
    letters(cast, account, "x@y.example")
    mark = recording.mark_sending

    def hold_then_mark(*args, **given):
        desk.hold(cast.practice, by=cast.alice, now=timezone.now())
        return mark(*args, **given)

    monkeypatch.setattr(recording, "mark_sending", hold_then_mark)
    send(account, until=lambda: states() == ["queued"] and "." not in sink.commands)
    assert states() == ["queued"] and not sink.ledger()
    monkeypatch.undo()
    desk.resume(cast.practice, by=cast.alice, now=timezone.now())
    send(account)
    assert states() == ["sent"] and len(sink.ledger()) == 1


def test_ten_refusals_in_a_row_pause_the_account(cast, account, sink):
    account.lines = 1
    account.save()
    letters(cast, account, *(f"x{n}+r550@y.example" for n in range(12)))
    send(account, until=lambda: SmtpAccount.objects.get().paused_at)
    assert states().count("failed") == 10
    assert states().count("queued") == 2


def test_a_server_out_of_reach_costs_no_letter_a_try(cast, account):
    account.port = 1
    account.save()
    letters(cast, account, "x@y.example")
    send(account, until=lambda: SmtpAccount.objects.get().trouble)
    account.refresh_from_db()
    message = Message.objects.get()
    assert (account.trouble, message.state, message.attempts) == ("port-closed", "queued", 0)


def test_a_server_that_takes_few_connections_gets_few(cast, account, sink):
    sink.most = 1
    letters(cast, account, *(f"c{n}@y.example" for n in range(8)))
    send(account)
    assert states() == ["sent"] * 8 and max(sink.counts().values()) == 1


def test_a_connection_that_was_hung_up_while_it_rested_costs_nothing(cast, account, sink):
    lane = Lane(account.pk, Worker.this(), timezone.now)
    hang_up = Fault("s2c", "cut", match=b"250 2.0.0 taken[^\n]*\n", connections=range(1, 2))
    with FaultProxy(sink.port, [hang_up]) as proxy:
        account.port = proxy.port
        account.save()
        letters(cast, account, "x@y.example")
        lane.start()
        wait_for(lambda: states() == ["sent"])
        put(
            *(cast, account),
            key="second",
            to=(("", "y@y.example"),),
            not_before=timezone.now(),
            now=timezone.now(),
        )
        lane.wake()
        wait_for(lambda: states() == ["sent"] * 2)
        lane.stop(time.monotonic() + 5)
        lane.join(60)
    assert len(sink.ledger()) == 2


def wait_for(done, seconds=60):
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, list(Message.objects.values())
        time.sleep(0.01)


def test_what_is_of_no_use_any_more_or_must_not_leave_is_not_sent(cast, account, sink):
    point = ContactPoint.objects.filter(contact__clients=cast.hollis).first()
    now = timezone.now()
    put(
        *(cast, account),
        to=(("", point.value),),
        contact_points=(point.pk,),
        level=3,
        not_before=now,
        now=now,
    )
    ContactPoint.objects.filter(pk=point.pk).update(state="blocked")
    late = put(cast, account, key="late", not_before=now, now=now)
    Message.objects.filter(pk=late.pk).update(useless_after=now - timedelta(seconds=1))
    send(account)
    assert states() == ["withdrawn", "withdrawn"] and not sink.ledger()
    reasons = list(Message.objects.order_by("pk").values_list("reason", flat=True))
    assert reasons == [rules.ADDRESS_BLOCKED, rules.OVERDUE]


def test_what_a_dead_worker_held_is_put_right(cast, account, sink):
    claimed, sending = letters(cast, account, "a@y.example", "b@y.example")
    dead = Worker.this().name.replace(":", ":9", 1)
    given = {"worker": dead, "lease": timezone.now() + timedelta(hours=1)}
    Message.objects.filter(pk=claimed.pk).update(state="claimed", **given)
    Message.objects.filter(pk=sending.pk).update(state="sending", **given)
    assert recording.heal(Worker.this(), timezone.now()) == 2
    assert states() == ["queued", "uncertain"]
    send(account)
    assert states() == ["sent", "uncertain"]
    assert [one.recipients for one in sink.ledger()] == [("a@y.example",)]


def test_what_was_taken_from_us_meanwhile_gets_no_dot(cast, account, sink, monkeypatch):
    [message] = letters(cast, account, "a@y.example")
    claim = recording.claim

    def stolen(*args, **given):
        found = claim(*args, **given)
        Message.objects.filter(pk=message.pk).update(worker="another")
        return found

    monkeypatch.setattr(recording, "claim", stolen)
    send(account, until=lambda: "DATA" in sink.commands)
    assert not sink.ledger()
    assert Message.objects.get().state == "claimed"
