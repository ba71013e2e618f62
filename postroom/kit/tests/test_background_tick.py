import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from postroom.kit.background.tick import PAUSE, Ticker, every
from postroom.kit.tests import background_tasks as tasks
from postroom.kit.tests.background_house import (
    ON_COMMITTED_ROWS,
    empty_queue,
    rows_of_the_engine,
    wait_until,
)

NOON = datetime(2026, 3, 1, 12, 0, 7, 500_000, tzinfo=UTC)


class Ledger:
    """A claim that any number of tickers share."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str]] = set()
        self.lock = threading.Lock()

    def __call__(self, name: str, slot: str) -> bool:
        with self.lock:
            if (name, slot) in self.taken:
                return False
            self.taken.add((name, slot))
            return True


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def slot(entry, now: datetime) -> str:
    return entry(print).period.slot(now)


def test_a_beat_is_named_for_the_instant_it_began():
    assert slot(every(60, "x"), NOON) == "2026-03-01T12:00:00.000+00:00"
    assert slot(every(0.2, "x"), NOON) == "2026-03-01T12:00:07.400+00:00"


def test_a_beat_waits_for_the_end_of_its_period():
    assert every(60, "x")(print).period.wait(NOON) == timedelta(seconds=52.5)


def test_a_day_begins_at_its_hour():
    assert slot(every("12:01", "x"), NOON) == "2026-02-28"
    assert slot(every("12:00", "x"), NOON) == "2026-03-01"


def test_a_day_begins_at_its_hour_in_its_zone():
    assert slot(every("00:30", "x", zone="Pacific/Auckland"), NOON) == "2026-03-02"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-29T01:29:59+00:00", "2026-03-28"),  # 02:30 is skipped: it comes at 03:30
        ("2026-03-29T01:30:00+00:00", "2026-03-29"),
        ("2026-10-25T00:29:59+00:00", "2026-10-24"),  # 02:30 comes twice: the first counts
        ("2026-10-25T00:30:00+00:00", "2026-10-25"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25"),
    ],
)
def test_a_day_on_which_the_clocks_change_comes_once(moment, day):
    assert slot(every("02:30", "x", zone="Europe/Paris"), datetime.fromisoformat(moment)) == day


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe"])
def test_each_date_of_a_year_is_a_slot_and_waits_end_in_the_next_one(zone):
    day = every("02:30", "x", zone=zone)(print).period
    now, seen = datetime(2026, 1, 1, 12, tzinfo=UTC), []
    for _ in range(365):
        seen.append(day.slot(now))
        assert timedelta(hours=22) < day.wait(now) <= timedelta(hours=26) or len(seen) == 1
        now += day.wait(now)
    first = date.fromisoformat(seen[0])
    assert seen == [str(first + timedelta(days=n)) for n in range(365)]


@pytest.mark.parametrize("period", [0, -1, "25:00", "noon"])
def test_a_period_that_cannot_be_is_refused(period):
    with pytest.raises(ValueError):
        every(period, "x")


def test_two_entries_of_one_name_are_refused():
    with pytest.raises(ValueError):
        Ticker([every(60, "x")(print), every(5, "x")(print)], claim=Ledger())


@pytest.mark.django_db
def test_two_tickers_call_each_slot_once():
    calls: list[str] = []
    table = [
        every(60, "beat")(lambda: calls.append("beat")),
        every("12:00", "day")(lambda: calls.append("day")),
    ]
    ledger, clock = Ledger(), Clock(NOON)
    tickers = [Ticker(table, claim=ledger, clock=clock) for _ in range(2)]
    for _ in range(3):
        for ticker in tickers:
            ticker.look()
            ticker.look()
        clock.now += timedelta(minutes=1)
    assert sorted(calls) == ["beat", "beat", "beat", "day"]


@pytest.mark.django_db
def test_beats_that_were_missed_are_not_made_up():
    calls: list[int] = []
    clock = Clock(NOON)
    ticker = Ticker([every(60, "beat")(lambda: calls.append(1))], claim=Ledger(), clock=clock)
    ticker.look()
    clock.now += timedelta(hours=1)
    ticker.look()
    assert len(calls) == 2


@pytest.mark.django_db
def test_one_that_fails_leaves_the_others_alone():
    calls: list[int] = []
    table = [every(60, "bad")(lambda: 1 / 0), every(60, "good")(lambda: calls.append(1))]
    ticker = Ticker(table, claim=Ledger(), clock=Clock(NOON))
    assert ticker.look() <= 1
    ticker.look()
    assert calls == [1]


@pytest.mark.django_db
def test_a_claim_that_fails_is_made_again_a_little_later():
    calls, answers = [], [False, True]

    def claim(name: str, slot: str) -> bool:
        if not answers.pop():
            return True
        raise OSError("the database has gone")

    ticker = Ticker([every(60, "x")(lambda: calls.append(1))], claim=claim, clock=Clock(NOON))
    assert ticker.look() == PAUSE
    assert calls == []
    ticker.look()
    assert calls == [1]


@pytest.mark.django_db
def test_the_next_look_is_when_the_next_slot_begins_or_in_a_second():
    clock = Clock(NOON)
    soon = Ticker([every(0.25, "x")(print)], claim=Ledger(), clock=clock)
    late = Ticker([every(3600, "x")(print)], claim=Ledger(), clock=clock)
    assert (soon.look(), late.look()) == (0.25, 1.0)


@ON_COMMITTED_ROWS
def test_a_task_is_enqueued_in_the_commit_that_claims_its_slot(transactional_db):
    empty_queue()
    in_transaction: list[bool] = []

    def claim(name: str, slot: str) -> bool:
        in_transaction.append(transaction.get_connection().in_atomic_block)
        return True

    Ticker([every(60, "x")(tasks.forget)], claim=claim, clock=Clock(NOON)).look()
    assert in_transaction == [True]
    assert rows_of_the_engine() == 1


@ON_COMMITTED_ROWS
def test_the_thread_ticks_until_it_is_stopped():
    calls: list[str] = []
    ticker = Ticker([every(0.1, "x")(lambda: calls.append("x"))], claim=Ledger())
    ticker.start()
    wait_until(lambda: len(calls) >= 3)
    ticker.stop()
    ticker.join(60)
    assert not ticker.is_alive()
