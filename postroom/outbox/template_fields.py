"""What a template may name (XP-35), and what it is for one recipient.

A field has a group (whom it speaks of); some speak of somebody's health, which belongs neither in
a subject nor in an SMS (XP-8).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.models import Client, Contact, Patient
from postroom.outbox.template_models import Template
from postroom.outbox.templating import fields
from postroom.practice.models import Member, Practice
from postroom.practice.rules import first_and_last

EVERY = frozenset(key for key, _words in Template.PURPOSES)
BY_DATE = frozenset([Template.MESSAGE, Template.APPOINTMENT])
BY_DUE = frozenset([Template.MESSAGE, Template.DUE])
TITLES = frozenset(
    [
        *("mr", "mrs", "ms", "miss", "mx", "sir", "dr", "prof", "professor"),
        *("m", "mme", "mlle", "monsieur", "madame", "me"),
    ]
)


@dataclass(frozen=True)
class Kind:
    """A field as the page of a template lists it."""

    name: str
    words: Any
    group: Any
    purposes: frozenset[str] = EVERY
    health: bool = False


_TO = gettext_lazy("Whom you write to")
_CLIENT = gettext_lazy("The record")
_US = gettext_lazy("The practice and you")
_BOOK = gettext_lazy("The next appointment")
_DUE = gettext_lazy("What falls due next")

FIELDS = (
    Kind("first_name", gettext_lazy("First name"), _TO),
    Kind("last_name", gettext_lazy("Last name"), _TO),
    Kind("full_name", gettext_lazy("Whole name"), _TO),
    Kind("client_name", gettext_lazy("Name on the record"), _CLIENT),
    Kind("client_number", gettext_lazy("Number of the record"), _CLIENT),
    Kind("patient_name", gettext_lazy("Whom it is about"), _CLIENT),
    Kind("patient_kind", gettext_lazy("What they are, such as dog"), _CLIENT),
    Kind("practice_name", gettext_lazy("Name of the practice"), _US),
    Kind("practice_telephone", gettext_lazy("Telephone of the practice"), _US),
    Kind("practice_address", gettext_lazy("Address of the practice"), _US),
    Kind("my_name", gettext_lazy("Your name"), _US),
    Kind("my_job", gettext_lazy("What you do"), _US),
    Kind("today", pgettext_lazy("a field", "Today’s date"), _US),
    Kind("appointment_date", gettext_lazy("Its day"), _BOOK, BY_DATE),
    Kind("appointment_time", gettext_lazy("Its time"), _BOOK, BY_DATE),
    Kind("appointment_with", gettext_lazy("With whom"), _BOOK, BY_DATE),
    Kind("appointment_subject", gettext_lazy("What for"), _BOOK, BY_DATE, health=True),
    Kind("due_date", pgettext_lazy("a field", "Due on"), _DUE, BY_DUE),
    Kind("due_kind", gettext_lazy("What is due"), _DUE, BY_DUE, health=True),
)
NAMES = tuple(kind.name for kind in FIELDS)


def offered(purpose: str) -> list[Kind]:
    """The fields a template of this purpose may hold."""
    return [kind for kind in FIELDS if purpose in kind.purposes]


def named(text: str) -> set[str]:
    """The fields a text holds."""
    return {field.name for field in fields(text)}


def health(names: Iterable[str], practice: Practice) -> list[Kind]:
    """Those that speak of somebody's health; an accountant's due dates do not."""
    if practice.kind == "accounting":
        return []
    named = set(names)
    return [kind for kind in FIELDS if kind.health and kind.name in named]


@dataclass(frozen=True)
class Recipient:
    """For whom fields are filled in; what is not known is None."""

    practice: Practice
    member: Member
    contact: Contact | None
    client: Client | None
    patients: tuple[Patient, ...] = ()


def values(whom: Recipient, language: str, now: datetime) -> dict[str, str]:
    """Each field's value, "" where there is none; dates in `language`, in the practice's zone."""
    patients = whom.patients or _only_patient(whom.client)
    zone = ZoneInfo(whom.practice.time_zone)
    with translation.override(language):
        return {
            **_person(whom),
            "patient_name": _listed([patient.name for patient in patients]),
            "patient_kind": patients[0].kind if len(patients) == 1 else "",
            "practice_name": whom.practice.name,
            "practice_telephone": whom.practice.telephone,
            "practice_address": ", ".join(whom.practice.address.splitlines()),
            "my_name": whom.member.full_name,
            "my_job": whom.member.job,
            "today": _day(now.astimezone(zone).date()),
            **_appointment(whom.client, patients, zone, now),
            **_due(whom.client, patients, now.astimezone(zone).date()),
        }


def living(client: Client) -> list[Patient]:
    """The client's patients one may write about: neither dead nor archived."""
    return [p for p in client.patients.all() if not p.died_on and not p.archived]


def _only_patient(client: Client | None) -> tuple[Patient, ...]:
    found = living(client) if client else []
    return (found[0],) if len(found) == 1 else ()


def _person(whom: Recipient) -> dict[str, str]:
    name = whom.contact.name if whom.contact else (whom.client.name if whom.client else "")
    first, last = first_and_last(_without_title(name))
    return {
        "full_name": name,
        "first_name": first if last else "",
        "last_name": last,
        "client_name": whom.client.name if whom.client else "",
        "client_number": whom.client.ref if whom.client else "",
    }


def _without_title(name: str) -> str:
    first, _space, rest = name.strip().partition(" ")
    return rest if first.casefold().rstrip(".") in TITLES else name


def _listed(names: list[str]) -> str:
    """«Biscuit, Pixel and Olive»."""
    if len(names) < 2:
        return "".join(names)
    return _("%(several)s and %(last)s") % {"several": ", ".join(names[:-1]), "last": names[-1]}


def _appointment(
    client: Client | None, patients: tuple[Patient, ...], zone: ZoneInfo, now: datetime
) -> dict[str, str]:
    rows = list(Appointment.objects.filter(client=client).to_come(now)[:20]) if client else []
    found = next((row for row in rows if _concerns(row.patient_id, patients)), None)
    if found is None:
        return {}
    start = found.start.astimezone(zone)
    return {
        "appointment_date": formats.date_format(start, "MONTH_DAY_FORMAT"),
        "appointment_time": formats.time_format(start, "TIME_FORMAT"),
        "appointment_with": found.practitioner_name
        or (found.practitioner.full_name if found.practitioner else ""),
        "appointment_subject": found.subject,
    }


def _due(client: Client | None, patients: tuple[Patient, ...], today: date) -> dict[str, str]:
    rows = list(DueItem.objects.filter(client=client).standing()[:50]) if client else []
    found = [row for row in rows if _concerns(row.patient_id, patients)]
    first = next((row for row in found if row.due_on >= today), found[-1] if found else None)
    return {"due_kind": first.kind, "due_date": _day(first.due_on)} if first else {}


def _concerns(patient: int | None, patients: tuple[Patient, ...]) -> bool:
    return not patients or patient is None or patient in {one.pk for one in patients}


def _day(day: date) -> str:
    return formats.date_format(day, "j F Y")  # in a letter, the month stands whole
