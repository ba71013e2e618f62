import pytest
from django.db import transaction

from postroom.kit.background.tick import Ticker, every
from postroom.kit.tests.background_house import ON_COMMITTED_ROWS, process
from postroom.kit.tests.background_tasks import note, read
from postroom.practice.jobs import claim_slot
from postroom.practice.models import Tick


def beat(clock: str, day: str = "2026-03-01") -> str:
    return f"{day}T{clock}:00.000+00:00"


@pytest.mark.django_db
def test_a_slot_is_claimed_once():
    assert [claim_slot("a", beat("10:00")) for _ in range(3)] == [True, False, False]


@pytest.mark.django_db
def test_each_name_has_its_own_slots():
    assert claim_slot("a", beat("10:00"))
    assert claim_slot("b", beat("10:00"))


@pytest.mark.django_db
def test_beats_go_on_once_each_when_the_clock_was_set_back():
    assert all(claim_slot("a", beat(at)) for at in ("10:00", "10:59", "11:00"))
    assert [claim_slot("a", beat("10:00")) for _ in range(2)] == [True, False]
    assert [claim_slot("a", beat("10:59")) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_a_worker_whose_clock_is_some_minutes_late_repeats_no_beat():
    assert all(claim_slot("a", beat(at)) for at in ("10:00", "10:04", "10:05"))
    assert not claim_slot("a", beat("10:00"))


@pytest.mark.django_db
def test_a_date_is_claimed_once_for_ever():
    assert all(claim_slot("a", day) for day in ("2026-03-01", "2026-03-02"))
    assert not claim_slot("a", "2026-03-01")


@pytest.mark.django_db
def test_slots_are_forgotten_after_a_week():
    for day in range(1, 29):
        claim_slot("a", beat("10:00", f"2026-03-{day:02}"))
        claim_slot("b", f"2026-03-{day:02}")
    assert Tick.objects.filter(name="a").count() <= 10
    assert Tick.objects.filter(name="b").count() <= 10
    assert not claim_slot("b", "2026-03-21")


@pytest.mark.django_db
def test_a_claim_that_is_rolled_back_is_free_again():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert claim_slot("a", beat("10:00"))
        raise ZeroDivisionError
    assert claim_slot("a", beat("10:00"))


@ON_COMMITTED_ROWS
def test_a_task_that_cannot_be_enqueued_leaves_its_slot_free(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("the queue is away")

    monkeypatch.setattr(type(note), "enqueue", refuse)
    Ticker([every("00:00", "a")(note)], claim=claim_slot).look()
    assert not Tick.objects.exists()


@ON_COMMITTED_ROWS
def test_two_worker_processes_fire_each_slot_once(tmp_path, transactional_db):
    page, log = tmp_path / "page", tmp_path / "log"
    script = ("postroom.practice.tests.ticking", str(page), "4")
    with process(*script, log=log) as first, process(*script, log=log) as second:
        assert (first.wait(60), second.wait(60)) == (0, 0), log.read_text()
    lines = read(page)
    calls = [line for line in lines if line.startswith("beat")]
    assert lines.count("day") == 1
    assert len(calls) >= 10
    assert len(calls) == Tick.objects.filter(name="beat").count()
