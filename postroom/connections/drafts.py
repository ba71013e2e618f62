"""A mailbox on its way to be connected: what is chosen is kept, nothing of it is in use.

begin ──→ server, test ──→ folders ──→ look at the past, from when on ──→ finish
             ↑ other settings: the test no longer counts
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as house
from django.db import transaction

from postroom.connections import trying
from postroom.connections.actions import Work, is_elsewhere, save_account, settings_in
from postroom.connections.guessing import Guess
from postroom.connections.models import AccountDraft, MailAccount
from postroom.connections.reaching import Settings
from postroom.connections.rules import Plan
from postroom.connections.trying import Trial
from postroom.practice.models import Member

KEPT = timedelta(days=1)


class Elsewhere(Exception):
    """The mailbox is at work the other way: the practice's, or somebody's own."""


@transaction.atomic
def begin(
    member: Member,
    *,
    own: bool,
    name: str,
    address: str,
    password: str,
    proof: str,
    guess: Guess,
    now: datetime,
) -> AccountDraft:
    """A fresh draft in the place of the one there may be."""
    drop_old(now)
    AccountDraft.objects.filter(member=member, own=own).delete()
    draft = AccountDraft.objects.create(
        practice_id=member.practice_id,
        member=member,
        own=own,
        name=name,
        address=address,
        proof=proof,
        host=guess.host,
        port=guess.port,
        security=guess.security,
        user=guess.user,
        found_by=guess.by,
        changed_at=now,
    )
    _keep_password(draft, password)
    draft.save()
    return draft


def drop_old(now: datetime) -> int:
    """Forget drafts nobody has touched for a day, with their passwords; how many."""
    return AccountDraft.objects.filter(changed_at__lt=now - KEPT).delete()[0]


def of(member: Member, *, own: bool) -> AccountDraft | None:
    """This member's own draft; nobody else's is ever found."""
    return AccountDraft.objects.filter(practice=member.practice_id, member=member, own=own).first()


def set_server(draft: AccountDraft, settings: Settings, *, now: datetime) -> None:
    """Other settings: what was tested and looked at before no longer counts."""
    draft.host, draft.port, draft.security = settings.host, settings.port, settings.security
    draft.user, draft.proof, draft.ca_pem = settings.user, settings.proof, settings.ca_pem
    if settings.password != draft.password():
        _keep_password(draft, settings.password)
    if draft.tested_for != fingerprint(draft):
        draft.tested, draft.tested_for, draft.look = {}, "", {}
    draft.changed_at = now
    draft.save()


def test(draft: AccountDraft, *, now: datetime) -> Trial:
    """Try the settings for real; nothing is made on the server."""
    trial = trying.try_account(settings_of_draft(draft))
    draft.tested, draft.tested_for = trial.as_data(), fingerprint(draft)
    draft.changed_at = now
    draft.save(update_fields=["tested", "tested_for", "changed_at"])
    return trial


def tested(draft: AccountDraft) -> Trial | None:
    """What the last test found; None where none was made of these very settings."""
    if not draft.tested or draft.tested_for != fingerprint(draft):
        return None
    return Trial.from_data(draft.tested)


def set_work(draft: AccountDraft, work: Work, *, creates: bool, now: datetime) -> None:
    """What is to be done with the mailbox. From when on is asked later."""
    before = draft.plan.get("plan")
    plan = asdict(work.plan)
    draft.plan = {
        "plan": plan,
        "minutes": work.minutes,
        "to_group": work.to_group,
        "creates": creates,
    }
    if plan != before:
        draft.look = {}
    draft.changed_at = now
    draft.save(update_fields=["plan", "look", "changed_at"])


def work_of_draft(draft: AccountDraft) -> Work | None:
    """What the folders step chose; None before it."""
    if not draft.plan:
        return None
    data: Mapping[str, Any] = draft.plan
    return Work(Plan(**data["plan"]), data["minutes"], data["to_group"])


def keep_look(draft: AccountDraft, look: Mapping[str, Any], *, now: datetime) -> None:
    """What its past would have become, as the page shows it."""
    draft.look, draft.changed_at = dict(look), now
    draft.save(update_fields=["look", "changed_at"])


def finish(
    draft: AccountDraft, begins_at: datetime | None, *, by: Member, now: datetime
) -> tuple[Trial, MailAccount | None]:
    """Test everything once more, with the folders, make those that are missing, and save.

    The account is None where the test failed: then nothing was saved. Raises
    kit.crypto.KeyMissing or Tampered, and Elsewhere where it became somebody else's meanwhile.
    """
    work = work_of_draft(draft)
    assert work is not None
    settings = settings_of_draft(draft)
    creates = bool(draft.plan["creates"])
    trial = trying.try_account(settings, work.plan.used, create_folders=creates)
    if not trial.ok:
        return trial, None
    owner = by if draft.own else None
    if is_elsewhere(draft.practice_id, owner, settings):
        raise Elsewhere
    with transaction.atomic():
        # Only the first of two that come at once finds the draft.
        if not AccountDraft.objects.filter(pk=draft.pk).delete()[0]:
            return Trial(), None
        account = save_account(
            by.practice,
            _free_name(draft, owner),
            settings,
            replace(work, begins_at=begins_at),
            owner=owner,
            by=by,
            now=now,
        )
    return trial, account


def settings_of_draft(draft: AccountDraft) -> Settings:
    """How to reach it. Raises kit.crypto.KeyMissing or Tampered."""
    return settings_in(draft, draft.password(), anywhere=house.PRIVATE_MAIL_HOSTS)


def fingerprint(draft: AccountDraft) -> str:
    """Everything a test depends on, in one word."""
    parts = (draft.host, draft.port, draft.security, draft.user, draft.proof)
    text = "\0".join(map(str, (*parts, draft.ca_pem, draft.password_sealed)))
    return hashlib.sha256(text.encode()).hexdigest()


def _free_name(draft: AccountDraft, owner: Member | None) -> str:
    """Its name; numbered where another account has taken that meanwhile, which is not to change."""
    accounts = MailAccount.objects.filter(practice=draft.practice_id, owner=owner)
    names = (draft.name, *(f"{draft.name[:74]} ({n})" for n in range(2, 1000)))
    return next(name for name in names if not accounts.filter(name__iexact=name).exists())


def _keep_password(draft: AccountDraft, password: str) -> None:
    draft.password_sealed = house.KEYRING.seal(password, draft.password_place)
