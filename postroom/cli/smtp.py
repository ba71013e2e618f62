"""`postroom smtp`: the accounts that letters leave through."""

import argparse
import json
from pathlib import Path

from django.utils.translation import gettext as _

from postroom.cli.common import (
    Failure,
    account_named,
    add_practice,
    member_of,
    need_ready,
    password_from,
    utc_now,
)
from postroom.connections import smtp_words
from postroom.connections.models import SmtpAccount
from postroom.connections.reaching import Settings
from postroom.connections.smtp_accounts import (
    Sending,
    reach,
    save_smtp,
    set_active,
    set_paused,
    try_smtp,
)
from postroom.connections.smtp_hosts import files_copies
from postroom.connections.trouble import Trouble
from postroom.connections.trying import Trial
from postroom.kit.addresses import normalise_email
from postroom.practice.actions import the_practice


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("smtp", help=_("sending accounts"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    new = verbs.add_parser("add", help=_("connect a server, or change one of the same name"))
    new.add_argument("--name", required=True)
    new.add_argument("--address", required=True, help=_("what its letters are from"))
    new.add_argument("--display-name", default="")
    new.add_argument("--host", required=True)
    new.add_argument("--port", required=True, type=int)
    new.add_argument("--security", required=True, choices=[s for s, _w in SmtpAccount.SECURITIES])
    new.add_argument("--user", default="", help=_("none: the server asks for no sign-in"))
    proof = new.add_mutually_exclusive_group()
    proof.add_argument("--password-file", type=Path)
    proof.add_argument("--token-file", type=Path, help=_("an OAuth 2 access token"))
    new.add_argument("--sent-in", metavar="ACCOUNT", help=_("the mailbox that gets the copies"))
    new.add_argument("--sent-folder", default="", metavar="FOLDER")
    new.add_argument("--copies", choices=[c for c, _w in SmtpAccount.COPIES])
    new.add_argument("--lines", type=int, default=3, help=_("connections at once, 1 to 10"))
    new.add_argument("--ca-file", type=Path)
    new.set_defaults(run=run_add)
    listing = verbs.add_parser("list", help=_("the accounts and how they are"))
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    test = verbs.add_parser("test", help=_("connect now and say what works; nothing is sent"))
    test.set_defaults(run=run_test)
    rest = verbs.add_parser("deactivate", help=_("rest an account; nothing is deleted"))
    rest.set_defaults(run=run_deactivate)
    on = verbs.add_parser("resume", help=_("let an account go on that was held back"))
    on.set_defaults(run=run_resume)
    for one in (test, rest, on):
        one.add_argument("name")
    for one in (new, test, rest, on):
        one.add_argument("--owner", metavar="EMAIL", help=_("the member whose own it is"))
    for one in (new, listing, test, rest, on):
        add_practice(one)


def run_add(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    if not normalise_email(args.address):
        raise Failure(_("“%s” is not an email address such as anna@example.org.") % args.address)
    if not 1 <= args.lines <= 10:
        raise Failure(_("1 to 10 connections at once."))
    secret = args.token_file or args.password_file
    if args.user and not secret:
        raise Failure(_("Say --password-file or --token-file with --user."))
    owner = member_of(practice, args.owner) if args.owner else None
    mailbox = account_named(practice, args.sent_in, owner) if args.sent_in else None
    settings = Settings(
        args.host,
        args.port,
        args.security,
        args.user,
        password_from(secret) if secret else "",
        _text_of(args.ca_file) if args.ca_file else "",
        anywhere=True,
        proof=SmtpAccount.PROOFS[1][0] if args.token_file else SmtpAccount.PROOFS[0][0],
    )
    trial = try_smtp(settings)
    _print(trial, settings)
    if not trial.ok:
        raise Failure(_("Nothing was saved."))
    by_itself = SmtpAccount.PROVIDER if files_copies(args.host) else SmtpAccount.APPEND
    sending = Sending(
        args.address,
        args.display_name,
        mailbox,
        args.sent_folder,
        args.copies or by_itself,
        args.lines,
    )
    account = save_smtp(practice, args.name, settings, sending, owner=owner, by=None, now=utc_now())
    print(_("Letters can leave through “%s”.") % account.name)
    return 0


def run_list(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    for account in practice.smtp_accounts.select_related("owner__user").order_by("name", "pk"):
        if args.json:
            print(json.dumps(_as_dict(account), ensure_ascii=False))
        else:
            state = smtp_words.state(account).sentence
            print(f"{account.name}  {account.address} @ {account.host}:{account.port}  {state}")
    return 0


def run_test(args: argparse.Namespace) -> int:
    need_ready()
    account = _chosen(args)
    try:
        settings = reach(account)
    except Trouble as trouble:
        said = smtp_words.trouble(trouble.code, account=account.name)
        raise Failure(f"{said.sentence} {said.advice}") from trouble
    trial = try_smtp(settings)
    _print(trial, settings)
    return 0 if trial.ok else 1


def run_deactivate(args: argparse.Namespace) -> int:
    need_ready()
    account = _chosen(args)
    set_active(account, False, by=None, now=utc_now())
    print(_("Account “%s” rests. What waits in it stays here.") % account.name)
    return 0


def run_resume(args: argparse.Namespace) -> int:
    need_ready()
    account = _chosen(args)
    set_paused(account, False, by=None, now=utc_now())
    print(_("Letters leave through “%s” again.") % account.name)
    return 0


def _chosen(args: argparse.Namespace) -> SmtpAccount:
    practice = the_practice(args.practice)
    owner = member_of(practice, args.owner) if args.owner else None
    accounts = practice.smtp_accounts.filter(owner=owner)
    account = accounts.filter(name=args.name).first()
    if account is None:
        names = ", ".join(accounts.values_list("name", flat=True)) or _("none")
        raise Failure(
            _("There is no account “%(name)s”. There are: %(names)s.")
            % {"name": args.name, "names": names}
        )
    return account


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(_("The certificate file cannot be read: %s") % error) from error


def _print(trial: Trial, settings: Settings) -> None:
    for said in smtp_words.steps(trial, settings):
        if said.why is None:
            print(f"✓ {said.title}")
            continue
        print(f"✗ {said.title}. {said.why.sentence} {said.why.advice}")
        if said.said:
            print(f"  {said.said}")


def _as_dict(account: SmtpAccount) -> dict[str, object]:
    return {
        "name": account.name,
        "address": account.address,
        "host": account.host,
        "port": account.port,
        "security": account.security,
        "user": account.user,
        "active": account.active,
        "paused": bool(account.paused_at),
        "trouble": account.trouble,
        "detail": account.trouble_detail,
        "copies": account.copies,
        "owner": account.owner.user.email if account.owner else None,
    }
