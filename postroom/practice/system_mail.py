"""Postroom's own letters, sent while the person who asked for them waits: their answer is needed
on the page, and their text holds a secret that must not lie in a queue."""

import logging

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
        connection = get_connection(timeout=PATIENCE)
        EmailMessage(subject, body, to=[to], connection=connection, headers=HEADERS).send()
    except OSError as error:  # every error of smtplib and of the network
        log.warning("A letter of Postroom's own could not be sent: %s", type(error).__name__)
        raise NotSent(_("The mail server did not take the letter.")) from error


def is_set_up() -> bool:
    """Whether POSTROOM_EMAIL_URL names a server."""
    return not any(f".{name}." in settings.EMAIL_BACKEND for name in NOWHERE)
