from datetime import UTC, datetime

import pytest

from postroom.clients.matching import is_own, known, match_all
from postroom.clients.models import (
    Client,
    Contact,
    ContactLink,
    ContactPoint,
    Group,
    GroupMember,
    SenderRule,
)
from postroom.clients.rules import Nobody, One, Own, Professional, Several
from tests.support.cast import make_client

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_each_address_of_a_client_finds_it_whatever_its_case(cast):
    found = match_all(
        cast.practice.pk, ["Hollis.Farrow@EXAMPLE.org", "hollis@farrowjoinery.example.com"]
    )
    assert set(found.values()) == {One(cast.hollis.pk)}
    assert "Hollis.Farrow@EXAMPLE.org" in found


def test_another_practice_knows_nothing_of_it(cast):
    assert match_all(cast.other.pk, ["hollis.farrow@example.org"]) == {
        "hollis.farrow@example.org": Nobody()
    }


def test_what_is_no_address_is_nobodys(cast):
    assert match_all(cast.practice.pk, ["not an address", ""]) == {
        "not an address": Nobody(),
        "": Nobody(),
    }


def test_a_family_is_offered_with_its_group(cast):
    other = make_client(cast.practice, "4183", "June Farrow", ["hollis.farrow@example.org"])
    group = Group.objects.create(practice=cast.practice, name="Farrow")
    for client in (cast.hollis, other):
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    found = match_all(cast.practice.pk, ["hollis.farrow@example.org"])
    assert found["hollis.farrow@example.org"] == Several((cast.hollis.pk, other.pk), group.pk)


def test_a_second_contact_of_the_same_client_is_still_one_client(cast):
    contact = Contact.objects.create(practice=cast.practice, name="June")
    ContactLink.objects.create(practice=cast.practice, contact=contact, client=cast.hollis)
    add_point(contact, "hollis.farrow@example.org")
    found = match_all(cast.practice.pk, ["hollis.farrow@example.org"])
    assert found["hollis.farrow@example.org"] == One(cast.hollis.pk)


@pytest.mark.parametrize("state", ["archived", "deceased"])
def test_letters_to_an_archived_or_deceased_client_are_still_theirs(cast, state):
    Client.objects.filter(pk=cast.hollis.pk).update(state=state)
    found = match_all(cast.practice.pk, ["hollis.farrow@example.org"])
    assert found["hollis.farrow@example.org"] == One(cast.hollis.pk)


def test_a_laboratory_is_a_professional(cast):
    lab = Contact.objects.create(practice=cast.practice, name="Lab", professional=True)
    add_point(lab, "results@lab.example")
    found = match_all(cast.practice.pk, ["results@lab.example"])
    assert found["results@lab.example"] == Professional(lab.pk)


def test_a_contact_of_no_client_is_nobody(cast):
    add_point(Contact.objects.create(practice=cast.practice, name="X"), "x@x.example")
    assert match_all(cast.practice.pk, ["x@x.example"])["x@x.example"] == Nobody()


def test_members_and_the_practices_accounts_are_our_own(cast):
    make_client(cast.practice, "1", "Bob", ["bob@tern.example", "desk@tern.example"])
    found = match_all(
        cast.practice.pk,
        ["bob@tern.example", "desk@tern.example"],
        own=["Desk@tern.example", "a user name"],
    )
    assert set(found.values()) == {Own()}


def test_a_member_who_left_is_a_person_like_any_other(cast):
    cast.bob.active = False
    cast.bob.save()
    assert match_all(cast.practice.pk, ["bob@tern.example"])["bob@tern.example"] == Nobody()


def test_a_batch_of_500_takes_four_queries(cast, django_assert_max_num_queries):
    make_client(cast.practice, "4183", "June Farrow", ["hollis.farrow@example.org"])
    senders = ["hollis.farrow@example.org", *(f"a{n}@x.example" for n in range(499))]
    with django_assert_max_num_queries(4):
        found = match_all(cast.practice.pk, senders)
    assert len(found) == 500


def test_more_than_a_batch_is_asked_in_pieces(cast):
    norms = [f"a{n}@x.example" for n in range(1200)] + ["hollis.farrow@example.org"]
    assert known(cast.practice.pk, norms).clients == {
        "hollis.farrow@example.org": frozenset({cast.hollis.pk})
    }


@pytest.mark.parametrize("pattern", ["hollis.farrow@example.org", "example.org"])
def test_rules_of_this_practice_count_and_of_no_other(cast, pattern):
    SenderRule.objects.create(practice=cast.other, pattern=pattern, kind="own", at=NOON)
    assert not is_own(cast.practice.pk, "hollis.farrow@example.org")
    SenderRule.objects.create(practice=cast.practice, pattern=pattern, kind="own", at=NOON)
    assert is_own(cast.practice.pk, "hollis.farrow@example.org")


def test_a_domain_stands_for_what_lies_under_it_and_not_for_what_ends_alike(cast):
    SenderRule.objects.create(practice=cast.practice, pattern="lab.example", kind="own", at=NOON)
    assert is_own(cast.practice.pk, "a@lab.example")
    assert is_own(cast.practice.pk, "a@post.lab.example")
    assert not is_own(cast.practice.pk, "a@mylab.example")
    assert not is_own(cast.practice.pk, "lab.example@x.example")


def add_point(contact, address):
    ContactPoint.objects.create(
        practice=contact.practice, contact=contact, kind="email", value=address, norm=address
    )
