"""Signing in with an OAuth 2 access token, by XOAUTH2 and OAUTHBEARER (RFC 7628)."""

import base64
from typing import Any

import pytest

from postroom.connections import trouble
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.reaching import Settings
from postroom.connections.trouble import Trouble
from postroom.connections.trying import try_account
from tests.support.scripted_imap import ScriptedImap

TOKEN = "ya29.a0AfH6SMBtoken"
WHY = base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode()


class Tokens:
    """A server's answer to AUTHENTICATE: it takes one token. `heard` is what it was sent."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.heard: list[bytes] = []

    def __call__(self, session: Any, tag: str, args: list[str]) -> bool:
        session.send("+ ")
        self._hear(session)
        if self.token.encode() in self.heard[0]:
            session.send(f"{tag} OK welcome")
        else:
            session.send(f"+ {WHY}")
            self._hear(session)
            sent = base64.b64encode(self.heard[0]).decode()
            session.send(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials {sent}")
        return True

    def _hear(self, session: Any) -> None:
        self.heard.append(base64.b64decode(session.file.readline()))


def settings_for(server: ScriptedImap, **more: Any) -> Settings:
    facts = {"password": TOKEN, "proof": "token", "anywhere": True, **more}
    return Settings(server.host, server.port, "none", "anna@tern.example", **facts)


@pytest.mark.parametrize(
    ("mechanism", "first"),
    [
        ("XOAUTH2", f"user=anna@tern.example\1auth=Bearer {TOKEN}\1\1"),
        ("OAUTHBEARER", f"n,a=anna@tern.example,\1auth=Bearer {TOKEN}\1\1"),
    ],
)
def test_a_token_opens_the_mailbox(mechanism: str, first: str) -> None:
    with ScriptedImap() as server:
        server.capabilities.append(f"AUTH={mechanism}")
        tokens = Tokens()
        server.answer("AUTHENTICATE", tokens)
        with open_mailbox(settings_for(server)) as mailbox:
            assert "Incoming" in mailbox.folders()
            assert mailbox.can_move
    assert tokens.heard == [first.encode()]
    assert not any(command.startswith("LOGIN") for command in server.commands)


@pytest.mark.parametrize(("mechanism", "dummy"), [("XOAUTH2", b""), ("OAUTHBEARER", b"\1")])
def test_a_stale_token_is_its_own_trouble_and_is_shown_nowhere(
    mechanism: str, dummy: bytes
) -> None:
    with ScriptedImap() as server:
        server.capabilities.append(f"AUTH={mechanism}")
        tokens = Tokens("another")
        server.answer("AUTHENTICATE", tokens)
        with pytest.raises(Trouble) as met, open_mailbox(settings_for(server)):
            pass
    assert (met.value.code, met.value.final) == (trouble.TOKEN, True)
    assert "Invalid credentials" in met.value.detail
    assert '"status":"400"' in met.value.detail
    assert TOKEN not in met.value.detail
    assert base64.b64encode(tokens.heard[0]).decode() not in met.value.detail
    assert tokens.heard[1] == dummy


def test_a_server_that_takes_no_tokens_is_sent_none() -> None:
    with ScriptedImap() as server:
        trial = try_account(settings_for(server))
        assert trial.steps[-1].code == trouble.NO_TOKENS
        assert trial.steps[-1].name == "sign-in"
        assert not any(TOKEN in command for command in server.commands)
