import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import chromium
from tests.support.dovecot import Dovecot
from tests.support.mails import client_rows
from tests.support.office import at_dovecot
from tests.support.once import once
from tests.support.postroom import House


@pytest.fixture(scope="session")
def dovecot():
    """One Dovecot for the whole run; each test takes a fresh user in it."""
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_without_move():
    """A Dovecot that does not own up to MOVE, for the way by COPY."""
    with Dovecot(hide=["MOVE"]) as server:
        yield server


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A house with a practice and its clients, never run: to be copied.

    It stands on the PostgreSQL of POSTROOM_DATABASE_URL when that is set, else on SQLite.
    """
    cluster = os.environ.get("POSTROOM_DATABASE_URL")
    if cluster:
        folder = tmp_path_factory.mktemp("houses") / "furnished"
        with House.build(folder, cluster) as house:
            _furnish(house)
            yield house
        return
    folder = once(tmp_path_factory, "furnished", lambda folder: _furnish(House(folder)))
    yield House(folder)


def _furnish(house: House) -> None:
    house.setup()
    house.import_clients(client_rows())


@pytest.fixture
def house(furnished, tmp_path):
    """A furnished house of the test's own."""
    with furnished.copy(tmp_path / "house") as one:
        yield one


@pytest.fixture
def office(house, dovecot):
    """That house with an account over TLS in the common Dovecot."""
    return at_dovecot(house, dovecot)


@pytest.fixture
def browser(key: str) -> Iterator[Browser]:
    """A Chromium of the test's own. `key` is a session that the test's file takes before it starts:
    then it keeps the database to itself."""
    with chromium() as started:
        yield started
