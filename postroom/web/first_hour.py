"""The first hour of a practice: what is left to do, ticked by the rows themselves (XP-41)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from postroom.clients.models import Client
from postroom.connections.models import MailAccount, Workflow
from postroom.practice import rules
from postroom.practice.models import Invitation, Member, Practice
from postroom.practice.words import words_of
from postroom.register.models import Entry

LASTS = timedelta(days=60)  # then nobody is asked any more
FIRST = 10  # letters sorted by hand


@dataclass(frozen=True)
class Step:
    """One thing to do: done or not, and where."""

    key: str
    icon: str
    title: str
    hint: str
    button: str
    url: str
    done: bool
    next: bool = False  # the first one that is left


def steps(member: Member, now: datetime) -> list[Step]:
    """What a new practice has to do; none once all is done, or after two months, or for who may
    not do it."""
    practice = member.practice
    if not member.may(rules.SETTINGS) or now - practice.founded_at > LASTS:
        return []
    facts = _facts(practice)
    sorted_by_hand = Entry.objects.filter(filed_by__in=practice.members.values("pk"))
    many = len(sorted_by_hand.values_list("pk", flat=True)[:FIRST]) if facts["clients"] else 0
    slug, nouns = [practice.slug], words_of(practice).within()
    found = [
        Step("practice", "building-2", _("Tell us about the practice"),
             _("Its address and telephone, for signatures."), _("Fill in"),
             reverse("practice:settings", args=slug), bool(practice.telephone or practice.address)),
        Step("account", "mail", _("Connect your mailbox"),
             _("So that we can file your %(clients_word)s’ messages.") % nouns, _("Connect"),
             reverse("connections:address", args=slug), facts["account"]),
        Step("folders", "folder-plus", _("Have its three folders ready"),
             _("Ticked when we have looked into all three once."),
             _("Look"), reverse("connections:accounts", args=slug), facts["folders"]),
        Step("clients", "contact-round", _("Bring in your %(clients_word)s") % nouns,
             _("From your practice software. You see first what would change."), _("Import"),
             reverse("clients:imports", args=slug), facts["clients"]),
        Step("sorted", "circle-question-mark", _("Sort the first ten messages"),
             _("%(n)d of 10. The addresses are remembered, so it grows less.") % {"n": many},
             _("Sort"), reverse("register:unresolved", args=slug), many >= FIRST),
        Step("team", "user-plus", _("Invite your team"),
             _("Choose who may do what."), _("Invite"),
             reverse("practice:people", args=slug), facts["team"]),
    ]  # fmt: skip
    left = [step.key for step in found if not step.done]
    return [replace(step, next=step.key == left[0]) for step in found] if left else []


def _facts(practice: Practice) -> dict[str, bool]:
    """All in one question."""
    here = {"practice": OuterRef("pk")}
    accounts = MailAccount.objects.filter(**here, owner=None, active=True)
    followed = Workflow.objects.filter(account=OuterRef("pk"), active=True)
    others = Member.objects.filter(**here, active=True).exclude(role__key=rules.ADMINISTRATOR)
    well = accounts.filter(checked_at__isnull=False).filter(~Q(trouble="folder-missing"))
    row = Practice.objects.filter(pk=practice.pk).values_list(
        Exists(accounts.filter(Exists(followed))),
        Exists(well),
        Exists(Client.objects.filter(**here)),
        Exists(others),
        Exists(Invitation.objects.filter(**here)),
    )[0]
    account, folders, clients, several, invited = map(bool, row)
    return {
        "account": account,
        "folders": folders,
        "clients": clients,
        "team": several or invited,
    }
