"""Who wrote? Judgement on addresses, and the words by which a client is found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from postroom.kit.addresses import domains_of, is_public, normalise_domain, normalise_email
from postroom.kit.text import fold

IGNORE, FORM, PROFESSIONAL, OWN = "ignore", "form", "professional", "own"  # kinds of sender rule


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
    """A laboratory, a colleague elsewhere, an insurer: about whom do they write? (decision 5)

    `contact` is None where a sender rule alone says so.
    """

    contact: int | None


@dataclass(frozen=True)
class Ignored:
    """A sender rule says that nothing from there is a client's; `pattern` is the rule's."""

    pattern: str


@dataclass(frozen=True)
class Form:
    """A trusted form of the practice: whoever filled it in stands in Reply-To (PE-25)."""


Match = One | Nobody | Several | Own | Professional | Ignored | Form


@dataclass(frozen=True)
class Known:
    """What the practice knows of some addresses, all in the form of `normalise_email`."""

    clients: Mapping[str, frozenset[int]] = field(default_factory=dict)
    groups: Mapping[int, frozenset[int]] = field(default_factory=dict)  # client -> groups
    professionals: Mapping[str, int] = field(default_factory=dict)  # address -> contact
    own: frozenset[str] = frozenset()
    rules: Mapping[str, str] = field(default_factory=dict)  # address or domain -> kind


def match(sender: str, known: Known) -> Match:
    """Whose letter is this, by the exact address alone (RX-103, RX-113)? Never a silent pick.

    A rule for the address itself comes first: a form may well write from the practice's own
    mailbox. A professional who is also a client is asked about like any professional; a domain
    that is ignored never swallows the letter of a client.
    """
    professional = known.professionals.get(sender)
    match known.rules.get(sender):
        case "ignore":
            return Ignored(sender)
        case "form":
            return Form()
        case "own":
            return Own()
        case "professional":
            return Professional(professional)
    domain = next((name for name in domains_of(sender) if name in known.rules), "")
    kind = known.rules.get(domain)
    if sender in known.own or kind == OWN:
        return Own()
    if professional is not None or kind == PROFESSIONAL:
        return Professional(professional)
    held = held_by(sender, known)
    return Ignored(domain) if kind == IGNORE and held == Nobody() else held


def held_by(sender: str, known: Known) -> One | Nobody | Several:
    """The clients who have the address, whatever else is known of it."""
    clients = sorted(known.clients.get(sender, ()))
    if not clients:
        return Nobody()
    if len(clients) == 1:
        return One(clients[0])
    return Several(tuple(clients), _shared_group(clients, known.groups))


def _shared_group(clients: list[int], groups: Mapping[int, frozenset[int]]) -> int | None:
    shared = frozenset.intersection(*(groups.get(client, frozenset()) for client in clients))
    return min(shared, default=None)


def pattern_of(text: str) -> str:
    """An address or a domain («example.org», «@example.org») as rules compare it; else ""."""
    text = text.strip()
    if "@" in text.removeprefix("@"):
        return normalise_email(text)
    domain = normalise_domain(text)
    return domain if "." in domain else ""


def patterns_of(norm: str) -> tuple[str, ...]:
    """What a rule for this address may be called, the closest first."""
    return (norm, *domains_of(norm))


def refusal(pattern: str, kind: str) -> str:
    """Why there can be no such rule: "public" (anybody may have an address there), "form" (a form
    is trusted by its whole address only); "" where there can."""
    if "@" in pattern:
        return ""
    if is_public(pattern):
        return "public"
    return "form" if kind == FORM else ""


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
    "bounces", "mailer", "practice", "praxis", "cabinet", "clinic", "clinique",
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
