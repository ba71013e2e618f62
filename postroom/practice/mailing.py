"""Postroom's own messages: a reset, an invitation. Plain text, sent by the worker.

They carry links that let somebody in: on their way through the table of tasks they are sealed,
and the log never shows them.
"""

import json

from django.conf import settings

from postroom.kit.background import task
from postroom.practice.system_mail import message

PLACE = "system mail"


def send(to: str, subject: str, body: str) -> None:
    """Send it soon; it is tried again where the server is away. Commits with the caller's rows."""
    letter = json.dumps({"to": to, "subject": subject, "body": body})
    send_sealed.enqueue(settings.KEYRING.seal(letter, PLACE))


@task()
def send_sealed(sealed: str) -> None:
    """One message, to one address; a repeat after a crash sends it twice rather than never."""
    letter = json.loads(settings.KEYRING.open(sealed, PLACE))
    message(letter["to"], letter["subject"], letter["body"]).send()
