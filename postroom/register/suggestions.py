"""Whom a waiting letter may be from: by its address, by what it says itself (hints.py), by the
sender's name.

Only what is cheap and can be explained. Nothing here files anything: a person does (MG-6).
Looked up when the page is shown, so that an address added a minute ago already counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q

from postroom.clients.finding import any_of
from postroom.clients.models import Client, ContactPoint
from postroom.kit.mime import Letter
from postroom.kit.text import fold
from postroom.practice.models import Member
from postroom.practice.words import words_of
from postroom.register import choices
from postroom.register.hints import hints, patients_named, referred
from postroom.register.likeness import (
    CHOSEN_BEFORE,
    DOMAIN,
    IN_THREAD,
    LIKE_NAME,
    NAMES_PATIENT,
    OTHER_FIRST_NAME,
    PHONE,
    POSSIBLE,
    REFERENCE,
    SAME_ADDRESS,
    SAME_NAME,
    SHARED_ADDRESS,
    SURNAME,
    UNCONFIRMED,
    VERY_LIKELY,
    kind,
    likelihood,
    name_words,
    names_alike,
    points,
    weight,
)
from postroom.register.models import Entry
from postroom.register.rules import DOUBTED
from postroom.register.words import Pill, pill

MOST = 8  # cards; whoever is not among them is found by the search
NAMESAKES = 3000  # clients looked at for the names of a whole list
FAMILY = 5  # clients of one surname; more say nothing
NAMES = (SAME_NAME, LIKE_NAME, SURNAME)


@dataclass(frozen=True)
class Candidate:
    client: Client
    likelihood: str
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    has_address: bool

    @property
    def only_named(self) -> bool:
        """Does nothing but the sender's name speak for this client?"""
        names = any(code in NAMES for code in self.speaks_for)
        return names and all(kind(code) in (*NAMES, DOMAIN) for code in self.speaks_for)

    @property
    def hinted(self) -> bool:
        """Does something in the message speak for this client, and not its address?"""
        own = (*NAMES, DOMAIN, CHOSEN_BEFORE)
        return not self.has_address and any(kind(code) not in own for code in self.speaks_for)

    @property
    def rank(self) -> tuple[object, ...]:
        likely = (VERY_LIKELY, POSSIBLE)
        place = likely.index(self.likelihood) if self.likelihood in likely else len(likely)
        said = self.speaks_for
        return (place, weight(said), -points(said), fold(self.client.name))


def candidates(
    member: Member, entry: Entry, having: Iterable[int], letter: Letter
) -> list[Candidate]:
    """The clients this letter may be from, the likeliest first; `having` have its address.

    Few and small queries.
    """
    having = set(having)
    named = _named(member, {entry.sender_name})[entry.sender_name]
    said = hints(member, entry, letter)
    if having:  # whose address it is, is known: who works at the same place says nothing
        said = {pk: codes for pk, codes in said.items() if any(kind(c) != DOMAIN for c in codes)}
    # What a dropped file's own name may mean.
    offered = set(entry.reason_data.get("clients", ())) if entry.kind == Entry.LETTER else set()
    wanted = having | named.keys() | said.keys() | offered
    clients = (
        Client.objects.open_to(member).filter(pk__in=wanted).prefetch_related("patients", "groups")
    )
    text = f"{entry.subject}\n{letter.text}"
    found = [
        _candidate(entry, client, having, named.get(client.pk), said.get(client.pk, []), text)
        for client in clients
    ]
    return sorted(found, key=lambda candidate: candidate.rank)[:MOST]


