"""Addresses that several clients share, and clients who may be the same twice (MG-26).

Only clients the member may open are looked at: a report must not say who a closed one is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from postroom.clients.matching import known
from postroom.clients.models import Client, ContactLink, ContactPoint, is_open
from postroom.clients.rules import Several, held_by
from postroom.kit.text import fold
from postroom.practice.models import Member

SIZE = 50
MOST = 100


@dataclass(frozen=True)
class Shared:
    """An address or number of several clients; `family` when one group holds them all."""

    value: str
    norm: str
    kind: str
    clients: list[Client]
    family: bool


@dataclass(frozen=True)
class Pair:
    """Two clients of one name; `same` says what else is the same: birth-date, phone."""

    keep: Client
    other: Client
    same: tuple[str, ...]


def shared_addresses(member: Member, after: str = "") -> tuple[list[Shared], str]:
    """A page of shared addresses, by address, and where the next page begins ("" at the end)."""
    held = (
        _links(member)
        .filter(contact__points__kind=ContactPoint.EMAIL, contact__points__norm__gt=after)
        .values(norm=F("contact__points__norm"))
        .annotate(holders=Count("client", distinct=True))
    )
    norms = list(
        held.filter(holders__gt=1).order_by("norm").values_list("norm", flat=True)[: SIZE + 1]
    )
    page = norms[:SIZE]
    return _described(member, page), page[-1] if len(norms) > SIZE else ""


def others_with(member: Member, kind: str, norm: str, client: Client) -> list[Client]:
    """The clients beside this one who have the address or number, in no common family."""
    clients = Client.objects.open_to(member).filter(
        contacts__points__kind=kind, contacts__points__norm=norm, contacts__professional=False
    )
    family = client.groups.values("pk")
    strangers = clients.exclude(pk=client.pk).exclude(groups__in=family)
    return list(strangers.distinct().order_by("name", "pk")[:5])


def pairs(member: Member) -> list[Pair]:
    """Clients of one name who were born on one day or have a number or address in common.

    At most 100. Names are compared without accents, capitals and the order of their words.
    """
    clients = Client.objects.open_to(member)
    born = clients.filter(birth_date__isnull=False)
    days = born.values("birth_date", "practice").annotate(n=Count("pk")).filter(n__gt=1)
    suspects: dict[frozenset[int], set[str]] = defaultdict(set)
    rows = born.filter(birth_date__in=days.values("birth_date"))
    for found in _alike(rows.values_list("birth_date", "pk", "name")):
        suspects[found].add("birth-date")
    held = (
        ContactPoint.objects.filter(practice=member.practice_id, contact__professional=False)
        .values("kind", "norm")
        .annotate(holders=Count("contact__clients", distinct=True))
        .filter(holders__gt=1)
    )
    links = _links(member).filter(contact__points__norm__in=held.values("norm"))
    for kind in (ContactPoint.PHONE, ContactPoint.EMAIL):
        holders = links.filter(contact__points__kind=kind).values_list(
            "contact__points__norm", "client", "client__name"
        )
        for found in _alike(holders):
            suspects[found].add(kind)
    wanted = sorted(suspects, key=sorted)[:MOST]
    named = clients.filter(pk__in={pk for pair in wanted for pk in pair})
    by_pk = named.prefetch_related("patients").in_bulk()
    return [
        Pair(by_pk[min(pair)], by_pk[max(pair)], tuple(sorted(suspects[pair])))
        for pair in wanted
        if pair <= by_pk.keys()
    ]


def _links(member: Member) -> Any:
    """Whose contacts there are, of clients the member may open.

    Asked of each link's own client: as a list of all clients, SQLite would write that list down
    first, at 100,000 of them each time anew.
    """
    if not member.may("read"):
        return ContactLink.objects.none()
    links = ContactLink.objects.filter(practice=member.practice_id, contact__professional=False)
    return links.filter(is_open(member, "client__"), client__merged_into=None)


def _alike(rows: Iterable[tuple[object, int, str]]) -> Iterable[frozenset[int]]:
    """Pairs of ids that have the key and the name in common."""
    found: dict[tuple[object, tuple[str, ...]], list[int]] = defaultdict(list)
    for key, pk, name in rows:
        same = found[(key, tuple(sorted(fold(name).split())))]
        if pk not in same:
            same.append(pk)
    for ids in found.values():
        for other in ids[1:]:
            yield frozenset((ids[0], other))


def _described(member: Member, norms: list[str]) -> list[Shared]:
    clients: dict[str, dict[int, Client]] = defaultdict(dict)
    mine = Client.objects.open_to(member)
    holders = Q(contacts__points__norm__in=norms, contacts__points__kind=ContactPoint.EMAIL)
    links = mine.filter(holders, contacts__professional=False).values_list(
        "contacts__points__norm", "pk"
    )
    pairs_found = list(links)
    by_pk = mine.filter(pk__in={pk for _, pk in pairs_found}).in_bulk()
    for norm, pk in pairs_found:
        if norm in norms:
            clients[norm][pk] = by_pk[pk]
    facts = known(member.practice_id, norms)
    found = []
    for norm in norms:
        verdict = held_by(norm, facts)
        family = isinstance(verdict, Several) and verdict.group is not None
        holders_of = sorted(clients[norm].values(), key=lambda client: (client.name, client.pk))
        found.append(Shared(norm, norm, ContactPoint.EMAIL, holders_of, family))
    return found
