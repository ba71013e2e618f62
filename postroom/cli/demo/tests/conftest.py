from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from postroom.cli.demo.letters import letters
from postroom.cli.demo.mailbox import INBOX
from postroom.cli.demo.mailserver import FOLDERS, MailServer

NOW = datetime(2026, 11, 26, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def post() -> list[bytes]:
    return letters(NOW)


@pytest.fixture(scope="session")
def parsed(post: list[bytes]) -> list[EmailMessage]:
    parser = BytesParser(policy=default)
    return [parser.parsebytes(raw) for raw in post]


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    server = MailServer("a-mail-password", tmp_path_factory.mktemp("mail") / "mail.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: MailServer) -> MailServer:
    """A running server with empty folders; for tests that do not stop it."""
    with shared_server.mailbox() as client:
        for folder in (INBOX, *FOLDERS):
            client.select(f'"{folder}"')
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()
    return shared_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[MailServer]:
    """A running server that the test may stop and start."""
    server = MailServer("a-mail-password", tmp_path / "mail.log")
    server.start()
    yield server
    server.stop()
