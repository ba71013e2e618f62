"""Which worker holds a folder."""

from datetime import UTC, datetime, timedelta

import pytest

from postroom.connections.models import FolderState, MailAccount
from postroom.kit.processes import Worker
from tests.support.cast import Cast

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
US, THEM = Worker("here:1:1"), Worker("elsewhere:2:2")
DEAD = Worker(Worker.this().name + "0")  # of this machine, begun at another time: gone


@pytest.fixture
def state(cast: Cast) -> FolderState:
    account = MailAccount.objects.create(practice=cast.practice, name="Desk", host="mail.test")
    return FolderState.objects.create(practice=cast.practice, account=account, folder="Incoming")


def test_a_folder_is_held_until_it_is_given_back_or_the_time_is_over(state) -> None:
    def held(by: Worker, seconds: int = 0) -> bool:
        return FolderState.objects.held(state.account_id, by, NOW + timedelta(seconds=seconds))

    assert not held(US)
    assert FolderState.objects.take(state.pk, THEM, NOW, 120)
    assert (held(US), held(US, 119), held(US, 121), held(THEM)) == (True, True, False, False)
    FolderState.objects.give_back(state.pk, THEM)
    assert not held(US)


def test_a_dead_worker_holds_nothing(state) -> None:
    assert FolderState.objects.take(state.pk, DEAD, NOW, 120)
    assert not FolderState.objects.held(state.account_id, Worker.this(), NOW)
    assert FolderState.objects.take(state.pk, Worker.this(), NOW, 120)
