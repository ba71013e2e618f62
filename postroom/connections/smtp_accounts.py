"""Sending accounts: making, changing, pausing and resting them; how one stands; a live test."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings as house
from django.db import transaction

from postroom.connections.models import MailAccount, SmtpAccount
from postroom.connections.reaching import Settings
from postroom.connections.rules import back_off
from postroom.connections.smtp import try_server
from postroom.connections.trouble import KEY_MISSING, Trouble
from postroom.connections.trying import Step, Trial, failed_step
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice

SEEN_EVERY = timedelta(minutes=1)
_TROUBLE = ["trouble", "trouble_detail", "trouble_since", "failures", "retry_at"]


@dataclass(frozen=True)
class Sending:
    """What an account is besides the way to its server."""

    address: str
    display_name: str = ""
    mail_account: MailAccount | None = None
    sent_folder: str = ""
    copies: str = SmtpAccount.APPEND
    lines: int = 3


@transaction.atomic
def save_smtp(
    practice: Practice,
    name: str,
    settings: Settings,
    sending: Sending,
    *,
    owner: Member | None = None,
    account: SmtpAccount | None = None,
    by: Member | None,
    now: datetime,
) -> SmtpAccount:
    """Make a sending account, or change the given one, else the one of this name.

    What waits to be sent through it leaves by its new way. An empty password keeps the old one.
    """
    named = SmtpAccount.objects.filter(practice=practice, owner=owner, name=name).first()
    account = account or named
    created = account is None
    account = account or SmtpAccount.objects.create(
        practice=practice, owner=owner, name=name, address=sending.address, host=settings.host
    )
    account.name, account.active = name, True
    account.host, account.port, account.security = settings.host, settings.port, settings.security
    account.user, account.ca_pem, account.proof = settings.user, settings.ca_pem, settings.proof
    account.installed = settings.anywhere
    account.address, account.display_name = sending.address, sending.display_name
    account.mail_account, account.sent_folder = sending.mail_account, sending.sent_folder
    account.copies, account.lines = sending.copies, sending.lines
    account.trouble = account.trouble_detail = ""
    account.trouble_since, account.retry_at, account.failures = None, None, 0
    if settings.password or created:
        place = account.password_place
        account.password_sealed = house.KEYRING.seal(settings.password, place)
    account.published, account.published_at = {}, None  # another domain, perhaps
    account.save()
    _tell(account, "add" if created else "change", by, now)
    return account


@transaction.atomic
def set_active(account: SmtpAccount, active: bool, *, by: Member | None, now: datetime) -> None:
    """Rest a sending account, keeping what waits in it, or wake it."""
    SmtpAccount.objects.filter(pk=account.pk).update(active=active, retry_at=None)
    _tell(account, "activate" if active else "deactivate", by, now)


@transaction.atomic
def set_paused(account: SmtpAccount, paused: bool, *, by: Member | None, now: datetime) -> None:
    """Hold back what is to leave through this account, or let it go on."""
    rows = SmtpAccount.objects.filter(pk=account.pk)
    rows.update(paused_at=now if paused else None, refused=0, retry_at=None, failures=0)
    _tell(account, "pause" if paused else "resume", by, now)


def try_smtp(settings: Settings) -> Trial:
    """Connect for real and sign in; nothing is sent. Never raises."""
    trial = Trial()
    passed: list[str] = []
    try:
        trial.notes = try_server(settings, passed.append)
        trial.steps = [Step(name) for name in passed]
    except Trouble as trouble:
        failed = Step(failed_step(passed, trouble, settings), trouble.code, trouble.detail)
        trial.steps = [*map(Step, passed), failed]
    return trial


def reach(account: SmtpAccount) -> Settings:
    """How to reach the server. Raises Trouble where its password cannot be opened."""
    return replace(settings_without(account), password=_password(account))


def _password(account: SmtpAccount) -> str:
    try:
        return account.password() if account.user else ""
    except (KeyMissing, Tampered) as error:
        raise Trouble(KEY_MISSING, str(error), final=True) from error


def settings_without(account: SmtpAccount) -> Settings:
    """How to reach the server, but for the password."""
    return Settings(
        host=account.host,
        port=account.port,
        security=account.security,
        user=account.user,
        password="",
        ca_pem=account.ca_pem,
        anywhere=account.installed or house.PRIVATE_MAIL_HOSTS,
        proof=account.proof,
    )


@transaction.atomic
def note_trouble(account: SmtpAccount, trouble: Trouble, *, now: datetime) -> None:
    """Write down that the server cannot be used, since when, and when it is tried again."""
    wait = back_off(account.failures, house.RETRY_SECONDS, final=trouble.final)
    account.trouble_since = account.trouble_since if account.trouble else now
    account.trouble, account.trouble_detail = trouble.code, trouble.detail
    account.failures, account.retry_at = account.failures + 1, now + wait
    # Never the whole row: a person may have changed it since.
    account.save(update_fields=_TROUBLE)
    events.tell(account.practice_id, events.SENDING, [account.pk], now=now)


def note_well(account: SmtpAccount, *, now: datetime) -> None:
    """Write down that the server takes letters: at once where it did not, else now and then."""
    seen = account.checked_at and now - account.checked_at < SEEN_EVERY
    if account.trouble or not seen:
        _note_well(account, now)


@transaction.atomic
def _note_well(account: SmtpAccount, now: datetime) -> None:
    recovered = bool(account.trouble)
    account.trouble = account.trouble_detail = ""
    account.trouble_since = account.retry_at = None
    account.failures, account.checked_at = 0, now
    account.save(update_fields=[*_TROUBLE, "checked_at"])
    if recovered:
        events.tell(account.practice_id, events.SENDING, [account.pk], now=now)


def _tell(account: SmtpAccount, action: str, by: Member | None, now: datetime) -> None:
    audit.record(account.practice_id, action, "smtp", account.pk, by=by, now=now)
    events.tell(account.practice_id, events.SENDING, [account.pk], now=now)
