"""What a row of the register says in words: how an entry stands, who wrote it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from postroom.register import filters
from postroom.register.kinds import look
from postroom.register.models import Entry
from postroom.register.words import Pill

KINDS = dict(Entry.KINDS)
DIRECTIONS = {
    Entry.IN: pgettext_lazy("filter", "Received"),
    Entry.OUT: pgettext_lazy("filter", "Sent"),
}
HOW = {
    filters.HAND: gettext_lazy("By hand"),
    filters.BY_ITSELF: gettext_lazy("By itself"),
}
STATES = {
    filters.FILED: pgettext_lazy("a message", "Filed"),
    filters.UNRESOLVED: gettext_lazy("Unresolved"),
    "waiting": gettext_lazy("Waiting to be sent"),
    "sent": gettext_lazy("Sent"),
    "failed": gettext_lazy("Not sent"),
    "uncertain": gettext_lazy("Perhaps sent"),
    filters.IGNORED: gettext_lazy("Set aside"),
}
TONES = {
    Entry.WAITING_TO_GO: Pill("", "blue", "clock"),
    Entry.SENT: Pill("", "green", "check"),
    Entry.NOT_SENT: Pill("", "red", "circle-alert"),
    Entry.UNCERTAIN: Pill("", "amber", "circle-help"),
}


@dataclass(frozen=True)
class Row:
    """An entry as the table shows it; `clients` and `patients` are names, "" for nobody."""

    entry: Entry
    icon: str
    tone: str
    kind: str
    subject: str
    person: str
    pill: Pill
    clients: str
    patients: str
    choose: str
    menu: str


def row_of(entry: Entry, clients: list[str], patients: list[str]) -> Row:
    icon, tone = look(entry)
    subject = {"subject": entry.subject or _("No subject")}
    return Row(
        entry=entry,
        icon=icon,
        tone=tone,
        kind=kind_of(entry),
        subject=subject["subject"],
        person=person(entry),
        pill=standing(entry),
        clients=", ".join(clients),
        patients=", ".join(patients),
        choose=_("Choose “%(subject)s”") % subject,
        menu=_("Menu of “%(subject)s”") % subject,
    )


def kind_of(entry: Entry) -> str:
    if entry.kind == Entry.LETTER and not entry.is_noted:
        return _("A file")
    return str(KINDS[entry.kind])


def person(entry: Entry) -> str:
    """Who of the practice wrote it; the name an imported note gives, where it is nobody's here."""
    if entry.author:
        return entry.author.name
    return str(entry.details.get("by", ""))


def standing(entry: Entry) -> Pill:
    """How an entry stands."""
    details = entry.details
    if entry.archived_at:
        return Pill(_("Archived"), "", "archive")
    if entry.status:
        look = TONES[entry.status]
        return Pill(str(STATES[entry.status]), look.tone, look.icon)
    if entry.is_waiting:
        return Pill(_("Unresolved"), "amber", "circle-question-mark")
    if entry.filing == Entry.IGNORED:
        return Pill(_("Set aside"))
    if details.get("call_back"):
        return Pill(_("To call back"), "amber", "phone-outgoing")
    if details.get("action") and not details.get("actioned_on"):
        return Pill(_("To do"), "amber", "circle-dot")
    if details.get("actioned_on"):
        return Pill(pgettext("a letter", "Done"), "green", "check")
    if entry.is_noted:
        return Pill(pgettext("an entry", "Noted"))
    return Pill(pgettext("a message", "Filed"))
