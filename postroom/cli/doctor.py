"""`postroom doctor`: is this installation sound?"""

import argparse
import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import Failure, need_ready, utc_now
from postroom.connections.actions import settings_of
from postroom.connections.words import state
from postroom.intake import health_words
from postroom.intake.health import AccountHealth, Health, Machine, look_at_machine, look_over
from postroom.intake.models import Sighting
from postroom.intake.reporting import account_json
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice.models import AuditChain, AuditEvent, Practice
from postroom.practice.sealing import LATE
from postroom.register.models import StoredMail

ENOUGH_DISK = 1024**3  # bytes
RECENT = 1000  # letters whose files are looked for


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `well` False makes the command exit with 1."""

    name: str
    well: bool
    words: str
    facts: dict[str, Any] | None = None  # times and numbers, as in the page's JSON


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("doctor", help=_("look over the installation"))
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    findings = list(examine())
    for finding in findings:
        if args.json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            print(("✓ " if finding.well else "✗ ") + finding.words)
    return 0 if all(finding.well for finding in findings) else 1


def examine() -> Iterator[Finding]:
    """Everything, in the order in which one thing needs the other."""
    try:
        need_ready()
    except Failure as failure:
        yield Finding("ready", False, str(failure))
        return
    yield Finding("ready", True, _("Key file and database are there and up to date."))
    for look in (_key_file, _database, _disk, _files, _audit):
        yield look()
    now = utc_now()
    yield from _machine(look_at_machine(now=now))
    for practice in Practice.objects.order_by("id"):
        found = look_over(practice, now=now)
        for one in found.accounts:
            yield _account(one)
        yield from _sending(found)


def _key_file() -> Finding:
    mode = stat.S_IMODE(settings.KEY_FILE.stat().st_mode)
    if mode & 0o077:
        return Finding(
            "key file",
            False,
            _("Others on this machine can read the key file: chmod 600 %s") % settings.KEY_FILE,
        )
    return Finding("key file", True, _("Only its owner can read the key file."))


def _database() -> Finding:
    if settings.ON_POSTGRESQL:
        return Finding("database", True, _("PostgreSQL answers."))
    with connection.cursor() as cursor:
        # A quick check reads every page; without FULL a power cut loses letters.
        facts = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "quick_check")
        }
    well = facts == {"journal_mode": "wal", "synchronous": 2, "quick_check": "ok"}
    said = ", ".join(f"{name} {value}" for name, value in facts.items())
    return Finding("database", well, _("SQLite: %s") % said)


def _disk() -> Finding:
    free = shutil.disk_usage(settings.DATA).free
    words = _("%s GB free for mail.") % f"{free / 1024**3:.1f}"
    return Finding("disk", free > ENOUGH_DISK, words)


def _files() -> Finding:
    recent = StoredMail.objects.order_by("-id")[:RECENT]
    missing = sum(not mail.path.exists() for mail in recent)
    if missing:
        words = ngettext(
            "%d of the latest letters has no file on the disk.",
            "%d of the latest letters have no file on the disk.",
            missing,
        )
        return Finding("letters", False, words % missing)
    return Finding("letters", True, _("The latest letters have their files."))


def _audit() -> Finding:
    """What the last check of each practice's audit found; `postroom audit verify` looks anew."""
    chains = AuditChain.objects.select_related("practice").order_by("practice__slug")
    spoilt = [chain.practice.slug for chain in chains if chain.findings]
    if spoilt:
        words = _("The audit log is not as it was written (%s): run `postroom audit verify`.")
        return Finding("audit", False, words % ", ".join(spoilt))
    late = AuditEvent.objects.filter(seq=None, at__lt=utc_now() - LATE).exists()
    if late:
        words = _("The audit log waits to be sealed: is `postroom worker` running?")
        return Finding("audit", False, words)
    return Finding("audit", True, _("The audit log is sealed; no line of it was changed."))


def _machine(machine: Machine) -> Iterator[Finding]:
    """The worker, its queue and our own mail; disk and key have been looked at already."""
    for condition in machine.conditions:
        if condition.code not in ("disk-low", "no-key"):
            said = health_words.say(condition)
            facts = {"code": said.code, "since": said.since and said.since.isoformat()}
            # A worker that was never started is no fault of an installation that is being made.
            well = condition.tone == "grey" or condition.code == "worker-never"
            yield Finding("machine", well, f"{said.sentence} {said.advice}", facts)
    if machine.tone == "green":
        yield Finding("machine", True, _("The worker runs, and no task waits for long."))


def _sending(found: Health) -> Iterator[Finding]:
    """What keeps messages from leaving, or needs a person; nothing where all is well."""
    for _subject, condition in found.sending:
        said = health_words.say(condition)
        name = str(condition.facts.get("account", ""))
        words = f"{said.sentence} {said.advice}"
        facts = {"code": said.code, "since": said.since and said.since.isoformat()}
        # A person has chosen to hold it: that is no fault of the installation.
        well = condition.code == "sending-held"
        yield Finding("sending", well, f"{name}: {words}" if name else words, facts)


def _account(one: AccountHealth) -> Finding:
    """How an account stands, with its books; of somebody's own, whether it is well."""
    account, facts = one.account, account_json(one)
    shown = account.name if not one.private else f"#{account.pk}"
    name = f"account {shown}"
    if not account.active:
        return Finding(name, True, f"{shown}: " + _("resting"), facts)
    try:
        settings_of(account)
    except (KeyMissing, Tampered) as error:
        return Finding(name, False, f"{shown}: {error}", facts)
    said = [health_words.say(condition).sentence for condition in one.conditions]
    words = " ".join(said) or state(account).sentence
    on_the_way = Sighting.objects.unfinished().filter(account=account).count()
    if on_the_way:
        sentence = ngettext("%d letter is on its way.", "%d letters are on their way.", on_the_way)
        words += " " + sentence % on_the_way
    return Finding(name, one.tone == "green", f"{shown}: {words}", facts)
