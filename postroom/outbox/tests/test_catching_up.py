"""After a gap what came due meanwhile is asked about; no wire."""

from datetime import timedelta

import pytest
from django.urls import reverse

from postroom.kit.processes import Worker
from postroom.outbox import desk, rules
from postroom.outbox.catching_up import BEAT, Beat, ask, asked_about, let_go
from postroom.outbox.lane import Lane
from postroom.outbox.models import Message
from postroom.outbox.recording import claim, open_work
from postroom.outbox.tests.post import NOW, make_account, put
from postroom.practice.jobs import claim_slot
from postroom.practice.models import AuditEvent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def account(cast):
    return make_account(cast.practice)


def queue_some(cast, account, number, **given):
    given = {"not_before": NOW, **given}
    return [put(cast, account, key=f"{n}", **given) for n in range(number)]


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


def asked():
    return asked_about(Message.objects.all()).count()


def taken(account, now, most=100):
    return len(claim(account, most, worker=Worker.this(), now=now))


def test_after_a_jump_of_the_clock_more_than_twenty_wait_for_an_answer(cast, account):
    queue_some(cast, account, 21)
    clock = Clock(NOW - 2 * HOUR)
    beat = Beat(clock)
    beat.strike()
    clock.now = NOW
    assert not beat.is_steady(NOW)
    beat.strike()
    assert beat.is_steady(NOW)
    assert (asked(), taken(account, NOW), open_work(NOW)) == (21, 0, 0)
    assert AuditEvent.objects.get(action="ask").data == {"count": 21}


def test_after_a_long_stop_the_next_worker_asks(cast, account):
    queue_some(cast, account, 21)
    Beat(Clock(NOW - 2 * HOUR)).strike()
    Beat(Clock(NOW)).strike()
    assert asked() == 21


def test_a_short_stop_few_letters_and_a_first_start_ask_nothing(cast, account):
    queue_some(cast, account, 21)
    Beat(Clock(NOW)).strike()  # nothing is known of before
    Beat(Clock(NOW + HOUR)).strike()
    assert asked() == 0
    desk.cancel(Message.objects.first(), by=None, now=NOW)
    Beat(Clock(NOW + 3 * HOUR)).strike()
    assert (asked(), taken(account, NOW)) == (0, 20)


def test_where_another_worker_went_on_there_was_no_gap(cast, account):
    queue_some(cast, account, 21)
    clock = Clock(NOW - 2 * HOUR)
    beat = Beat(clock)
    beat.strike()
    claim_slot(BEAT, (NOW - timedelta(minutes=1)).isoformat(timespec="milliseconds"))
    clock.now = NOW
    beat.strike()
    assert asked() == 0


def test_a_lane_takes_nothing_before_somebody_has_looked_at_the_gap(cast, account):
    put(cast, account, not_before=NOW)
    beat = Beat(Clock(NOW))
    lane = Lane(account.pk, Worker.this(), Clock(NOW), beat.is_steady)
    assert lane._claim(account) == []
    beat.strike()
    assert len(lane._claim(account)) == 1


def test_what_is_written_after_the_question_leaves_meanwhile(cast, account):
    queue_some(cast, account, 21)
    ask(NOW)
    put(cast, account, key="new", not_before=NOW + HOUR)
    put(cast, account, key="later", not_before=NOW + 3 * HOUR)
    assert taken(account, NOW + HOUR) == 1


def test_each_practice_is_asked_about_its_own(cast, account):
    queue_some(cast, account, 21)
    other = make_account(cast.other)
    message = put(cast, account, key="other")
    given = {"practice": cast.other, "account": other, "not_before": NOW}
    Message.objects.filter(pk=message.pk).update(**given)
    ask(NOW)
    assert asked() == 21 and taken(other, NOW) == 1


def test_let_go_they_leave_and_have_a_day_to_be_tried(cast, account):
    queue_some(cast, account, 21)
    late = NOW + timedelta(days=3)
    ask(late)
    assert let_go(cast.practice, Message.objects.all(), by=cast.bob, now=late) == 21
    assert (asked(), taken(account, late)) == (0, 21)
    assert Message.objects.filter(due=late).count() == 21
    assert AuditEvent.objects.filter(action="send_now", member=cast.bob).count() == 21


def test_one_of_them_is_sent_now(cast, account):
    first, *_ = queue_some(cast, account, 21)
    ask(NOW)
    desk.send_now(first, by=cast.bob, now=NOW)
    assert (asked(), taken(account, NOW)) == (20, 1)


def ask_page(cast, member):
    return cast.browser(member).get(reverse("outbox:outbox", args=["tern"]))


def answer(cast, member, do):
    until = ask_page(cast, member).context["lists"].question.until.isoformat()
    url = reverse("outbox:catch_up", args=["tern"])
    return cast.browser(member).post(url, {"do": do, "until": until}, follow=True)


def test_the_outbox_asks_with_the_number_and_how_old_they_are(cast, account):
    assert "Catch up?" not in ask_page(cast, cast.bob).content.decode()
    queue_some(cast, account, 21)
    ask(NOW)
    seen = ask_page(cast, cast.bob).content.decode()
    for words in ("Catch up?", "21 messages came due", "The oldest should have left", "23 Nov"):
        assert words in seen
    assert 'id="catch-up-send"' in seen and "Send 21 messages" in seen
    clients = (cast.hollis.pk,)
    Message.objects.all().delete()
    queue_some(cast, account, 21, clients=clients)
    ask(NOW)
    seen = ask_page(cast, cast.rita).content.decode()
    assert "Catch up?" in seen and 'id="catch-up-send"' not in seen


@pytest.mark.parametrize(("do", "state"), [("send", "queued"), ("cancel", "cancelled")])
def test_the_answer_is_for_what_was_shown(cast, account, do, state):
    queue_some(cast, account, 21)
    ask(NOW)
    younger = put(cast, account, key="younger", not_before=NOW + HOUR)
    until = ask_page(cast, cast.bob).context["lists"].question.until
    Message.objects.filter(pk=younger.pk).update(reason=rules.CATCH_UP)  # after a second gap
    url = reverse("outbox:catch_up", args=["tern"])
    cast.browser(cast.bob).post(url, {"do": do, "until": until.isoformat()})
    assert asked() == 1
    assert set(Message.objects.exclude(pk=younger.pk).values_list("state", flat=True)) == {state}


def test_nobody_answers_for_letters_that_are_not_theirs_to_read(cast):
    mine = make_account(cast.practice, owner=cast.bob, name="Bob's")
    queue_some(cast, mine, 21, by=cast.bob)
    ask(NOW)
    url = reverse("outbox:catch_up", args=["tern"])
    given = {"do": "send", "until": (NOW + HOUR).isoformat()}
    assert "Catch up?" not in ask_page(cast, cast.alice).content.decode()
    cast.browser(cast.alice).post(url, given)
    assert asked() == 21
    assert "21 messages leave now" in answer(cast, cast.bob, "send").content.decode()
    assert asked() == 0
