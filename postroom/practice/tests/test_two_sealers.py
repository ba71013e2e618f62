"""Two workers seal at once, while people go on: one chain, every row once."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections
from django.utils import timezone

from postroom.practice import audit, sealing
from postroom.practice.models import AuditChain, AuditEvent, AuditKey
from tests.support.cast import Cast, make_cast

NOW = timezone.now()
ROWS = 60


@pytest.fixture
def world(transactional_db: None) -> Iterator[Cast]:
    yield make_cast()
    # Sealed rows refuse to go when the test's database is emptied: open the door for them.
    AuditChain.objects.update(floor=2**40)
    AuditEvent.objects.all().delete()


def write(world: Cast, many: int) -> None:
    for n in range(many):
        audit.record(world.practice.pk, "read", "entry", n, by=world.bob, now=NOW)


def together(*acts: Callable[[], object]) -> None:
    """All at once, each with a connection of its own; the first error is raised here."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(30)
            act()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if errors:
        raise errors[0]


def test_two_sealers_at_once_make_one_chain(world: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    write(world, ROWS)
    seal = lambda: sealing.seal_all(NOW)  # noqa: E731
    together(seal, seal, lambda: write(world, 10))
    sealing.seal_all(NOW)
    seqs = sorted(AuditEvent.objects.values_list("seq", flat=True))
    assert seqs == list(range(1, ROWS + 11))
    assert AuditKey.objects.count() == 1
    assert sealing.verify(world.practice, NOW).well


def test_a_sealer_that_was_overtaken_begins_again(
    world: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the other one waits for the first; on PostgreSQL it comes in between."""
    write(world, 5)
    sealing.seal_all(NOW)
    write(world, 5)
    opened, others = sealing._opened, []

    def another_comes(key: AuditKey) -> bytes:
        if not others and connection.vendor == "postgresql":
            others.append(True)
            together(lambda: sealing.seal(world.practice.pk, NOW))
        return opened(key)

    monkeypatch.setattr(sealing, "_opened", another_comes)
    sealing.seal(world.practice.pk, NOW)
    assert sealing.verify(world.practice, NOW).rows == 10
    assert sealing.verify(world.practice, NOW).well
    assert not AuditEvent.objects.filter(seq=None).exists()
