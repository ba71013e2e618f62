"""A token of Alice's practice, and a system that has it."""

import pytest

from postroom.api import door
from postroom.api.door import Rate
from postroom.api.tests.system import System, make_token
from postroom.practice.models import AccessToken
from tests.support.cast import Cast


@pytest.fixture(autouse=True)
def fresh_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "RATE", Rate(door.PER_MINUTE))


@pytest.fixture
def token(cast: Cast) -> tuple[AccessToken, str]:
    return make_token(cast.practice)


@pytest.fixture
def system(token: tuple[AccessToken, str]) -> System:
    return System(token[1])
