"""Postroom's own messages: a reset, an invitation. Plain text, sent by the worker.

They carry links that let somebody in: on their way through the table of tasks they are sealed,
and the log never shows them.
"""

import json

from django.conf import settings
from django.core.mail import EmailMessage

from postroom.kit.background import task

PLACE = "system mail"


def is_possible() -> bool:
    """Whether the installer named a mail server for this (POSTROOM_EMAIL_URL)."""
    return bool(settings.SENDS_MAIL)


def send(to: str, subject: str, body: str) -> None:
    """Send it soon; it is tried again where the server is away. Commits with the caller's rows."""
    letter = json.dumps({"to": to, "subject": subject, "body": body})
    send_sealed.enqueue(settings.KEYRING.seal(letter, PLACE))


@task()
def send_sealed(sealed: str) -> None:
    """One message, to one address; a repeat after a crash sends it twice rather than never."""
    letter = json.loads(settings.KEYRING.open(sealed, PLACE))
    message = EmailMessage(
        subject=" ".join(letter["subject"].split()),
        body=letter["body"],
        to=[letter["to"]],
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no holiday notice comes back
    )
    message.send()
