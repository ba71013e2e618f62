"""How the queue stands: what waits, since when, what was given up; the same on either engine."""

from datetime import timedelta

import pytest
from django.utils import timezone

from postroom.kit.background.standing import standing
from postroom.kit.tests import background_tasks as tasks
from postroom.kit.tests.background_house import give_up

pytestmark = pytest.mark.django_db


def test_an_empty_queue_has_nothing() -> None:
    stands = standing(now=timezone.now())
    assert (stands.waiting, stands.oldest, stands.failed) == (0, None, 0)


def test_what_waits_is_counted_with_the_time_of_the_oldest() -> None:
    before = timezone.now()
    for word in "ab":
        tasks.note.enqueue("/nowhere", word)
    now = timezone.now()
    stands = standing(now=now)
    assert (stands.waiting, stands.failed) == (2, 0)
    assert stands.oldest
    assert before - timedelta(seconds=1) <= stands.oldest <= now + timedelta(seconds=1)


def test_one_kind_of_task_is_told_from_the_others() -> None:
    tasks.note.enqueue("/nowhere", "a")
    now = timezone.now()
    assert standing(path=tasks.note.module_path, now=now).waiting == 1
    assert standing(path=tasks.slow.module_path, now=now).waiting == 0


def test_what_is_to_be_run_later_waits_only_if_asked_for() -> None:
    now = timezone.now()
    tasks.note.using(run_after=now + timedelta(hours=1)).enqueue("/nowhere", "a")
    assert standing(now=now).waiting == 0
    assert standing(now=now, later=True).waiting == 1
    assert standing(now=now + timedelta(hours=2)).waiting == 1


def test_what_was_given_up_is_counted() -> None:
    tasks.note.enqueue("/nowhere", "a")
    give_up()
    stands = standing(now=timezone.now())
    assert (stands.waiting, stands.failed) == (0, 1)
