"""What a line of the audit says beside who, when and what: the fields that changed, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_FIELDS = {
    "access": gettext_lazy("who may open it"),
    "added": gettext_lazy("added"),
    "address": gettext_lazy("address"),
    "archived": gettext_lazy("archived"),
    "association": gettext_lazy("professional body"),
    "association_number": gettext_lazy("number there"),
    "attachment": gettext_lazy("attachment"),
    "automatic": gettext_lazy("for automatic messages"),
    "before": gettext_lazy("before"),
    "birth_date": gettext_lazy("date of birth"),
    "calling": gettext_lazy("kind"),
    "channel": gettext_lazy("preferred channel"),
    "client": gettext_lazy("record"),
    "client_word": gettext_lazy("word for clients"),
    "clients": gettext_lazy("records"),
    "closed_weekdays": gettext_lazy("closed on"),
    "command": gettext_lazy("command"),
    "consents": gettext_lazy("consent"),
    "count": gettext_lazy("number"),
    "country": gettext_lazy("country"),
    "created": gettext_lazy("new"),
    "dates": gettext_lazy("appointments and due dates"),
    "died_on": gettext_lazy("date of death"),
    "domain": gettext_lazy("domain"),
    "email": gettext_lazy("email address"),
    "entries": gettext_lazy("messages"),
    "expires_at": gettext_lazy("expires"),
    "fields": gettext_lazy("changed"),
    "filing": gettext_lazy("filing"),
    "format": gettext_lazy("format"),
    "gone": gettext_lazy("gone"),
    "idle_minutes": gettext_lazy("minutes before a screen locks itself"),
    "kept": gettext_lazy("kept"),
    "key": gettext_lazy("key"),
    "kind": gettext_lazy("kind"),
    "kinds": gettext_lazy("kinds"),
    "shared": gettext_lazy("shared with other records"),
    "label": gettext_lazy("label"),
    "language": gettext_lazy("language"),
    "languages": gettext_lazy("languages"),
    "members": gettext_lazy("members"),
    "minutes": gettext_lazy("minutes between two looks"),
    "name": gettext_lazy("name"),
    "note": gettext_lazy("note"),
    "organisation": gettext_lazy("organisation"),
    "patient_word": gettext_lazy("word for patients"),
    "purpose": gettext_lazy("what it is for"),
    "practitioner": gettext_lazy("practitioner"),
    "practitioner_id": gettext_lazy("responsible practitioner"),
    "preferred": gettext_lazy("main address or number"),
    "reason": gettext_lazy("reason"),
    "ref": gettext_lazy("number"),
    "region": gettext_lazy("region"),
    "removed": gettext_lazy("removed"),
    "renamed": gettext_lazy("renamed"),
    "resend_if_uncertain": gettext_lazy("sent again if in doubt"),
    "responsible": gettext_lazy("responsible"),
    "restricted": gettext_lazy("restricted access"),
    "rights": gettext_lazy("rights"),
    "role": gettext_lazy("role"),
    "rows": gettext_lazy("rows"),
    "shell_user": gettext_lazy("user of the server"),
    "signature": gettext_lazy("signature"),
    "state": gettext_lazy("state"),
    "telephone": gettext_lazy("telephone"),
    "theme": gettext_lazy("appearance"),
    "time_zone": gettext_lazy("time zone"),
    "title": gettext_lazy("title"),
    "undo_seconds": gettext_lazy("seconds to undo"),
    "updated": gettext_lazy("changed"),
    "value": gettext_lazy("address or number"),
    "words": gettext_lazy("text"),
}
# Codes of these fields in words, as their pages say them.
_CODED = ("state", "channel", "filing", "kind", "language", "theme")
_CODES = {
    "active": gettext_lazy("Active"),
    "archived": gettext_lazy("Archived"),
    "deceased": gettext_lazy("Deceased"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Telephone"),
    "meeting": gettext_lazy("Meeting note"),
    "sms": gettext_lazy("SMS"),
    "letter": gettext_lazy("Letter"),
    "ok": gettext_lazy("In use"),
    "bouncing": gettext_lazy("Does not arrive"),
    "blocked": gettext_lazy("Blocked"),
    "resolved": gettext_lazy("Filed"),
    "unresolved": gettext_lazy("Unresolved"),
    "ignored": gettext_lazy("Set aside"),
    "totp": gettext_lazy("Authenticator app"),
    "passkey": gettext_lazy("Passkey"),
    "system": gettext_lazy("As the system"),
    "light": gettext_lazy("Light"),
    "dark": gettext_lazy("Dark"),
    "en": gettext_lazy("English"),
    "fr": gettext_lazy("French"),
    "care": gettext_lazy("Care"),
    "reminder": gettext_lazy("Reminders"),
    "administrative": gettext_lazy("Administration"),
    "marketing": gettext_lazy("News and offers"),
}
# Of no use to a reader: numbers of rows that have no page of their own.
_INNER = (
    *("version", "reason_data", "seal", "changes", "undo"),
    *("point", "contact", "patient", "group", "invitation", "job"),
)
_LISTS = ("clients", "fields", "rights", "added", "removed", "members", "languages")
MOST = 12  # differences shown


@dataclass(frozen=True)
class Names:
    """What numbers and codes in a line are called; what is missing is shown as it is."""

    members: Mapping[int, str] = field(default_factory=dict)
    clients: Mapping[int, str] = field(default_factory=dict)  # their references
    roles: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> Mapping[Any, str]:
        """Those for the values of a field."""
        match name:
            case "practitioner_id" | "members" | "access" | "member":
                return self.members
            case "client" | "clients" | "kept" | "gone":
                return self.clients
            case "role":
                return self.roles
            case "rights" | "added" | "removed":
                return self.rights
            case "fields":
                return {key: str(words) for key, words in _FIELDS.items()}
        return {key: str(words) for key, words in _CODES.items()} if name in _CODED else {}


UNNAMED = Names()


def differences(data: Mapping[str, Any], names: Names = UNNAMED) -> list[str]:
    """What the row says beside who, when and what: «filing: unresolved», «name: A → B»."""
    said = list(_told("", data, names))
    return [*said[:MOST], _("…")] if len(said) > MOST else said


def _told(prefix: str, data: Mapping[str, Any], names: Names) -> list[str]:
    lines = []
    before, after = data.get("from"), data.get("to")
    if before is not None or after is not None:
        lines.append(f"{prefix}{_value(before, names.roles)} → {_value(after, names.roles)}")
    changes = data.get("changes") or {}
    if changes:
        lines += _told(prefix, changes, names)
    for name, value in data.items():
        if name in (*_INNER, "from", "to") or value in (None, "", [], {}):
            continue
        words, known = prefix + _field(name), names.of(name)
        if name == "fields" and isinstance(value, list):
            value = [each for each in value if each not in changes]
            if not value:
                continue
        if name == "consents" and isinstance(value, Mapping):
            known = {key: str(words) for key, words in _CODES.items()}
            value = {known.get(purpose, purpose): answer for purpose, answer in value.items()}
        if isinstance(value, Mapping):
            lines += _told(f"{words} › ", value, names)
        elif name not in _LISTS and _is_change(value):
            change = f"{_value(value[0], known)} → {_value(value[1], known)}"
            lines.append(_said(words, change))
        else:
            lines.append(_said(words, _value(value, known)))
    return lines


def _said(words: str, value: str) -> str:
    return _("%(field)s: %(value)s") % {"field": words, "value": value}


def _is_change(value: Any) -> bool:
    """A pair: as it was, as it is."""
    return isinstance(value, list) and len(value) == 2 and not isinstance(value[0], dict | list)


def _field(name: str) -> str:
    return str(_FIELDS.get(name) or name.replace("_", " "))


def _value(value: Any, known: Mapping[Any, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(_value(each, known) for each in value)
    if isinstance(value, str | int) and value in known:
        return known[value]
    return str(value)
