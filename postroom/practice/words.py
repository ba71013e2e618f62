"""What the practice calls its clients and patients; what each right opens, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.practice import rules
from postroom.practice.models import Practice

WITHIN = ("client_word", "clients_word", "a_client", "patient_word", "patients_word", "a_patient")


@dataclass(frozen=True)
class Words:
    """The practice's nouns, in the language of the page: with a capital as they stand alone, and
    small within a sentence (`client_word`, `clients_word`). `patients` is empty where it has none.

    French has all of them masculine, and those for clients begin with a consonant: its sentences
    hold the articles. English needs `a_client`: "an owner".
    """

    client: str
    clients: str
    new_client: str
    search_clients: str
    search_line: str
    client_word: str
    clients_word: str
    a_client: str
    patient: str
    patients: str
    new_patient: str
    patient_word: str
    patients_word: str
    a_patient: str

    def within(self) -> dict[str, str]:
        """The small ones, for sentences that have them as %(client_word)s and so on."""
        return {name: getattr(self, name) for name in WITHIN}


def words_of(practice: Practice) -> Words:
    """How this practice speaks of those it looks after (MG-32)."""
    return Words(**_clients(practice.client_word), **_patients(practice.patient_word))


def _clients(word: str) -> dict[str, str]:
    match word:
        case "patient":
            return {
                "client": _("Patient"),
                "clients": _("Patients"),
                "new_client": _("New patient"),
                "search_clients": _("Search patients"),
                "client_word": _("patient"),
                "clients_word": _("patients"),
                "a_client": _("a patient"),
            }
        case "owner":
            return {
                "client": _("Owner"),
                "clients": _("Owners"),
                "new_client": _("New owner"),
                "search_clients": _("Search owners"),
                "client_word": _("owner"),
                "clients_word": _("owners"),
                "a_client": _("an owner"),
            }
    return {
        "client": _("Client"),
        "clients": _("Clients"),
        "new_client": _("New client"),
        "search_clients": _("Search clients"),
        "client_word": _("client"),
        "clients_word": _("clients"),
        "a_client": _("a client"),
    }


def _patients(word: str) -> dict[str, str]:
    patients = {
        "patient": _("Patient"),
        "patients": _("Patients"),
        "new_patient": _("New patient"),
        "patient_word": _("patient"),
        "patients_word": _("patients"),
        "a_patient": _("a patient"),
        "search_line": _("Search name, patient, phone, number"),
    }
    match word:
        case "patient":
            return patients
        case "child":
            return {
                "patient": _("Child"),
                "patients": _("Children"),
                "new_patient": _("New child"),
                "patient_word": _("child"),
                "patients_word": _("children"),
                "a_patient": _("a child"),
                "search_line": _("Search name, child, phone, number"),
            }
        case "none":
            line = _("Search name, phone, number")
            return {**patients, "patient": "", "patients": "", "search_line": line}
    return {
        "patient": _("Animal"),
        "patients": _("Animals"),
        "new_patient": _("New animal"),
        "patient_word": _("animal"),
        "patients_word": _("animals"),
        "a_patient": _("an animal"),
        "search_line": _("Search name, animal, phone, number"),
    }


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
        gettext_lazy("See records, their correspondence and attachments. Every role has it."),
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
        gettext_lazy("See who did and read what; export what is kept on a record, and erase it."),
    ),
}
