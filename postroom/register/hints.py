"""What a letter itself says of whom it may concern: suggestions, never more (RX-116, RX-119,
PE-23, MG-21, XP-43). Anybody may write anything into a letter."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import Count, Q

from postroom.clients.importing import UNREADABLE
from postroom.clients.matching import own_addresses
from postroom.clients.models import Client, ContactPoint, Patient
from postroom.connections.models import MailAccount
from postroom.kit.addresses import GMAIL, alike, domains_of, is_public, normalise_email
from postroom.kit.mime import Letter, content, read_guarded
from postroom.kit.text import fold
from postroom.practice.models import Member, Practice
from postroom.register import choices, threads
from postroom.register.clues import capitals, numbers
from postroom.register.likeness import (
    CHOSEN_BEFORE,
    COPIED,
    DOMAIN,
    IN_TEXT,
    IN_THREAD,
    LIKE_ADDRESS,
    NAMES_PATIENT,
    PHONE,
    REFERENCE,
    REPLY_TO,
    name_words,
)
from postroom.register.models import Entry
from postroom.register.rules import clients_of

TEXT_READ = 50_000  # characters looked through for addresses
ATTACHED, ATTACHED_READ = 3, 2_000_000  # letters inside it, bytes of each
MOST = 30  # addresses of one kind; references of all subjects
DIGITS = (8, 13)  # of a telephone number, without leading zeros
FEW = 3  # clients whose animal is called so, or who have an address at a domain: more say nothing
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:*|]{1,64}@[\w.-]{1,200}\w")
# «C123» is a client, «P50» a patient: as practices write them into a subject.
_REFERENCE = re.compile(r"\b([CP])[ -]?(\d{1,12})\b", re.I)


def hints(member: Member, entry: Entry, letter: Letter) -> dict[int, list[str]]:
    """Client -> the codes of what speaks for it. Clients the member may not open stay unnamed."""
    found: dict[int, list[str]] = {}

    def add(code: str, clients: Iterable[int]) -> None:
        for pk in clients:
            codes = found.setdefault(pk, [])
            if code not in codes:
                codes.append(code)

    known = threads.earlier(entry.practice_id, entry.owner_id, [letter])
    add(IN_THREAD, clients_of(threads.history(letter, known)))
    add(REFERENCE, referred(member, [entry.subject]).get(entry.subject, {}))
    own = own_addresses(entry.practice_id)
    said = _addresses(entry, letter, own)
    held = _held({norm for norms in said.values() for norm in norms}, entry)
    for code, norms in said.items():
        for norm in norms:
            add(code, held.get(norm, ()))
    add(LIKE_ADDRESS, _almost(entry))
    add(CHOSEN_BEFORE, choices.chosen(member.practice_id, [entry.sender_norm])[entry.sender_norm])
    for code, clients in (
        *called(member, letter.text).items(),
        *_patients(member, entry, letter).items(),
        *_colleagues(member, entry, own).items(),
    ):
        add(code, clients)
    return found


def called(member: Member, text: str) -> dict[str, list[int]]:
    """The telephone numbers of a text that are on a record: reason -> clients."""
    written = numbers(text, member.practice.country)
    found: dict[str, list[int]] = {}
    for norm, number in [pair for pair in written.items() if pair[0].startswith(UNREADABLE)][-FEW:]:
        digits = "".join(filter(str.isdecimal, number)).lstrip("0")
        if not DIGITS[0] <= len(digits) <= DIGITS[1]:
            continue
        # However it is spelt on the record, and of whatever country.
        clients = Client.objects.open_to(member).search(digits).values_list("pk", flat=True)
        rows = list(clients[: FEW + 1])
        found |= {f"{PHONE}:{number}": rows} if 0 < len(rows) <= FEW else {}
        del written[norm]
    for norm, client in _numbers_held(member.practice_id, written):
        found.setdefault(f"{PHONE}:{written[norm]}", []).append(client)
    return found


def called_at_once(practice: Practice, texts: Sequence[str]) -> list[list[int]]:
    """For each text the clients who have one of its telephone numbers; none where they are many.
    One question for all of them, whoever may open those records."""
    written = [set(numbers(text, practice.country)) for text in texts]
    having: dict[str, set[int]] = {}
    for norm, client in _numbers_held(practice.pk, set().union(*written)):
        having.setdefault(norm, set()).add(client)
    named = [set().union(*(having.get(norm, ()) for norm in norms)) for norms in written]
    return [sorted(clients) if len(clients) <= FEW else [] for clients in named]


def _numbers_held(practice: int, norms: Collection[str]) -> list[tuple[str, int]]:
    """Pairs of a number and a client who has it."""
    if not norms:
        return []
    points = ContactPoint.objects.filter(
        practice=practice, kind=ContactPoint.PHONE, norm__in=norms
    ).filter(contact__professional=False, contact__clients__isnull=False)
    return list(points.values_list("norm", "contact__clients"))


def patients_named(text: str, client: Client) -> list[Patient]:
    """Those of a client's patients whom the text names, with a capital."""
    said = {fold(word) for word in capitals(text)}
    return [patient for patient in client.patients.all() if fold(patient.name) in said]


