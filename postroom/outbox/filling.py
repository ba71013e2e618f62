"""A template laid into a draft: its words filled in for whom it goes to, its files taken along."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from postroom.clients.models import Client, Patient
from postroom.kit import light
from postroom.outbox import addressing, template_fields, templating
from postroom.outbox.template_fields import Recipient
from postroom.outbox.template_models import Template, TemplateVersion
from postroom.practice.models import Member


@dataclass(frozen=True)
class Laid:
    """A version filled in; what had no value still stands in its braces, and is `missing`."""

    subject: str
    text: str
    missing: tuple[str, ...]


def laid(version: TemplateVersion, whom: Recipient, now: datetime) -> Laid:
    """The subject and the text of a version, for this recipient."""
    values = template_fields.values(whom, version.template.language, now)
    escape = light.escape if version.template.channel == Template.EMAIL else str
    subject = templating.fill(version.subject, values)
    body = templating.fill(version.body, values, escape)
    missing = dict.fromkeys([*subject.missing, *body.missing])
    return Laid(" ".join(subject.text.split())[:400], body.text, tuple(missing))


def recipient(member: Member, client: Client) -> Recipient:
    """The client in person, for a preview."""
    found = addressing.main_contact(client)
    return Recipient(member.practice, member, found.contact if found else None, client)


def chosen_patients(client: Client | None, ids: Iterable[int]) -> tuple[Patient, ...]:
    rows = Patient.objects.filter(client=client, pk__in=list(ids)) if client else ()
    return tuple(rows)
