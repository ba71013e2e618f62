"""The scripted server, and an account at it, for passes made in the test's own process."""

from collections.abc import Iterator

import pytest

from postroom.connections.models import MailAccount
from postroom.intake.tests.post import account_at
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap() as one:
        yield one


@pytest.fixture
def account(cast: Cast, server: ScriptedImap) -> MailAccount:
    return account_at(server, cast.practice)
