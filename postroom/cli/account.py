"""`postroom account add|list|test|deactivate`."""

import argparse
import json
from collections.abc import Iterator
from datetime import date, datetime, time
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
from postroom.connections import words
from postroom.connections.actions import (
    Work,
    is_elsewhere,
    save_account,
    set_active,
    settings_of,
    turns,
    workflow_for,
)
from postroom.connections.models import MailAccount, Workflow
from postroom.connections.reaching import Settings
from postroom.connections.rules import INBOX, Plan, one_spelling, plan_faults
from postroom.connections.trouble import KEY_MISSING
from postroom.connections.trying import Trial, try_account
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice.actions import the_practice
from postroom.practice.models import Practice


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("account", help=_("mail accounts"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    new = verbs.add_parser("add", help=_("connect a mailbox, or change one of the same name"))
    new.add_argument("--name", required=True)
    new.add_argument("--host", required=True)
    new.add_argument("--port", required=True, type=int)
    new.add_argument("--security", required=True, choices=[s for s, _w in MailAccount.SECURITIES])
    new.add_argument("--user", required=True)
    proof = new.add_mutually_exclusive_group(required=True)
    proof.add_argument("--password-file", type=Path)
    proof.add_argument("--token-file", type=Path, help=_("an OAuth 2 access token"))
    kinds = [kind for kind, _words in Workflow.KINDS]
    new.add_argument("--kind", choices=kinds, default=Workflow.FILING)
    new.add_argument("--incoming", default="Incoming")
    new.add_argument("--resolved", default="Resolved")
    new.add_argument("--unresolved", default="Unresolved")
    new.add_argument("--create-folders", action="store_true")
    new.add_argument("--after-close", choices=[a for a, _w in Workflow.AFTER_CLOSE])
    new.add_argument("--interval", metavar="MINUTES", type=int, default=5)
    new.add_argument(
        "--begin", metavar="DATE", help=_("what the server received before that day is left alone")
    )
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
    for one in (new, test, rest):
        one.add_argument("--owner", metavar="EMAIL", help=_("the member whose own mailbox it is"))
    for one in (new, listing, test, rest):
        add_practice(one)


def run_add(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    if args.port in (110, 995):
        raise Failure(_("This is POP3; Postroom reads mail by IMAP only (usually port 993)."))
    owner = member_of(practice, args.owner) if args.owner else None
    account = MailAccount.objects.filter(practice=practice, owner=owner, name=args.name).first()
    work = _work(args, practice)
    _refuse_faults(work.plan, account if account and _is_kept(account, args) else None)
    secret = args.token_file or args.password_file
    settings = Settings(
        args.host,
        args.port,
        args.security,
        args.user,
        password_from(secret),
        _text_of(args.ca_file) if args.ca_file else "",
        anywhere=True,
        proof=MailAccount.TOKEN if args.token_file else MailAccount.PASSWORD,
    )
    trial = try_account(settings, work.plan.used, create_folders=args.create_folders)
    _print_trial(trial, settings)
    if not trial.ok:
        raise Failure(_("Nothing was saved."))
    if is_elsewhere(practice.pk, owner, settings):
        raise Failure(str(words.ELSEWHERE[owner is not None]))
    account = save_account(practice, args.name, settings, work, owner=owner, by=None, now=utc_now())
    print(_("Account “%s” is connected.") % account.name)
    return 0


def run_list(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    accounts = practice.accounts.select_related("owner__user").prefetch_related("workflows")
    for account in accounts.order_by("name", "pk"):
        if args.json:
            print(json.dumps(_as_dict(account), ensure_ascii=False))
        else:
            state = words.state(account).sentence
            print(f"{account.name}  {account.user} @ {account.host}:{account.port}  {state}")
            for line in _lines(account):
                print(f"  {line}")
    return 0


def run_test(args: argparse.Namespace) -> int:
    need_ready()
    account = _chosen(args)
    working = account.workflows.filter(active=True)
    try:
        settings = settings_of(account)
    except (KeyMissing, Tampered) as error:
        said = words.trouble(KEY_MISSING, account=account.name)
        raise Failure(f"{said.sentence} {said.advice}") from error
    trial = try_account(settings, [name for one in working for name in one.folders])
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
    practice = the_practice(args.practice)
    owner = member_of(practice, args.owner) if args.owner else None
    return account_named(practice, name, owner)


def _work(args: argparse.Namespace, practice: Practice) -> Work:
    """What is to be done with the mailbox. Raises Failure."""
    if not 1 <= args.interval <= 1440:
        raise Failure(_("The interval is 1 to 1440 minutes."))
    whole = args.kind == Workflow.INBOX
    incoming = INBOX if whole else one_spelling(args.incoming)
    after_close = args.after_close or Workflow.TO_RESOLVED
    plan = Plan(args.kind, incoming, args.resolved, args.unresolved, after_close)
    return Work(plan, args.interval, begins_at=_begin(args.begin, practice))


def _begin(text: str | None, practice: Practice) -> datetime | None:
    """The start of a day by the practice's own clock."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), practice.zone)
    except ValueError as error:
        raise Failure(_("“%s” is not a date such as 2026-01-31.") % text) from error


def _refuse_faults(plan: Plan, account: MailAccount | None) -> None:
    """The workflow that is changed does not stand in its own way."""
    own = workflow_for(account, plan) if account else None
    if own and not own.active and turns(own, plan.kind):
        raise Failure(f"{plan.incoming}: {words.RESTING_KIND}")
    working = account.workflows.filter(active=True) if account else []
    others = [one.plan for one in working if one != own or one.kind != plan.kind]
    for field, fault in plan_faults(plan, others).items():
        raise Failure(f"{getattr(plan, field)}: {words.FOLDER_FAULTS[fault]}")


def _is_kept(account: MailAccount, args: argparse.Namespace) -> bool:
    """Another mailbox under the same name is another account, without workflows yet."""
    return not account.checked_at or (account.host, account.user) == (args.host, args.user)


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(_("The certificate file cannot be read: %s") % error) from error


def _print_trial(trial: Trial, settings: Settings) -> None:
    for step in trial.steps:
        facts = {"host": settings.host, "port": settings.port, "user": settings.user}
        said = words.step(
            step.name,
            step.code,
            step.detail,
            step.said,
            creates=False,
            account=settings.user,
            **facts,
        )
        if said.why is None:
            print(f"✓ {said.title}")
            continue
        print(f"✗ {said.title}. {said.why.sentence} {said.why.advice}")
        if said.said:
            print(f"  {said.said}")


def _lines(account: MailAccount) -> Iterator[str]:
    """What is not as with every account: whose it is, and each workflow."""
    if account.owner:
        yield _("own mailbox of %s") % account.owner.user.email
    for one in account.workflows.all():
        folders = " · ".join(one.folders)
        begins = f"  ≥ {one.begins_at:%Y-%m-%d}" if one.begins_at else ""
        rests = "" if one.active else "  " + _("switched off")
        yield f"{one.kind}  {folders}  {one.minutes} min{begins}{rests}"


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
        "owner": account.owner.user.email if account.owner else None,
        "proof": account.proof,
        "work": [_work_dict(w) for w in account.workflows.all()],
    }


def _work_dict(workflow: Workflow) -> dict[str, object]:
    return {
        "kind": workflow.kind,
        "folders": list(workflow.folders),
        "minutes": workflow.minutes,
        "begins_at": workflow.begins_at.isoformat() if workflow.begins_at else None,
        "to_group": workflow.to_group,
        "after_close": workflow.after_close,
        "active": workflow.active,
    }
