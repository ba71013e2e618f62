"""What a server says when it refuses a password, and what is made of it."""

import pytest

from postroom.connections import trouble
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.reaching import Settings
from tests.support.rare_answers import bye_before_fetch, refuse
from tests.support.scripted_imap import ScriptedImap

PASSWORD = 'Said"Back\\By4the9Server'


@pytest.mark.parametrize(
    ("answer", "code", "words", "final"),
    [
        (
            refuse("[AUTHENTICATIONFAILED] Sorry"),
            trouble.SIGN_IN,
            "[AUTHENTICATIONFAILED] Sorry",
            True,
        ),
        (
            refuse(f'LOGIN anna "Said\\"Back\\\\By4the9Server" and {PASSWORD}'),
            trouble.SIGN_IN,
            'LOGIN anna "…" and …',
            True,
        ),
        (bye_before_fetch, trouble.DISCONNECTED, "", False),  # not the password's fault
    ],
)
def test_a_refusal_is_in_the_servers_words_without_the_password(answer, code, words, final):
    with ScriptedImap() as server:
        server.answer("LOGIN", answer)
        settings = Settings(server.host, server.port, "none", "anna", PASSWORD, anywhere=True)
        with pytest.raises(trouble.Trouble) as met, open_mailbox(settings):
            pass
    assert (met.value.code, met.value.final) == (code, final)
    assert words in met.value.detail
    assert "b'" not in met.value.detail
