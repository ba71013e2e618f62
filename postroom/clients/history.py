"""What happened to a client, from the audit, in words: who, when, which fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from postroom.clients.models import Client, Consent, Contact, ContactPoint
from postroom.practice.models import AuditEvent, Member
from postroom.practice.words import words_of

MOST = 50

ACTIONS: dict[str, Promise] = {
    "create_client": gettext_lazy("Made this record"),
    "edit_client": gettext_lazy("Changed"),
    "add_patient": gettext_lazy("Added %(a_patient)s"),
    "edit_patient": gettext_lazy("Changed %(a_patient)s"),
    "add_contact": gettext_lazy("Added a person"),
    "edit_contact": gettext_lazy("Changed a person"),
    "remove_contact": gettext_lazy("Removed a person"),
    "add_point": gettext_lazy("Added an address or number"),
    "edit_point": gettext_lazy("Changed an address or number"),
    "remove_point": gettext_lazy("Removed an address or number"),
    "remember_address": gettext_lazy("Remembered an address"),
    "forget_address": gettext_lazy("Forgot an address"),
    "join_group": gettext_lazy("Put into a group"),
    "add_note": gettext_lazy("Added a note"),
    "edit_note": gettext_lazy("Changed a note"),
    "remove_note": gettext_lazy("Removed a note"),
    "leave_group": gettext_lazy("Taken out of a group"),
    "name_readers": gettext_lazy("Named new readers"),
    "merge_client": gettext_lazy("Merged another record into this one"),
    "merged_client": gettext_lazy("Merged into another record"),
    "create_correspondent": gettext_lazy("Made this correspondent"),
    "edit_correspondent": gettext_lazy("Changed"),
}

FIELDS: dict[str, Promise] = {
    "access": gettext_lazy("who may open it"),
    "archived": gettext_lazy("archived"),
    "automatic": gettext_lazy("for automatic messages"),
    "birth_date": gettext_lazy("date of birth"),
    "calling": gettext_lazy("kind"),
    "channel": gettext_lazy("preferred channel"),
    "died_on": gettext_lazy("date of death"),
    "kind": gettext_lazy("kind"),
    "label": gettext_lazy("label"),
    "language": gettext_lazy("language"),
    "name": gettext_lazy("name"),
    "note": gettext_lazy("note"),
    "organisation": gettext_lazy("organisation"),
    "practitioner_id": gettext_lazy("responsible practitioner"),
    "preferred": gettext_lazy("main address or number"),
    "ref": gettext_lazy("number"),
    "responsible": gettext_lazy("answers for the record"),
    "restricted": gettext_lazy("restricted access"),
    "role": gettext_lazy("role"),
    "state": gettext_lazy("state"),
    "value": gettext_lazy("address or number"),
}


@dataclass(frozen=True)
class Line:
    """`who` is "" for Postroom itself; `details` are sentences such as «state: Active → …»."""

    at: datetime
    who: str
    what: str
    details: list[str]


def history(client: Client) -> list[Line]:
    """The newest lines about a client."""
    rows = list(_about(client.practice_id, "client", client.pk)[:MOST])
    names, nouns = _practitioners(client.practice_id, rows), words_of(client.practice).within()
    return [
        Line(row.at, row.who, str(ACTIONS[row.action]) % nouns, _details(row.data, names))
        for row in rows
    ]


def who_changed(practice_id: int, kind: str, pk: int, field: str) -> AuditEvent | None:
    """The line of who changed a field last, among the newest; None when it was an import."""
    rows = _about(practice_id, kind, pk)[:MOST]
    return next((row for row in rows if field in row.data.get("fields", ())), None)


def _about(practice_id: int, kind: str, pk: int) -> Any:
    rows = AuditEvent.objects.filter(practice=practice_id, object_kind=kind, object_id=pk)
    return rows.filter(action__in=list(ACTIONS)).order_by("-at", "-id")


def _details(data: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    changes = data.get("changes", {})
    found = []
    for field in data.get("fields", ()):
        if field not in FIELDS:
            continue
        if field in changes:
            old, new = (_shown(field, value, names) for value in changes[field])
            words = {"field": FIELDS[field], "old": old, "new": new}
            found.append(_("%(field)s: %(old)s → %(new)s") % words)
        else:
            found.append(str(FIELDS[field]))
    purposes = dict(Consent.PURPOSES)
    for purpose, (_old, new) in data.get("consents", {}).items():
        words = {"purpose": purposes.get(purpose, purpose), "answer": _answer(new)}
        found.append(_("consent, %(purpose)s: %(answer)s") % words)
    return found


def _shown(field: str, value: Any, names: Mapping[int, str]) -> str:
    """A harmless value in the reader's words."""
    if isinstance(value, bool) or (value is None and field != "practitioner_id"):
        return _answer(value)
    if field == "practitioner_id":
        return names.get(value, "") or pgettext("practitioner", "nobody")
    choices: dict[str, Iterable[tuple[str, Any]]] = {
        "state": [*Client.STATES, *ContactPoint.STATES],
        "channel": Client.CHANNELS,
        "calling": Contact.CALLINGS,
        "language": settings.LANGUAGES,
    }
    known = {key: str(words) for key, words in choices.get(field, ())}
    return known.get(value, str(value)) or pgettext("field", "empty")


def _answer(value: bool | None) -> str:
    if value is None:
        return pgettext("consent", "not said")
    return pgettext("answer", "yes") if value else pgettext("answer", "no")


def _practitioners(practice_id: int, rows: Iterable[AuditEvent]) -> dict[int, str]:
    changed = [row.data.get("changes", {}).get("practitioner_id", ()) for row in rows]
    ids = {pk for pair in changed for pk in pair if pk is not None}
    if not ids:
        return {}
    members = Member.objects.filter(practice=practice_id, pk__in=ids)
    return dict(members.values_list("pk", "name"))
