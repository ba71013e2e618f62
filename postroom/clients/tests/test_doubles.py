"""Addresses that several clients share, and clients who are there twice."""

from datetime import date

from postroom.clients.doubles import others_with, pairs, shared_addresses
from postroom.clients.models import Client, Contact, ContactPoint, Group, GroupMember
from tests.support.cast import Cast, make_client

SHARED = "hollis.farrow@example.org"


def family(cast: Cast, *clients: Client) -> None:
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    for client in clients:
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)


def test_a_shared_address_names_its_clients_and_whether_they_are_a_family(cast: Cast) -> None:
    wren = make_client(cast.practice, "1", "Wren Farrow", [SHARED, "wren@example.org"])
    found, following = shared_addresses(cast.rita)
    assert [(one.norm, one.clients, one.family) for one in found] == [
        (SHARED, [cast.hollis, wren], False)
    ]
    assert following == ""
    family(cast, cast.hollis, wren)
    assert shared_addresses(cast.rita)[0][0].family


def test_pages_of_shared_addresses_follow_each_other(cast: Cast) -> None:
    many = [f"a{n:03}@example.org" for n in range(60)]
    for ref in "12":
        make_client(cast.practice, ref, f"Client {ref}", many)
    first, following = shared_addresses(cast.rita)
    rest, end = shared_addresses(cast.rita, following)
    assert [one.norm for one in [*first, *rest]] == many
    assert (len(first), end) == (50, "")


def test_another_practices_clients_share_nothing_with_ours(cast: Cast) -> None:
    make_client(cast.other, "1", "Hollis Farrow", [SHARED])
    assert shared_addresses(cast.rita) == ([], "")
    assert pairs(cast.rita) == []


def test_a_closed_client_is_not_told_of(cast: Cast) -> None:
    wren = make_client(cast.practice, "1", "Hollis Farrow", [SHARED])
    Client.objects.filter(pk=wren.pk).update(restricted=True)
    assert shared_addresses(cast.rita) == ([], "")
    assert pairs(cast.rita) == []
    assert others_with(cast.rita, "email", SHARED, cast.hollis) == []


def test_a_correspondents_address_is_shared_with_nobody(cast: Cast) -> None:
    lab = Contact.objects.create(practice=cast.practice, name="Lab", professional=True)
    ContactPoint.objects.create(
        practice=cast.practice, contact=lab, kind="email", value=SHARED, norm=SHARED
    )
    assert shared_addresses(cast.rita) == ([], "")


def test_two_of_one_name_are_a_pair_with_one_birthday_number_or_address(cast: Cast) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(birth_date=date(1980, 12, 31))
    twin = make_client(cast.practice, "1", "FARROW Hóllis", [])
    make_client(cast.practice, "2", "Hollis Farrow", [])
    assert pairs(cast.rita) == []  # a name alone says nothing
    Client.objects.filter(pk=twin.pk).update(birth_date=date(1980, 12, 31))
    ContactPoint.objects.create(
        practice=cast.practice,
        contact=twin.contacts.get(),
        kind="email",
        value=SHARED,
        norm=SHARED,
    )
    found = pairs(cast.rita)
    assert [(pair.keep, pair.other, pair.same) for pair in found] == [
        (cast.hollis, twin, ("birth-date", "email"))
    ]


def test_the_one_who_shares_an_address_is_warned_of_strangers_only(cast: Cast) -> None:
    wren = make_client(cast.practice, "1", "Wren Farrow", [SHARED])
    assert others_with(cast.rita, "email", SHARED, cast.hollis) == [wren]
    family(cast, cast.hollis, wren)
    assert others_with(cast.rita, "email", SHARED, cast.hollis) == []
