"""Whom a waiting letter may be from: by its address, then by the sender's name.

Only what is cheap and can be explained. Nothing here files anything: a person does (MG-6).
Looked up when the page is shown, so that an address added a minute ago already counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.clients.models import Client, ContactPoint
from postroom.kit.text import fold
from postroom.practice.models import Member
from postroom.register.models import Entry
from postroom.register.words import (
    POSSIBLE,
    SAME_ADDRESS,
    SAME_NAME,
    SHARED_ADDRESS,
    UNCONFIRMED,
    VERY_LIKELY,
    Pill,
    pill,
)

MOST = 8  # cards; whoever is not among them is found by the search
ALIKE = 40  # clients whose name is compared with the sender's


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


def candidates(member: Member, entry: Entry, having: Iterable[int]) -> list[Candidate]:
    """The clients this letter may be from, the likeliest first; `having` have its address.

    Four small queries.
    """
    having = set(having)
    named = _named(member, entry.sender_name)
    wanted = having | named | set(entry.reason_data.get("clients", ()))
    clients = (
        Client.objects.open_to(member).filter(pk__in=wanted).prefetch_related("patients", "groups")
    )
    found = [_candidate(entry, client, having, client.pk in named) for client in clients]
    return sorted(
        found,
        key=lambda c: (c.likelihood != VERY_LIKELY, not c.has_address, fold(c.client.name)),
    )[:MOST]


def pills(member: Member, entries: Iterable[Entry]) -> dict[int, Pill]:
    """What the list says of each letter. Two queries however long the list is."""
    entries = list(entries)
    having = _holders(member, {entry.sender_norm for entry in entries})
    named: dict[str, dict[int, str]] = {}
    same = Client.objects.open_to(member).filter(
        name__in={entry.sender_name for entry in entries if entry.sender_name}
    )
    for pk, name in same.values_list("pk", "name"):
        named.setdefault(name, {})[pk] = name
    return {
        entry.pk: _pill(entry, having.get(entry.sender_norm, {}), named.get(entry.sender_name, {}))
        for entry in entries
    }


def chosen(found: list[Candidate], entry: Entry, asked: int | None) -> int | None:
    """Which card is chosen when the page opens: the asked one, the one that is very likely, or
    the first of a family. Never one of several strangers, nor one who has no more than the
    sender's name: anybody can sign with it (MG-6)."""
    if asked in {candidate.client.pk for candidate in found}:
        return asked
    likely = [candidate.client.pk for candidate in found if candidate.likelihood == VERY_LIKELY]
    if len(likely) == 1:
        return likely[0]
    if entry.reason == "same-group":
        family = (candidate.client.pk for candidate in found if candidate.has_address)
        return next(family, None)
    return None


def holders(member: Member, entry: Entry) -> dict[int, str]:
    """The clients who have the sender's address now (id -> name)."""
    return _holders(member, [entry.sender_norm]).get(entry.sender_norm, {})


def _candidate(entry: Entry, client: Client, having: set[int], same_name: bool) -> Candidate:
    has_address = client.pk in having
    shared = has_address and len(having) > 1
    doubted = entry.reason in ("dmarc", "several-senders")
    speaks_for = [SAME_ADDRESS] * has_address + [SAME_NAME] * same_name
    speaks_against = [SHARED_ADDRESS] * shared + [UNCONFIRMED] * (doubted and has_address)
    sure = has_address and (same_name or not shared) and not doubted
    return Candidate(
        client=client,
        likelihood=VERY_LIKELY if sure else POSSIBLE,
        speaks_for=tuple(speaks_for),
        speaks_against=tuple(speaks_against),
        has_address=has_address,
    )


def _pill(entry: Entry, having: dict[int, str], named: dict[int, str]) -> Pill:
    both = having.keys() & named.keys()
    if len(both) == 1:
        (only,) = both
        return pill(entry, 1, having[only], sure=True)
    everyone = {**named, **having}
    name = next(iter(everyone.values()), "")
    return pill(entry, len(everyone), name, sure=bool(having))


def _holders(member: Member, norms: Iterable[str]) -> dict[str, dict[int, str]]:
    """Address -> the clients who have it now (id -> name)."""
    found: dict[str, dict[int, str]] = {}
    points = ContactPoint.objects.filter(
        practice=member.practice_id,
        kind=ContactPoint.EMAIL,
        norm__in={norm for norm in norms if norm},
        contact__clients__in=Client.objects.open_to(member),
    ).values_list("norm", "contact__clients__pk", "contact__clients__name")
    for norm, pk, name in points:
        found.setdefault(norm, {})[pk] = name
    return found


def _named(member: Member, name: str) -> set[int]:
    """The clients called as the sender is called; accents and order do not matter."""
    wanted = _words(name)
    if len(wanted) < 2:  # a first name alone says nothing
        return set()
    alike = Client.objects.open_to(member).search(" ".join(wanted))
    rows = alike.values_list("pk", "name")[:ALIKE]
    return {pk for pk, known in rows if _words(known) == wanted}


def _words(name: str) -> frozenset[str]:
    return frozenset("".join(c if c.isalnum() else " " for c in fold(name)).split())
