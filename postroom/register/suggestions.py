"""Whom a waiting letter may be from: by its address, by what it says itself (hints.py), by the
sender's name.

Only what is cheap and can be explained. Nothing here files anything: a person does (MG-6).
Looked up when the page is shown, so that an address added a minute ago already counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from postroom.clients.models import Client, ContactPoint
from postroom.kit.mime import Letter
from postroom.kit.text import fold
from postroom.practice.models import Member
from postroom.practice.words import words_of
from postroom.register.hints import hints, referred
from postroom.register.models import Entry
from postroom.register.words import (
    COPIED,
    IN_TEXT,
    IN_THREAD,
    LIKE_ADDRESS,
    POSSIBLE,
    REFERENCE,
    REPLY_TO,
    SAME_ADDRESS,
    SAME_NAME,
    SHARED_ADDRESS,
    UNCONFIRMED,
    VERY_LIKELY,
    Pill,
    pill,
)

MOST = 8  # cards; whoever is not among them is found by the search
DOUBTED = ("dmarc", "several-senders")  # the sender may be somebody else
# What speaks for a client, the strongest first.
WEIGHT = (
    *(SAME_ADDRESS, IN_THREAD, REFERENCE, REPLY_TO, LIKE_ADDRESS, IN_TEXT, COPIED, SAME_NAME),
)


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
        return self.speaks_for == (SAME_NAME,)

    @property
    def hinted(self) -> bool:
        """Does something in the message speak for this client, and not its address?"""
        return not self.has_address and any(code != SAME_NAME for code in self.speaks_for)

    @property
    def weight(self) -> int:
        return min((WEIGHT.index(code) for code in self.speaks_for), default=len(WEIGHT))


def candidates(
    member: Member, entry: Entry, having: Iterable[int], letter: Letter
) -> list[Candidate]:
    """The clients this letter may be from, the likeliest first; `having` have its address.

    Few and small queries.
    """
    having = set(having)
    named = _named(member, {entry.sender_name})[entry.sender_name].keys()
    said = hints(member, entry, letter)
    # What a dropped file's own name may mean.
    offered = set(entry.reason_data.get("clients", ())) if entry.kind == Entry.LETTER else set()
    wanted = having | named | said.keys() | offered
    clients = (
        Client.objects.open_to(member).filter(pk__in=wanted).prefetch_related("patients", "groups")
    )
    found = [
        _candidate(entry, client, having, client.pk in named, said.get(client.pk, []))
        for client in clients
    ]
    return sorted(
        found, key=lambda c: (c.likelihood != VERY_LIKELY, c.weight, fold(c.client.name))
    )[:MOST]


def pills(member: Member, entries: Iterable[Entry]) -> dict[int, Pill]:
    """What the list says of each letter: what its desk would say, as far as that is known without
    opening it. A few queries however long the list is."""
    entries = list(entries)
    having = _holders(member, {entry.sender_norm for entry in entries})
    named = _named(member, {entry.sender_name for entry in entries})
    threads = {entry.pk: set(entry.reason_data.get("thread", ())) for entry in entries}
    answers = _names(member, set().union(*threads.values()))
    subjects = referred(member, {entry.subject for entry in entries})
    nouns = words_of(member.practice).within()
    found = {}
    for entry in entries:
        hinted = {pk: answers[pk] for pk in sorted(threads[entry.pk]) if pk in answers}
        hinted |= subjects.get(entry.subject, {})
        holders, alike = having.get(entry.sender_norm, {}), named[entry.sender_name]
        found[entry.pk] = _pill(entry, holders, alike, hinted, nouns)
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
    entry: Entry, client: Client, having: set[int], same_name: bool, hinted: list[str]
) -> Candidate:
    has_address = client.pk in having
    shared = has_address and len(having) > 1
    doubted = entry.reason in DOUBTED
    speaks_for = [SAME_ADDRESS] * has_address + hinted + [SAME_NAME] * same_name
    speaks_against = [SHARED_ADDRESS] * shared + [UNCONFIRMED] * (doubted and has_address)
    return Candidate(
        client=client,
        likelihood=VERY_LIKELY if _sure(entry, client.pk, having, same_name) else POSSIBLE,
        speaks_for=tuple(speaks_for),
        speaks_against=tuple(speaks_against),
        has_address=has_address,
    )


def _pill(
    entry: Entry,
    having: dict[int, str],
    named: dict[int, str],
    hinted: dict[int, str],
    nouns: Mapping[str, str],
) -> Pill:
    likely = [pk for pk in having if _sure(entry, pk, having, pk in named)]
    if len(likely) == 1:
        return pill(entry, 1, having[likely[0]], True, nouns)
    everyone = {**named, **hinted, **having}
    return pill(entry, len(everyone), next(iter(everyone.values()), ""), False, nouns)


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


def _named(member: Member, names: Iterable[str]) -> dict[str, dict[int, str]]:
    """Name -> the clients called so (id -> name); accents, case and order do not matter."""
    wanted = {name: _words(name) for name in names}
    # A first name alone says nothing. The longest word is the rarest: one for each name will do.
    rare = {
        max(words, key=lambda word: (len(word), word))
        for words in wanted.values()
        if len(words) > 1
    }
    known: dict[frozenset[str], dict[int, str]] = {}
    if rare:
        alike = reduce(or_, (Q(search_name__contains=word) for word in sorted(rare)))
        clients = Client.objects.open_to(member).filter(alike).order_by("name", "pk")
        for pk, name in clients.values_list("pk", "name"):
            known.setdefault(_words(name), {})[pk] = name
    return {name: known.get(words, {}) if len(words) > 1 else {} for name, words in wanted.items()}


def _words(name: str) -> frozenset[str]:
    return frozenset("".join(c if c.isalnum() else " " for c in fold(name)).split())
