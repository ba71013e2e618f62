"""Connecting a mailbox, testing it, resting it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings as house
from django.db import transaction

from postroom.connections.imap import Mailbox, open_mailbox
from postroom.connections.models import MailAccount, Workflow
from postroom.connections.reaching import Settings
from postroom.connections.trouble import Trouble
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice

CONNECT, FOLDERS, FOLDER = "connect", "folders", "folder"


@dataclass(frozen=True)
class Step:
    """One step of a test: what was tried, and the trouble it met ("" is well)."""

    name: str  # connect, folders, folder
    code: str = ""
    detail: str = ""

    @property
    def ok(self) -> bool:
        return not self.code


@dataclass
class Trial:
    """What a live test of a mailbox found. `folders` are all the server has."""

    steps: list[Step] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)


def try_account(
    settings: Settings, folders: Iterable[str] = (), *, create_folders: bool = False
) -> Trial:
    """Connect for real, sign in, list the folders and open each named one. Changes nothing,
    except that missing folders are made where that was asked for. Never raises."""
    trial = Trial()
    try:
        with open_mailbox(settings) as mailbox:
            trial.steps.append(Step(CONNECT))
            trial.folders = sorted(mailbox.folders())
            trial.steps.append(Step(FOLDERS))
            for name in folders:
                trial.steps.append(_try_folder(mailbox, name, create=create_folders))
    except Trouble as trouble:
        trial.steps.append(Step(FOLDERS if trial.steps else CONNECT, trouble.code, trouble.detail))
    return trial


@transaction.atomic
def save_account(
    practice: Practice,
    name: str,
    settings: Settings,
    folders: tuple[str, str, str],
    *,
    by: Member | None,
    now: datetime,
) -> MailAccount:
    """Make an account with its filing workflow, or change the one of this name.

    Another mailbox under the same name is another account: what is known of the letters of the
    old one, by their UIDs, must never be said of the new one's. The old one rests, renamed.
    """
    before = MailAccount.objects.filter(practice=practice, name=name).first()
    if (
        before
        and before.checked_at
        and (before.host, before.user) != (settings.host, settings.user)
    ):
        before.name, before.active = _resting_name(before, now), False
        before.save(update_fields=["name", "active"])
    account, created = MailAccount.objects.get_or_create(practice=practice, name=name)
    account.host, account.port, account.security = settings.host, settings.port, settings.security
    account.user, account.ca_pem = settings.user, settings.ca_pem
    account.installed, account.active = settings.anywhere, True
    account.trouble = account.trouble_detail = ""
    account.trouble_since, account.retry_at, account.failures = None, None, 0
    account.password_sealed = house.KEYRING.seal(settings.password, account.password_place)
    account.save()
    incoming, resolved, unresolved = folders
    account.folders.update(resets=0, refusal="", refusals=0, retry_at=None)
    # Changed in place: the letters that came by it go on belonging to it.
    workflow = account.workflows.filter(active=True).first()
    workflow = workflow or Workflow(practice=practice, account=account)
    workflow.folder_in, workflow.folder_resolved = incoming, resolved
    workflow.folder_unresolved, workflow.swept_at = unresolved, None
    workflow.save()
    audit.record(practice.pk, "add" if created else "change", "account", account.pk, by=by, now=now)
    events.tell(practice.pk, events.ACCOUNT, [account.pk], now=now)
    return account


@transaction.atomic
def set_active(account: MailAccount, active: bool, *, by: Member | None, now: datetime) -> None:
    """Rest an account, keeping all it has, or wake it (RX-105)."""
    MailAccount.objects.filter(pk=account.pk).update(active=active, retry_at=None)
    action = "activate" if active else "deactivate"
    audit.record(account.practice_id, action, "account", account.pk, by=by, now=now)
    events.tell(account.practice_id, events.ACCOUNT, [account.pk], now=now)


@transaction.atomic
def check_now(account: MailAccount, *, now: datetime) -> None:
    """Ask the worker to look at the account at once, also at what it had given up."""
    MailAccount.objects.filter(pk=account.pk).update(retry_at=None)
    account.folders.update(resets=0)
    events.tell(account.practice_id, events.CHECK, [account.pk], now=now)


def settings_of(account: MailAccount) -> Settings:
    """How to reach an account. Raises kit.crypto.KeyMissing or Tampered."""
    return Settings(
        host=account.host,
        port=account.port,
        security=account.security,
        user=account.user,
        password=account.password(),
        ca_pem=account.ca_pem,
        anywhere=account.installed or house.PRIVATE_MAIL_HOSTS,
    )


def _resting_name(account: MailAccount, now: datetime) -> str:
    """A free name for an account whose own name goes to another mailbox."""
    base = f"{account.name[:40]} ({account.user[:20]}, {now:%Y-%m-%d})"
    taken = set(account.practice.accounts.values_list("name", flat=True))
    return next(
        name for name in (base, *(f"{base} {n}" for n in range(2, 1000))) if name not in taken
    )


def _try_folder(mailbox: Mailbox, name: str, *, create: bool) -> Step:
    try:
        if create:
            mailbox.create(name)
        mailbox.open(name, to_move=True)
    except Trouble as trouble:
        return Step(FOLDER, trouble.code, trouble.detail or name)
    return Step(FOLDER, "", name)
