import pytest

from tests.support.dovecot import Dovecot


@pytest.fixture(scope="session")
def dovecot():
    with Dovecot() as server:
        yield server
