"""`postroom account add|list|test|deactivate`."""

import argparse
import json
from pathlib import Path

from django.utils.translation import gettext as _

from postroom.cli.common import (
    Failure,
    account_named,
    add_practice,
    need_ready,
    password_from,
    utc_now,
)
from postroom.connections import words
from postroom.connections.actions import (
    Trial,
    save_account,
    set_active,
    settings_of,
    try_account,
)
from postroom.connections.models import MailAccount
from postroom.connections.reaching import Settings
from postroom.connections.rules import folder_faults, one_spelling
from postroom.connections.trouble import KEY_MISSING
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice.actions import the_practice


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("account", help=_("mail accounts"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    new = verbs.add_parser("add", help=_("connect a mailbox, or change one of the same name"))
    new.add_argument("--name", required=True)
    new.add_argument("--host", required=True)
    new.add_argument("--port", required=True, type=int)
    new.add_argument("--security", required=True, choices=[s for s, _w in MailAccount.SECURITIES])
    new.add_argument("--user", required=True)
    new.add_argument("--password-file", required=True, type=Path)
    new.add_argument("--incoming", default="Incoming")
    new.add_argument("--resolved", default="Resolved")
    new.add_argument("--unresolved", default="Unresolved")
    new.add_argument("--create-folders", action="store_true")
    new.add_argument("--ca-file", type=Path)
    new.set_defaults(run=run_add)
    listing = verbs.add_parser("list", help=_("the accounts and how they are"))
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    test = verbs.add_parser("test", help=_("connect now and say what works"))
    test.set_defaults(run=run_test)
    rest = verbs.add_parser("deactivate", help=_("rest an account; nothing is deleted"))
    rest.set_defaults(run=run_deactivate)
    for one in (test, rest):
        one.add_argument("name", nargs="?")
        one.add_argument("--name", dest="named")
    for one in (new, listing, test, rest):
        add_practice(one)


def run_add(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    if args.port in (110, 995):
        raise Failure(_("This is POP3; Postroom reads mail by IMAP only (usually port 993)."))
    folders = (one_spelling(args.incoming), args.resolved, args.unresolved)
    for position, fault in folder_faults(folders).items():
        raise Failure(f"{folders[position]}: {words.FOLDER_FAULTS[fault]}")
    settings = Settings(
        args.host,
        args.port,
        args.security,
        args.user,
        password_from(args.password_file),
        _text_of(args.ca_file) if args.ca_file else "",
        anywhere=True,
    )
    trial = try_account(settings, folders, create_folders=args.create_folders)
    _print_trial(trial, settings)
    if not trial.ok:
        raise Failure(_("Nothing was saved."))
    account = save_account(practice, args.name, settings, folders, by=None, now=utc_now())
    print(_("Account “%s” is connected.") % account.name)
    return 0


def run_list(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    for account in practice.accounts.prefetch_related("workflows").order_by("name"):
        if args.json:
            print(json.dumps(_as_dict(account), ensure_ascii=False))
        else:
            state = words.state(account).sentence
            print(f"{account.name}  {account.user} @ {account.host}:{account.port}  {state}")
    return 0


def run_test(args: argparse.Namespace) -> int:
    need_ready()
    account = _chosen(args)
    workflow = account.workflows.filter(active=True).first()
    try:
        settings = settings_of(account)
    except (KeyMissing, Tampered) as error:
        said = words.trouble(KEY_MISSING, account=account.name)
        raise Failure(f"{said.sentence} {said.advice}") from error
    trial = try_account(settings, workflow.folders if workflow else ())
    _print_trial(trial, settings)
    return 0 if trial.ok else 1


def run_deactivate(args: argparse.Namespace) -> int:
    need_ready()
    account = _chosen(args)
    set_active(account, False, by=None, now=utc_now())
    print(_("Account “%s” rests. What was filed stays.") % account.name)
    return 0


def _chosen(args: argparse.Namespace) -> MailAccount:
    name = args.named or args.name
    if not name:
        raise Failure(_("Which account? Say --name NAME."))
    return account_named(the_practice(args.practice), name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(_("The certificate file cannot be read: %s") % error) from error


def _print_trial(trial: Trial, settings: Settings) -> None:
    for step in trial.steps:
        facts = {"host": settings.host, "port": settings.port, "user": settings.user}
        said = words.step(
            step.name, step.code, step.detail, creates=False, account=settings.user, **facts
        )
        if said.why is None:
            print(f"✓ {said.title}")
            continue
        print(f"✗ {said.title}. {said.why.sentence} {said.why.advice}")
        if said.said:
            print(f"  {said.said}")


def _as_dict(account: MailAccount) -> dict[str, object]:
    return {
        "name": account.name,
        "host": account.host,
        "port": account.port,
        "security": account.security,
        "user": account.user,
        "active": account.active,
        "trouble": account.trouble,
        "detail": account.trouble_detail,
        "checked_at": account.checked_at.isoformat() if account.checked_at else None,
        "workflows": [list(w.folders) for w in account.workflows.all() if w.active],
    }