def pills(member: Member, entries: Iterable[Entry]) -> dict[int, Pill]:
    """What the list says of each letter: what its desk would say, as far as that is known without
    opening it. A few queries however long the list is."""
    entries = list(entries)
    having = _holders(member, {entry.sender_norm for entry in entries})
    before = choices.chosen(member.practice_id, {entry.sender_norm for entry in entries})
    said = {entry.pk: _said(entry, before.get(entry.sender_norm, ())) for entry in entries}
    names = _names(member, {pk for reasons in said.values() for pk in reasons})
    subjects = referred(member, {entry.subject for entry in entries})
    unclear = [
        entry
        for entry in entries
        if not _is_clear(
            entry,
            having.get(entry.sender_norm, {}),
            {*said[entry.pk], *subjects.get(entry.subject, {})},
        )
    ]
    named = _named(member, {entry.sender_name for entry in unclear})
    nouns = words_of(member.practice).within()
    found = {}
    for entry in entries:
        alike = named.get(entry.sender_name, {})
        called_so = {pk: one.name for pk, one in alike.items()}
        reasons = {pk: list(codes) for pk, codes in said[entry.pk].items() if pk in names}
        for pk in subjects.get(entry.subject, {}):
            reasons.setdefault(pk, []).append(REFERENCE)
        for pk, one in alike.items():
            reasons.setdefault(pk, []).append(one.code)
        for pk in having.get(entry.sender_norm, {}):
            reasons.setdefault(pk, []).append(SAME_ADDRESS)
        everyone = {
            **called_so,
            **{pk: names[pk] for pk in sorted(said[entry.pk]) if pk in names},
            **subjects.get(entry.subject, {}),
            **having.get(entry.sender_norm, {}),
        }
        holding = having.get(entry.sender_norm, {})
        said_of_it = _pill(entry, holding, everyone, reasons, nouns)
        found[entry.pk] = replace(said_of_it, held=len(holding) == 1)
    return found


def _is_clear(entry: Entry, having: Collection[int], others: Collection[int]) -> bool:
    """Is it one client's, whatever others are called? A name alone makes nobody very likely, and
    to compare all names costs more than the rest of the list."""
    return len(having) == 1 and set(others) <= set(having) and entry.reason not in DOUBTED


def _said(entry: Entry, before: Iterable[int]) -> dict[int, list[str]]:
    """What the row itself says of clients, without its letter being read."""
    found: dict[int, list[str]] = {}
    for pk in entry.reason_data.get("thread", ()):
        found.setdefault(pk, []).append(IN_THREAD)
    for pk in entry.reason_data.get("called", ()):
        found.setdefault(pk, []).append(PHONE)
    for pk in before:
        found.setdefault(pk, []).append(CHOSEN_BEFORE)
    return found


def chosen(found: list[Candidate], entry: Entry, asked: int | None) -> int | None:
    """Which card is chosen when the page opens: the asked one, the one that is very likely, the
    only one whose reference the subject names (RX-116), or the first of a family. Never one of
    several strangers, nor one who has no more than the sender's name: anybody can sign with it
    (MG-6)."""
    if asked in {candidate.client.pk for candidate in found}:
        return asked
    likely = [candidate.client.pk for candidate in found if candidate.likelihood == VERY_LIKELY]
    if len(likely) == 1:
        return likely[0]
    referred_to = [one.client.pk for one in found if REFERENCE in one.speaks_for]
    if len(referred_to) == 1 and entry.reason not in DOUBTED:
        return referred_to[0]
    if entry.reason == "same-group":
        family = (candidate.client.pk for candidate in found if candidate.has_address)
        return next(family, None)
    return None


def holders(member: Member, entry: Entry) -> dict[int, str]:
    """The clients who have the sender's address now (id -> name)."""
    return _holders(member, [entry.sender_norm]).get(entry.sender_norm, {})


def _candidate(
    entry: Entry,
    client: Client,
    having: set[int],
    named: "Namesake | None",
    hinted: list[str],
    text: str,
) -> Candidate:
    has_address = client.pk in having
    shared = has_address and len(having) > 1
    doubted = entry.reason in DOUBTED
    speaks_for = [SAME_ADDRESS] * has_address + hinted + ([named.code] if named else [])
    if speaks_for:  # a name that many have says something of a client found otherwise
        told = {f"{NAMES_PATIENT}:{one.name}" for one in patients_named(text, client)}
        speaks_for += sorted(told - set(speaks_for))
    differs = named is not None and named.code == SURNAME
    speaks_against = [SHARED_ADDRESS] * shared + [UNCONFIRMED] * (doubted and has_address)
    sure = _sure(entry, client.pk, having, named is not None and named.code == SAME_NAME)
    return Candidate(
        client=client,
        likelihood=likelihood(speaks_for, sure=sure, doubted=doubted),
        speaks_for=tuple(sorted(speaks_for, key=lambda reason: weight([reason]))),
        speaks_against=(*speaks_against, *([OTHER_FIRST_NAME] * differs)),
        has_address=has_address,
    )


