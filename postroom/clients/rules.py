"""Who wrote? Judgement on addresses, and the words by which a client is found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from postroom.kit.text import fold


@dataclass(frozen=True)
class One:
    """Exactly one client has the address."""

    client: int


@dataclass(frozen=True)
class Nobody:
    """No client has it."""


@dataclass(frozen=True)
class Several:
    """Several clients have it, in ascending order; `group` when one group holds them all."""

    clients: tuple[int, ...]
    group: int | None


@dataclass(frozen=True)
class Own:
    """The practice's own address: never a client's (RX-118)."""


@dataclass(frozen=True)
class Professional:
    """A laboratory, a colleague elsewhere, an insurer: about whom do they write? (decision 5)"""

    contact: int


Match = One | Nobody | Several | Own | Professional


@dataclass(frozen=True)
class Known:
    """What the practice knows of some addresses, all in the form of `normalise_email`."""

    clients: Mapping[str, frozenset[int]] = field(default_factory=dict)
    groups: Mapping[int, frozenset[int]] = field(default_factory=dict)  # client -> groups
    professionals: Mapping[str, int] = field(default_factory=dict)  # address -> contact
    own: frozenset[str] = frozenset()


def match(sender: str, known: Known) -> Match:
    """Whose letter is this, by the exact address alone (RX-103, RX-113)? Never a silent pick.

    A professional who is also a client is asked about like any professional.
    """
    if sender in known.own:
        return Own()
    if sender in known.professionals:
        return Professional(known.professionals[sender])
    clients = sorted(known.clients.get(sender, ()))
    if not clients:
        return Nobody()
    if len(clients) == 1:
        return One(clients[0])
    return Several(tuple(clients), _shared_group(clients, known.groups))


def _shared_group(clients: list[int], groups: Mapping[int, frozenset[int]]) -> int | None:
    shared = frozenset.intersection(*(groups.get(client, frozenset()) for client in clients))
    return min(shared, default=None)


# fmt: off
_GENERAL = frozenset({
    "info", "infos", "information", "informations", "office", "contact", "contacts", "kontakt",
    "hello", "hallo", "hi", "bonjour", "mail", "email", "post", "accueil", "reception", "welcome",
    "secretariat", "secretary", "secretaire", "admin", "administration", "administrateur",
    "administrator", "team", "equipe", "staff", "everyone", "all", "direction", "accounts",
    "accounting", "comptabilite", "compta", "billing", "invoice", "invoices", "facture",
    "factures", "facturation", "orders", "order", "commande", "commandes", "sales", "ventes",
    "shop", "boutique", "service", "services", "serviceclient", "clients", "customerservice",
    "customercare", "support", "help", "aide", "helpdesk", "booking", "bookings", "reservation",
    "reservations", "rdv", "enquiries", "enquiry", "inquiries", "marketing", "press", "presse",
    "jobs", "careers", "recrutement", "newsletter", "news", "notification", "notifications",
    "notify", "alert", "alerts", "alerte", "alertes", "auto", "automated", "automatic", "robot",
    "system", "daemon", "mailerdaemon", "postmaster", "hostmaster", "webmaster", "root", "abuse",
    "security", "noreply", "donotreply", "nepasrepondre", "norespond", "reply", "bounce",
    "bounces", "mailer",
})
# fmt: on
_NEVER_ANSWERED = ("noreply", "donotreply", "nepasrepondre")
_NOT_A_LETTER = re.compile("[^a-z]")


def general(address: str) -> bool:
    """Does the address stand for a desk or a machine rather than a person (info@, no-reply@)?

    Such an address is not remembered unless somebody insists.
    """
    desk = _NOT_A_LETTER.sub("", fold(address).partition("@")[0].partition("+")[0])
    return desk in _GENERAL or desk.startswith(_NEVER_ANSWERED)


def search_name(
    name: str, ref: str, patients: Iterable[str], points: Iterable[tuple[str, str]]
) -> str:
    """What a search looks through: folded words, and numbers as digits in both spellings.

    `points` are pairs (value, norm) of addresses and numbers.
    """
    words = [ref, name, *sorted(patients)]
    for value, norm in sorted(points):
        words += [norm] if "@" in norm else [_digits(value), _digits(norm)]
    return " ".join(dict.fromkeys(fold(word) for word in words if word))


def named_by_list(ref: str, name: str) -> bool:
    """Is a patient's reference the one that importing a list makes of its name (bulk.py)?

    Such a patient goes when the list no longer names it.
    """
    return ref.partition("/")[0] == patient_ref(name)


def patient_ref(name: str) -> str:
    """The reference of a patient whose list gives none; "/2" follows for a second Rex."""
    return fold(name).replace("/", " ")[:60]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
