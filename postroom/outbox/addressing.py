"""To whom one may write: people on records one may open, correspondents, whoever is in a thread."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import getaddresses

from postroom.clients.matching import own_addresses
from postroom.clients.models import Client, Contact, ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.kit.addresses import normalise_email
from postroom.kit.mime import Letter
from postroom.kit.text import fold
from postroom.practice.models import Member
from postroom.register.letters import letter as letter_of
from postroom.register.models import Entry

FOUND = 8
Person = tuple[str, str]  # name, address


@dataclass(frozen=True)
class Whom:
    """Somebody to write to, and the client the letter would regard, if any."""

    contact: Contact
    client: Client | None
    points: tuple[ContactPoint, ...]  # email addresses, the main one first

    @property
    def address(self) -> str:
        return self.points[0].value if self.points else ""

    @property
    def token(self) -> str:
        """How a page names the choice."""
        return f"{self.contact.pk}-{self.client.pk if self.client else 0}"


def search(member: Member, words: str) -> list[Whom]:
    """People of the clients these words find, then correspondents; at most FOUND and one more."""
    if not words.strip():
        return []
    clients = Client.objects.open_to(member).search(words).order_by("name", "pk")
    found = [
        _whom(link.contact, client)
        for client in clients.prefetch_related("links__contact__points", "patients")[: FOUND + 1]
        for link in sorted(client.links.all(), key=lambda link: (not link.main, link.pk))
    ]
    others = Contact.objects.filter(practice=member.practice_id, professional=True)
    for word in fold(words).split():
        others = others.filter(search_name__contains=word)
    found += [
        _whom(contact, None)
        for contact in others.order_by("name", "pk").prefetch_related("points")[: FOUND + 1]
    ]
    return found[: FOUND + 1]


def whom(member: Member, contact: int, client: int) -> Whom | None:
    """Somebody by the ids of a page; None for whom this member may not write to."""
    if client:
        record = Client.objects.open_to(member).filter(pk=client).first()
        link = (
            record.links.filter(contact=contact).select_related("contact").first()
            if record
            else None
        )
        return _whom(link.contact, record) if link else None
    person = Contact.objects.filter(practice=member.practice_id, pk=contact).first()
    if person is None or not (person.professional or clients_of(member, person)):
        return None
    return _whom(person, None)


def main_contact(client: Client) -> Whom | None:
    """The client in person, else whoever of the record has an address."""
    links = client.links.select_related("contact").prefetch_related("contact__points")
    people = [_whom(link.contact, client) for link in links.order_by("-main", "-responsible", "pk")]
    return next((one for one in people if one.points), people[0] if people else None)


def by_address(member: Member, norm: str) -> Whom | None:
    """Whose address this is, among those one may write to; the client only if there is but one."""
    points = ContactPoint.objects.filter(
        practice=member.practice_id, kind=ContactPoint.EMAIL, norm=norm
    ).select_related("contact")
    for point in points.order_by("-preferred", "pk")[:5]:
        clients = clients_of(member, point.contact)
        if clients or point.contact.professional:
            return _whom(point.contact, clients[0] if len(clients) == 1 else None)
    return None


def clients_of(member: Member, contact: Contact) -> list[Client]:
    """The records this person is on, of those one may open."""
    rows = Client.objects.open_to(member).filter(links__contact=contact)
    return list(rows.order_by("name", "pk")[:20])


def points_of(contact: Contact) -> tuple[ContactPoint, ...]:
    """A person's email addresses: the main one first, what does not arrive last."""
    rows = [point for point in contact.points.all() if point.kind == ContactPoint.EMAIL]
    return tuple(sorted(rows, key=lambda p: (p.state != "ok", not p.preferred, p.pk)))


def known(
    member: Member, client: Client | None, contact: Contact | None, origin: Entry | None
) -> set[str]:
    """The addresses nobody needs to be asked about: of the record, of the person chosen, of the
    letter that is answered, and our own (PE-33). Not where that letter wants answers sent: anybody
    can write there what they like under another's name."""
    points = ContactPoint.objects.filter(practice=member.practice_id, kind=ContactPoint.EMAIL)
    found = set(ours(member))
    if client:
        found |= set(points.filter(contact__clients=client).values_list("norm", flat=True))
    if contact:
        found |= set(points.filter(contact=contact).values_list("norm", flat=True))
    if origin:
        found |= {normalise_email(address) for _name, address in origin.to}
        found |= {one.norm for one in _everybody(letter_of(origin))} | {origin.sender_norm}
    return found - {""}


def ours(member: Member) -> frozenset[str]:
    """The practice's own addresses and its members'."""
    accounts = SmtpAccount.objects.filter(practice=member.practice_id)
    mine = {normalise_email(one) for one in accounts.values_list("address", flat=True)}
    return frozenset(own_addresses(member.practice_id) | mine) - {""}


def typed(text: str) -> tuple[list[Person], list[str]]:
    """People as somebody typed them, with commas or semicolons between; and what is no address."""
    people, wrong = [], []
    for part in _parts(text):
        found = getaddresses([part])
        name, address = found[0] if len(found) == 1 else ("", "")  # «x@@y» is read as two
        if normalise_email(address):
            people.append((" ".join(name.split()), address))
        else:
            wrong.append(part)
    return people, wrong


def _parts(text: str) -> Iterable[str]:
    """At commas, semicolons and line ends, but not within quotation marks."""
    part, quoted = "", False
    for letter in text:
        quoted ^= letter == '"'
        if letter in ",;\n" and not quoted:
            if part.strip():
                yield part.strip()
            part = ""
        else:
            part += letter
    if part.strip():
        yield part.strip()


def _everybody(letter: Letter) -> Iterable:
    return (*letter.senders, *letter.to, *letter.cc)


def _whom(contact: Contact, client: Client | None) -> Whom:
    return Whom(contact, client, points_of(contact))