def _pill(
    entry: Entry,
    having: dict[int, str],
    everyone: dict[int, str],
    reasons: Mapping[int, list[str]],
    nouns: Mapping[str, str],
) -> Pill:
    doubted = entry.reason in DOUBTED
    likely = [
        pk
        for pk, said in reasons.items()
        if likelihood(said, sure=_sure(entry, pk, having, SAME_NAME in said), doubted=doubted)
        == VERY_LIKELY
    ]
    if len(likely) == 1:
        return pill(entry, 1, everyone[likely[0]], sure=True, nouns=nouns)
    return pill(entry, len(everyone), next(iter(everyone.values()), ""), sure=False, nouns=nouns)


def _sure(entry: Entry, pk: int, having: Collection[int], same_name: bool) -> bool:
    """Is it very likely this client: alone with the address, or with the name as well?"""
    alone = pk in having and (same_name or len(having) == 1)
    return alone and entry.reason not in DOUBTED


def _holders(member: Member, norms: Iterable[str]) -> dict[str, dict[int, str]]:
    """Address -> the clients who have it now (id -> name)."""
    found: dict[str, dict[int, str]] = {}
    points = ContactPoint.objects.filter(
        practice=member.practice_id,
        kind=ContactPoint.EMAIL,
        norm__in={norm for norm in norms if norm},
        contact__clients__isnull=False,
    )
    held = list(points.values_list("norm", "contact__clients__pk"))
    # Only these clients: as a part of the query above, SQLite would list all of them first.
    names = _names(member, {pk for _, pk in held})
    for norm, pk in held:
        if pk in names:
            found.setdefault(norm, {})[pk] = names[pk]
    return found


def _names(member: Member, clients: set[int]) -> dict[int, str]:
    """The names of those among these clients whom the member may open."""
    if not clients:
        return {}
    mine = Client.objects.open_to(member).filter(pk__in=clients)
    return dict(mine.values_list("pk", "name"))


def namesakes(member: Member, name: str) -> dict[int, "Namesake"]:
    """The clients called like this name (id -> how like)."""
    return _named(member, {name})[name]


@dataclass(frozen=True)
class Namesake:
    """A client whose name is like a sender's; `code` says how like (likeness.py)."""

    name: str
    code: str


def _named(member: Member, names: Iterable[str]) -> dict[str, dict[int, Namesake]]:
    """Name -> the clients called like it (id -> how); accents, case and order do not matter."""
    wanted = {name: name_words(name) for name in names}
    known = _having_words(member, {word for words in wanted.values() if (word := _telling(words))})
    found: dict[str, dict[int, Namesake]] = {}
    for name, words in wanted.items():
        alike = {
            pk: Namesake(held, code)
            for pk, held, parts in known.get(_telling(words), ())
            if (code := names_alike(words, parts))
        }
        surnames = [pk for pk, one in alike.items() if one.code == SURNAME]
        found[name] = {
            pk: one for pk, one in alike.items() if one.code != SURNAME or len(surnames) <= FAMILY
        }
    return found


def _telling(words: Sequence[str]) -> str:
    """The word of a name by which its bearers are looked up: the surname, or what is written out
    where that is an initial. A first name alone says nothing."""
    if len(words) < 2:
        return ""
    word = words[-1] if len(words[-1]) > 2 else max(words, key=lambda word: (len(word), word))
    return word if len(word) > 2 else ""


def _having_words(
    member: Member, words: Collection[str]
) -> dict[str, list[tuple[int, str, tuple[str, ...]]]]:
    """Word -> the clients who have it in their name: id, name, its words."""
    found: dict[str, list[tuple[int, str, tuple[str, ...]]]] = {}
    if not words:
        return found
    clients = Client.objects.open_to(member)
    if connection.vendor == "sqlite":
        clients = clients.filter(pk__in=any_of(sorted(words), NAMESAKES))
    else:
        clients = clients.filter(
            reduce(or_, (Q(search_name__contains=word) for word in sorted(words)))
        )
    for pk, name in clients.order_by("name", "pk").values_list("pk", "name")[:NAMESAKES]:
        parts = name_words(name)
        for word in set(parts).intersection(words):
            found.setdefault(word, []).append((pk, name, parts))
    return found
