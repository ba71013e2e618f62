"""A password that LOGIN has no letters for, at a real server."""

import pytest

from postroom.connections import trouble, trying
from postroom.connections.reaching import Settings
from tests.support.dovecot import Dovecot


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_an_accented_password_opens_the_mailbox(security: str) -> None:
    with Dovecot(password="marée-basse-œ") as server:
        settings = Settings(
            server.host,
            server.ports[security],
            security,
            "anna@post.test",
            server.password,
            ca_pem=server.ca_file.read_text(),
            anywhere=True,
        )
        assert trying.try_account(settings, ["INBOX"]).ok
        wrong = Settings(**{**vars(settings), "password": "marée-haute"})
        refused = trying.try_account(wrong)
    assert [step.code for step in refused.steps if not step.ok] == [trouble.SIGN_IN]
    assert not any("marée-haute" in step.detail for step in refused.steps)
