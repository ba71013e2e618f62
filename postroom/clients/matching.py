"""Matching senders with clients, a batch at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from postroom.clients.models import ContactPoint, GroupMember, SenderRule
from postroom.clients.rules import Known, Match, Own, match, patterns_of
from postroom.kit.addresses import normalise_email
from postroom.practice.models import Member

BATCH = 500


def match_all(
    practice_id: int, senders: Iterable[str], own: Iterable[str] = ()
) -> dict[str, Match]:
    """Whose letters these are, by sender as given; `own`: the practice's accounts' addresses."""
    norms = {sender: normalise_email(sender) for sender in senders}
    facts = known(practice_id, norms.values(), own)
    return {sender: match(norm, facts) for sender, norm in norms.items()}


def is_own(practice_id: int, norm: str, own: Iterable[str] = ()) -> bool:
    """Is it the practice's own address: a member's, an account's, or said to be so by a rule?"""
    return match(norm, known(practice_id, [norm], own)) == Own()


def known(practice_id: int, norms: Iterable[str], own: Iterable[str] = ()) -> Known:
    """What the practice knows of these addresses: four queries for each 500 of them at most.

    Archived and deceased clients are found like the others: their letters are still theirs.
    """
    clients: dict[str, set[int]] = defaultdict(set)
    professionals: dict[str, int] = {}
    distinct = {norm for norm in norms if norm}
    wanted = iter(distinct)
    while batch := list(islice(wanted, BATCH)):
        for norm, contact, professional, client in _holders(practice_id, batch):
            if professional:
                # One address for a whole laboratory: any of its people, always the same one.
                professionals[norm] = min(contact, professionals.get(norm, contact))
            elif client is not None:
                clients[norm].add(client)
    shared = {client for holders in clients.values() if len(holders) > 1 for client in holders}
    return Known(
        clients={norm: frozenset(holders) for norm, holders in clients.items()},
        groups=_groups(practice_id, shared),
        professionals=professionals,
        own=own_addresses(practice_id) | {normalise_email(address) for address in own} - {""},
        rules=_rules(practice_id, distinct),
    )


def own_addresses(practice_id: int) -> frozenset[str]:
    """The addresses by which the practice's members sign in, and their further ones (RX-118)."""
    members = Member.objects.filter(practice=practice_id, active=True)
    found = members.values_list("user__email", "addresses__value")
    return frozenset(normalise_email(one) for both in found for one in both if one) - {""}


def _holders(practice_id: int, norms: list[str]) -> Iterator[tuple[str, int, bool, int | None]]:
    points = ContactPoint.objects.filter(
        practice=practice_id, kind=ContactPoint.EMAIL, norm__in=norms
    )
    yield from points.values_list(
        "norm", "contact", "contact__professional", "contact__links__client"
    )


def _rules(practice_id: int, norms: set[str]) -> dict[str, str]:
    """The sender rules about these addresses and the domains they lie under."""
    found: dict[str, str] = {}
    waiting = iter({pattern for norm in norms for pattern in patterns_of(norm)})
    while batch := list(islice(waiting, 2 * BATCH)):
        rules = SenderRule.objects.filter(practice=practice_id, pattern__in=batch)
        found.update(rules.values_list("pattern", "kind"))
    return found


def _groups(practice_id: int, clients: set[int]) -> dict[int, frozenset[int]]:
    groups: dict[int, set[int]] = defaultdict(set)
    waiting = iter(clients)
    while batch := list(islice(waiting, BATCH)):
        members = GroupMember.objects.filter(practice=practice_id, client__in=batch)
        for client, group in members.values_list("client", "group"):
            groups[client].add(group)
    return {client: frozenset(found) for client, found in groups.items()}
