"""Postroom's own letters: plain text, by the mail server that the installer named.

`deliver` sends one while the person who asked for it waits, because the answer is needed on the
page; what can wait goes by mailing.py.
"""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

PATIENCE = 10  # seconds for the mail server
NOWHERE = ("console", "dummy")  # backends that reach nobody
HEADERS = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no holiday notice comes back


class NotSent(Exception):
    """The letter did not leave; the text says why, for the screen."""


def deliver(to: str, subject: str, body: str) -> None:
    """Hand one letter to the installation's mail server. Raises NotSent."""
    if not is_set_up():
        raise NotSent(_("Postroom has no mail server for its own letters yet."))
    try:
        message(to, subject, body, connection=get_connection(timeout=PATIENCE)).send()
    except OSError as error:  # every error of smtplib and of the network
        log.warning("A letter of Postroom's own could not be sent: %s", type(error).__name__)
        raise NotSent(_("The mail server did not take the letter.")) from error


def message(to: str, subject: str, body: str, connection: Any = None) -> EmailMessage:
    """One letter of ours, to one address; its subject is one line whatever it was made of."""
    subject = " ".join(subject.split())
    return EmailMessage(subject, body, to=[to], connection=connection, headers=HEADERS)


def is_set_up() -> bool:
    """Whether the installer named a mail server for this (POSTROOM_EMAIL_URL)."""
    return not any(f".{name}." in settings.EMAIL_BACKEND for name in NOWHERE)
