from datetime import timedelta

from postroom.kit.background.rules import Pace, Retries


def test_the_waits_grow_and_then_end():
    waits = [Retries().wait_after(starts) for starts in range(1, 7)]
    assert [wait and wait.total_seconds() for wait in waits] == [10, 30, 90, 270, 810, None]


def test_a_killer_is_stopped_after_ten_starts():
    assert [Retries().may_start_again(starts) for starts in (1, 9, 10)] == [True, True, False]


def test_a_worker_is_silent_for_three_heartbeats_before_it_is_dead():
    assert Pace().stalled_after >= 3 * Pace().heartbeat


def test_an_hour_of_waits_is_longer_than_any_retry():
    longest = sum((Retries().wait_after(n) or timedelta() for n in range(1, 6)), timedelta())
    assert longest < timedelta(hours=1)
