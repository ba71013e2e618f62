"""What the practice calls its clients and patients; what each right opens, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.practice import rules
from postroom.practice.models import Practice


@dataclass(frozen=True)
class Words:
    """The practice's nouns, in the language of the page; `patients` is empty where it has none."""

    client: str
    clients: str
    new_client: str
    search_clients: str
    search_hint: str
    patient: str
    patients: str


def words_of(practice: Practice) -> Words:
    """How this practice speaks of those it looks after (MG-32)."""
    client, clients, new_client, search, hint = _clients(practice.client_word)
    patient, patients = _patients(practice.patient_word)
    return Words(client, clients, new_client, search, hint, patient, patients)


def _clients(word: str) -> tuple[str, str, str, str, str]:
    match word:
        case "patient":
            return (
                _("Patient"),
                _("Patients"),
                _("New patient"),
                _("Search patients"),
                _("Search patients by name, number or address"),
            )
        case "owner":
            return (
                _("Owner"),
                _("Owners"),
                _("New owner"),
                _("Search owners"),
                _("Search owners by name, number or address"),
            )
    return (
        _("Client"),
        _("Clients"),
        _("New client"),
        _("Search clients"),
        _("Search clients by name, number or address"),
    )


def _patients(word: str) -> tuple[str, str]:
    match word:
        case "patient":
            return _("Patient"), _("Patients")
        case "child":
            return _("Child"), _("Children")
        case "none":
            return "", ""
    return _("Animal"), _("Animals")


# Each right: its name, and what it opens.
RIGHTS: dict[str, tuple[Promise, Promise]] = {
    rules.SETTINGS: (
        gettext_lazy("Practice settings"),
        gettext_lazy("The practice’s own data, closed days, email accounts, integrations."),
    ),
    rules.MEMBERS: (
        gettext_lazy("People and roles"),
        gettext_lazy("Invite people, change their role, end their access; say what roles may do."),
    ),
    rules.READ: (
        gettext_lazy("Read records"),
        gettext_lazy("See clients, their correspondence and attachments. Every role has it."),
    ),
    rules.WRITE: (
        gettext_lazy("Write on records"),
        gettext_lazy("Add to records, and take off what one filed oneself."),
    ),
    rules.RESOLVE: (
        gettext_lazy("File unresolved messages"),
        gettext_lazy("Read what waits in Unresolved, and say whose it is."),
    ),
    rules.UNASSIGN: (
        gettext_lazy("Take off what others filed"),
        gettext_lazy("Take any message off a record, whoever filed it."),
    ),
    rules.AUDIT: (
        gettext_lazy("Audit"),
        gettext_lazy("See who did and read what; export a client’s data, and erase it."),
    ),
}
