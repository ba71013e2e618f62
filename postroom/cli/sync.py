"""`postroom sync` (one full pass) and `postroom idle` (is any work open?)."""

import argparse
import json
import time
from dataclasses import asdict

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import Failure, account_named, add_practice, need_ready, utc_now
from postroom.connections.models import FolderState, MailAccount
from postroom.connections.trouble import Trouble
from postroom.intake import actions
from postroom.kit.processes import Worker
from postroom.outbox import recording
from postroom.practice.actions import the_practice

LOOK_SECONDS = 0.2  # between two looks into the database
PATIENCE_SECONDS = 150  # for a worker that is at the same account: longer than its lease


def add(commands: argparse._SubParsersAction) -> None:
    sync = commands.add_parser("sync", help=_("one full pass over the accounts, then exit"))
    sync.add_argument("--account", metavar="NAME")
    sync.add_argument("--json", action="store_true")
    sync.set_defaults(run=run_sync)
    idle = commands.add_parser("idle", help=_("exit 0 when no work is open"))
    idle.set_defaults(run=run_idle)
    for parser in (sync, idle):
        add_practice(parser)


def run_sync(args: argparse.Namespace) -> int:
    need_ready()
    worker, well = Worker.this(), True
    for account in _accounts(args):
        outcome = _patiently(account, worker)
        well = well and outcome.well
        if args.json:
            print(json.dumps({**asdict(outcome), "well": outcome.well}, ensure_ascii=False))
        else:
            words = ngettext(
                "%(account)s: %(taken)d taken in.",
                "%(account)s: %(taken)d taken in.",
                outcome.taken,
            )
            said = f" {outcome.trouble}: {outcome.detail}" if outcome.trouble else ""
            print(words % {"account": outcome.account, "taken": outcome.taken} + said)
    return 0 if well else 1


def run_idle(args: argparse.Namespace) -> int:
    """Asks the servers too: what lies in Incoming unseen is open work as well."""
    need_ready()
    work = 0
    for account in _accounts(args):
        work += actions.open_questions(account)
        if not work:
            try:
                work += actions.unseen(account)
            except Trouble as trouble:
                print(f"{account.name}: {trouble}")
                work += 1
    practice = the_practice(args.practice) if args.practice else None
    work += recording.open_work(utc_now(), practice=practice)
    if work:
        print(_("Work is open: %s") % work)
    return 1 if work else 0


def _patiently(account: MailAccount, worker: Worker) -> actions.Outcome:
    """A pass; where another worker is at it, again when that one has let go.

    Meanwhile only the database is asked: a server locks out who signs in every second.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        outcome = actions.sync(account, worker=worker, clock=utc_now)
        if not outcome.busy or time.monotonic() > give_up:
            return outcome
        time.sleep(settings.POLL_SECONDS or 1.0)
        while FolderState.objects.held(account.pk, worker, utc_now()):
            if time.monotonic() > give_up:
                return outcome
            time.sleep(LOOK_SECONDS)


def _accounts(args: argparse.Namespace) -> list[MailAccount]:
    if getattr(args, "account", None):
        account = account_named(the_practice(args.practice), args.account)
        if not account.active:
            raise Failure(_("The account “%s” is switched off.") % account.name)
        return [account]
    accounts = MailAccount.objects.working().order_by("id")
    if args.practice:
        accounts = accounts.filter(practice=the_practice(args.practice))
    return list(accounts)
