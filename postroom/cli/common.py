"""What several commands share."""

import argparse
import os
import pwd
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.connections.models import MailAccount
from postroom.practice import audit
from postroom.practice.models import Member, Practice

SHOWN = 50  # problems printed; --json has them all


class Failure(Exception):
    """The command cannot go on; the text says why and what to do."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def shell_user() -> str:
    """Who gave the command, as the system knows them; behind sudo, both names."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        name = str(os.getuid())
    asked = os.environ.get("SUDO_USER", "")
    return f"{asked} ({name})"[:80] if asked and asked != name else name


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


# They change nothing and show nobody's letters, or write down themselves what they do.
UNWRITTEN = ("serve", "web", "worker", "demo", "idle", "sync", "doctor", "key", "audit",
             "export", "erase")  # fmt: skip


def write_down(args: argparse.Namespace) -> None:
    """One line of the audit for a command that was carried out: who gave it, and its words.

    Options are left out, as they may name people; but not whose letters were shown. A command
    for no practice in particular is written down in each.
    """
    if args.command in UNWRITTEN:
        return
    verb = getattr(args, "kind" if args.command == "import" else "verb", "")
    words = f"{args.command} {verb}".strip()
    data = {"command": words, "shell_user": shell_user()}
    for name in ("client", "group") if args.command == "register" else ():
        if named := getattr(args, name):
            data[name] = named
    for practice in _concerned(getattr(args, "practice", None)):
        audit.record(
            practice.pk, "command", "practice", practice.pk, by=None, now=utc_now(), data=data
        )


def _concerned(name: str | None) -> list[Practice]:
    practices = list(Practice.objects.order_by("pk"))
    named = [one for one in practices if name in (one.slug, one.name)]
    return named or practices


def print_problems(report: Any, placed: Callable[[Any], str], *, refused: bool) -> None:
    """What is wrong with a file that was brought, row by row; `refused`: so nothing was done."""
    problems = sorted(report.errors + report.warnings, key=lambda problem: problem.row)
    for problem in problems[:SHOWN]:
        print(placed(problem))
    if (more := len(problems) - SHOWN) > 0:
        print(_("… and %d more.") % more)
    if refused:
        bad = len({problem.row for problem in report.errors})
        print(
            ngettext(
                "Nothing was imported: %d row has errors. Mend it, or say --skip-bad.",
                "Nothing was imported: %d rows have errors. Mend them, or say --skip-bad.",
                bad,
            )
            % bad
        )


def progress() -> Callable[[str, int], None]:
    """Tells a terminal how far a file is; says nothing where nobody looks."""
    return _progress if sys.stderr.isatty() else lambda stage, rows: None


def _progress(stage: str, rows: int) -> None:
    words = {
        "read": ngettext("%d row read", "%d rows read", rows),
        "write": ngettext("%d row written", "%d rows written", rows),
    }[stage]
    print("\r" + words % rows, end="", file=sys.stderr, flush=True)


def account_named(practice: Practice, name: str, owner: Member | None = None) -> MailAccount:
    """An account of the practice, or of this member's own."""
    accounts = practice.accounts.filter(owner=owner)
    account = accounts.filter(name=name).first()
    if account is None:
        names = ", ".join(accounts.values_list("name", flat=True)) or _("none")
        raise Failure(
            _("There is no account “%(name)s”. There are: %(names)s.")
            % {"name": name, "names": names}
        )
    return account


def member_of(practice: Practice, email: str) -> Member:
    """The member who signs in with this address. Raises Failure."""
    members = practice.members.select_related("user", "role", "practice")
    member = members.filter(user__email=email.strip().lower()).first()
    if member is None:
        raise Failure(
            _("Nobody at %(practice)s signs in with %(email)s.")
            % {"practice": practice.name, "email": email}
        )
    return member