def _patients(member: Member, entry: Entry, letter: Letter) -> dict[str, list[int]]:
    """The patients whom a letter names and who are called like few others: reason -> clients."""
    own = {*name_words(entry.sender_name), *name_words(member.practice.name)}
    said = [word for word in capitals(f"{entry.subject}\n{letter.text}") if fold(word) not in own]
    # As a practice may have written them; by the index, which knows no other spelling.
    spelt = {spelling for word in said for spelling in (word, word.upper(), word.title())}
    if not spelt:
        return {}
    rows = Patient.objects.filter(practice=member.practice_id, name__in=spelt)
    counts = rows.values("name").annotate(n=Count("pk")).filter(n__lte=FEW)
    rare = list(counts.values_list("name", flat=True))
    found: dict[str, list[int]] = {}
    if not rare:
        return found
    for name, client in rows.filter(name__in=rare).values_list("name", "client"):
        found.setdefault(f"{NAMES_PATIENT}:{name}", []).append(client)
    return found


def _colleagues(member: Member, entry: Entry, own: frozenset[str]) -> dict[str, list[int]]:
    """The clients who have an address at the sender's domain, where they are few."""
    domain = next(iter(domains_of(entry.sender_norm)), "")
    never = {norm.rpartition("@")[2] for norm in own}
    if not domain or is_public(domain) or domain in never:
        return {}
    rows = Client.objects.open_to(member).search(f"@{domain}")
    clients = list(rows.values_list("pk", flat=True)[: FEW + 1])
    return {f"{DOMAIN}:{domain}": clients} if 0 < len(clients) <= FEW else {}


def referred(member: Member, subjects: Iterable[str]) -> dict[str, dict[int, str]]:
    """Subject -> the clients (id -> name) whose reference it names, or a patient's of theirs."""
    named = {subject: _references(subject) for subject in subjects}
    wanted = {one for found in named.values() for one in found}
    if not wanted:
        return {}
    mine = Client.objects.open_to(member)
    clients = mine.filter(ref__in=_spelt("C", wanted)).values_list("ref", "pk", "name")
    owners = Patient.objects.filter(
        practice=member.practice_id, ref__in=_spelt("P", wanted), client__in=mine
    ).values_list("ref", "client", "client__name")
    holders: dict[tuple[str, str], dict[int, str]] = {}
    for kind, rows in (("C", clients), ("P", owners)):
        for ref, pk, name in rows:
            number = ref.upper().removeprefix(kind)
            holders.setdefault((kind, number), {})[pk] = name
    return {
        subject: {pk: name for one in found for pk, name in holders.get(one, {}).items()}
        for subject, found in named.items()
    }


def _references(subject: str) -> list[tuple[str, str]]:
    return [(kind.upper(), number) for kind, number in _REFERENCE.findall(subject)[:MOST]]


def _spelt(kind: str, wanted: Iterable[tuple[str, str]]) -> list[str]:
    """As a practice's own system may keep them: with the letter or without."""
    numbers = [number for other, number in wanted if other == kind]
    return [*numbers, *(kind + number for number in numbers), *(kind.lower() + n for n in numbers)]


def _addresses(entry: Entry, letter: Letter, own: frozenset[str]) -> dict[str, list[str]]:
    """The addresses that a letter names beside its sender's, by where they stand."""
    text = [normalise_email(word) for word in _ADDRESS.findall(letter.text[:TEXT_READ])]
    inside = [one.norm for attached in _attached(entry, letter) for one in attached.senders]
    said = {
        REPLY_TO: [one.norm for one in (*letter.reply_to, *letter.original_from)],
        IN_TEXT: [*inside, *text],
        COPIED: [one.norm for one in (*letter.to, *letter.cc)],
    }
    users = MailAccount.objects.users_of(entry.practice_id)
    never = {"", entry.sender_norm, *map(normalise_email, users)}
    never |= own
    return {
        code: [norm for norm in dict.fromkeys(norms) if norm not in never][:MOST]
        for code, norms in said.items()
    }


def _attached(entry: Entry, letter: Letter) -> Iterator[Letter]:
    """Letters inside the letter: forwarded as they came."""
    inside = [one for one in letter.files if one.type == "message/rfc822"]
    small = [one.n for one in inside if one.size <= ATTACHED_READ][:ATTACHED]
    mail = entry.mails.order_by("id").first() if small else None
    if mail is None:
        return
    try:
        raw = mail.read()
        for n in small:
            yield read_guarded(content(raw, n))
    except (OSError, LookupError):
        return  # the page says what is missing; there is only nothing to suggest


def _held(norms: set[str], entry: Entry) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    if norms:
        points = ContactPoint.objects.filter(
            practice=entry.practice_id, kind=ContactPoint.EMAIL, norm__in=norms
        ).filter(contact__professional=False, contact__clients__isnull=False)
        for norm, client in points.values_list("norm", "contact__clients"):
            found.setdefault(norm, []).append(client)
    return found


def _almost(entry: Entry) -> list[int]:
    """The clients with the sender's address but for a tag, or for dots at Gmail (MG-21)."""
    norm = entry.sender_norm
    local, _, domain = norm.rpartition("@")
    if not local or (domain not in GMAIL and alike(norm) == norm):
        return []
    same = Q(norm=alike(norm))
    if domain in GMAIL:
        # By its first letter: the index narrows, and the rest is compared here.
        same |= Q(norm__gte=local[0], norm__lt=chr(ord(local[0]) + 1)) & (
            Q(norm__endswith="@gmail.com") | Q(norm__endswith="@googlemail.com")
        )
    points = ContactPoint.objects.filter(same, practice=entry.practice_id, kind=ContactPoint.EMAIL)
    rows = points.filter(contact__professional=False, contact__clients__isnull=False)
    return [
        client
        for other, client in rows.values_list("norm", "contact__clients")
        if other != norm and alike(other) == alike(norm)
    ]
