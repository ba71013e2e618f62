"""What several commands share."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from postroom.connections.models import MailAccount
from postroom.practice.models import Practice


class Failure(Exception):
    """The command cannot go on; the text says why and what to do."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def add_practice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--practice", metavar="NAME", help=_("which practice, where there are several")
    )


def password_from(path: Path) -> str:
    """The first line of a file: a password on the command line would stand in its history."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise Failure(_("The password file cannot be read: %s") % error) from error
    if not lines or not lines[0].strip():
        raise Failure(_("The password file %s is empty.") % path)
    return lines[0].rstrip("\r\n")


def need_ready() -> None:
    """Refuse to start half set up. Raises Failure with the next step."""
    if not settings.KEYRING.keys:
        raise Failure(
            _("There is no key file at %s: run `postroom setup` first.") % settings.KEY_FILE
        )
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise Failure(_("The database cannot be opened: %s") % error) from error
    if missing:
        raise Failure(_("The database is not up to date: run `postroom setup` first."))


def account_named(practice: Practice, name: str) -> MailAccount:
    account = MailAccount.objects.filter(practice=practice, name=name).first()
    if account is None:
        names = ", ".join(practice.accounts.values_list("name", flat=True)) or _("none")
        raise Failure(
            _("There is no account “%(name)s”. There are: %(names)s.")
            % {"name": name, "names": names}
        )
    return account
