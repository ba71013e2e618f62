"""Connecting a mailbox, changing it, resting it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings as house
from django.db import transaction

from postroom.connections.models import AccountDraft, MailAccount, Workflow
from postroom.connections.providers import same_mailbox
from postroom.connections.reaching import Settings
from postroom.connections.rules import FILING, TO_RESOLVED, Plan
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice


@dataclass(frozen=True)
class Work:
    """A workflow as chosen, before it is a row."""

    plan: Plan
    minutes: int = 5
    to_group: bool = False
    begins_at: datetime | None = None

    @classmethod
    def filing(cls, incoming: str, resolved: str, unresolved: str) -> "Work":
        return cls(Plan(FILING, incoming, resolved, unresolved, TO_RESOLVED))


@transaction.atomic
def save_account(
    practice: Practice,
    name: str,
    settings: Settings,
    work: Work | None,
    *,
    owner: Member | None = None,
    by: Member | None,
    now: datetime,
) -> MailAccount:
    """Make an account with a workflow, or change the one of this name and its workflow of the
    same kind; without `work`, its workflows stay as they are.

    Another mailbox under the same name is another account: what is known of the letters of the
    old one, by their UIDs, must never be said of the new one's. The old one rests, renamed.
    """
    before = MailAccount.objects.filter(practice=practice, owner=owner, name=name).first()
    was: list[Workflow] = []
    if (
        before
        and before.checked_at
        and (before.host, before.user) != (settings.host, settings.user)
    ):
        was = list(before.workflows.filter(active=True))
        before.name, before.active = _resting_name(before, now), False
        before.save(update_fields=["name", "active"])
    account, created = MailAccount.objects.get_or_create(
        practice=practice, owner=owner, name=name, defaults={"connected_at": now}
    )
    account.host, account.port, account.security = settings.host, settings.port, settings.security
    account.user, account.ca_pem = settings.user, settings.ca_pem
    account.installed, account.active = settings.anywhere, True
    account.trouble = account.trouble_detail = ""
    account.trouble_since, account.retry_at, account.failures = None, None, 0
    account.proof = settings.proof
    account.password_sealed = house.KEYRING.seal(settings.password, account.password_place)
    account.save()
    account.folders.update(resets=0, refusal="", refusals=0, retry_at=None)
    if work:
        put_to_work(account, work)
    for workflow in was if work is None else ():
        put_to_work(account, _work_of(workflow))
    action = "add" if created else "change"
    # A member's own mailbox: that there is one is written down, not its name (MG-3).
    kind = "mailbox" if owner else "account"
    audit.record(practice.pk, action, kind, account.pk, by=by, now=now)
    events.tell(practice.pk, events.ACCOUNT, [account.pk], now=now)
    return account


def is_elsewhere(practice_id: int, owner: Member | None, settings: Settings) -> bool:
    """Is this very mailbox at work here the other way: as somebody's own, where it is to be the
    practice's, or the practice's, where it is to be somebody's own?

    Its letters would be everybody's and nobody else's at once. To be asked of who has shown that
    the mailbox is theirs: the answer tells whose it is.
    """
    accounts = MailAccount.objects.working().filter(practice=practice_id)
    others = accounts.filter(owner=None) if owner else accounts.exclude(owner=None)
    return any(
        same_mailbox((one.host, one.port, one.user), (settings.host, settings.port, settings.user))
        for one in others.filter(user__iexact=settings.user)
    )


def put_to_work(account: MailAccount, work: Work, workflow: Workflow | None = None) -> Workflow:
    """Write a workflow's row: this one, else the one of its kind, else a new one.

    Changed in place: the letters that came by it go on belonging to it. One that rests is taken
    up again when its folder is asked for.
    """
    workflow = workflow or workflow_for(account, work.plan)
    return write_workflow(workflow or Workflow(account=account), work)


def workflow_for(account: MailAccount, plan: Plan) -> Workflow | None:
    """Whose row a plan is written into: that of its folder, at work or at rest, else the one of
    its kind."""
    same = account.workflows.filter(folder_in=plan.incoming)
    of_kind = account.workflows.filter(active=True, kind=plan.kind)
    return same.first() or of_kind.first()


def turns(workflow: Workflow, kind: str) -> bool:
    """Would letters that came by it be left behind? They are moved by its kind, as long as they
    are there."""
    # The ledger of intake, by its name: it stands above this room.
    return kind != workflow.kind and workflow.sightings.exists()


def write_workflow(workflow: Workflow, work: Work) -> Workflow:
    """Give a workflow's row these values, and put it to work."""
    plan = work.plan
    workflow.practice_id = workflow.account.practice_id
    workflow.kind, workflow.after_close = plan.kind, plan.after_close
    workflow.folder_in, workflow.folder_resolved = plan.incoming, plan.resolved
    workflow.folder_unresolved, workflow.swept_at = plan.unresolved, None
    workflow.minutes, workflow.to_group = work.minutes, work.to_group
    workflow.begins_at, workflow.active = work.begins_at, True
    workflow.save()
    # It may begin earlier now: what lies below the cursor is compared once more.
    workflow.account.folders.filter(folder=plan.incoming).update(next_uid=1)
    return workflow


@transaction.atomic
def set_active(account: MailAccount, active: bool, *, by: Member | None, now: datetime) -> None:
    """Rest an account, keeping all it has, or wake it (RX-105)."""
    MailAccount.objects.filter(pk=account.pk).update(active=active, retry_at=None)
    action = "activate" if active else "deactivate"
    kind = "mailbox" if account.owner_id else "account"
    audit.record(account.practice_id, action, kind, account.pk, by=by, now=now)
    events.tell(account.practice_id, events.ACCOUNT, [account.pk], now=now)


@transaction.atomic
def check_now(account: MailAccount, *, now: datetime) -> None:
    """Ask the worker to look at the account at once, also at what it had given up."""
    MailAccount.objects.filter(pk=account.pk).update(retry_at=None)
    account.folders.update(resets=0)
    events.tell(account.practice_id, events.CHECK, [account.pk], now=now)


def settings_of(account: MailAccount) -> Settings:
    """How to reach an account. Raises kit.crypto.KeyMissing or Tampered."""
    anywhere = account.installed or house.PRIVATE_MAIL_HOSTS
    return settings_in(account, account.password(), anywhere=anywhere)


def settings_in(row: MailAccount | AccountDraft, password: str, *, anywhere: bool) -> Settings:
    """What a row says of how to reach a mailbox, with this password."""
    return Settings(
        host=row.host,
        port=row.port,
        security=row.security,
        user=row.user,
        password=password,
        ca_pem=row.ca_pem,
        anywhere=anywhere,
        proof=row.proof,
    )


def _work_of(workflow: Workflow) -> Work:
    # Kept whole, with the folders it does not use now: its owner may choose otherwise later.
    plan = Plan(
        workflow.kind,
        workflow.folder_in,
        workflow.folder_resolved,
        workflow.folder_unresolved,
        workflow.after_close,
    )
    return Work(plan, workflow.minutes, workflow.to_group, workflow.begins_at)


def _resting_name(account: MailAccount, now: datetime) -> str:
    """A free name for an account whose own name goes to another mailbox."""
    base = f"{account.name[:40]} ({account.user[:20]}, {now:%Y-%m-%d})"
    taken = set(account.practice.accounts.values_list("name", flat=True))
    return next(
        name for name in (base, *(f"{base} {n}" for n in range(2, 1000))) if name not in taken
    )
