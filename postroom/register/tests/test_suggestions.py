"""Whom a letter in Unresolved may be from, and whom the page chooses."""

import pytest
from django.test import Client as Browser

from postroom.clients.models import Group, GroupMember
from postroom.connections.models import MailAccount, Workflow
from postroom.register import rules
from postroom.register.tests.post import mail, put
from postroom.register.tests.test_unresolved import PAGE, cards, words
from tests.support.cast import Cast, make_client


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def test_strangers_sharing_an_address_are_offered_and_none_is_chosen(
    cast: Cast, bob: Browser
) -> None:
    for ref, name in (("1", "Ada Brook"), ("2", "Cyd Dale")):
        make_client(cast.practice, ref, name, ["shared@example.org"])
    put(cast.practice, mail(sender="shared@example.org"), reason=rules.SEVERAL_CLIENTS)
    page = bob.get(PAGE)
    assert cards(page) == {"Ada Brook": False, "Cyd Dale": False}
    assert "2 possible clients" in words(page)


def test_of_two_namesakes_with_one_address_none_is_chosen(cast: Cast, bob: Browser) -> None:
    for ref in ("1", "2"):
        make_client(cast.practice, ref, "Ada Brook", ["shared@example.org"])
    put(cast.practice, mail(sender="Ada Brook <shared@example.org>"))
    assert bob.get(PAGE).context["desk"].chosen is None


def test_one_client_with_an_unconfirmed_senders_address_is_not_chosen(
    cast: Cast, bob: Browser
) -> None:
    make_client(cast.practice, "1", "Ada Brook", ["hollis@farrow.example"])
    put(cast.practice, reason=rules.DMARC)
    assert cards(bob.get(PAGE)) == {"Ada Brook": False, "Hollis Farrow": False}


def test_of_a_family_the_first_is_proposed(cast: Cast, bob: Browser) -> None:
    group = Group.objects.create(practice=cast.practice, name="Brook family")
    for ref, name in (("1", "Ada Brook"), ("2", "Ben Brook")):
        client = make_client(cast.practice, ref, name, ["brook@example.org"])
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    put(cast.practice, mail(sender="brook@example.org"), reason=rules.SAME_GROUP)
    assert cards(bob.get(PAGE)) == {"Ada Brook": True, "Ben Brook": False}


def test_the_one_who_signs_like_a_client_with_that_address_is_very_likely(
    cast: Cast, bob: Browser
) -> None:
    for ref, name in (("1", "Ada Brook"), ("2", "Cyd Dale")):
        make_client(cast.practice, ref, name, ["shared@example.org"])
    put(cast.practice, mail(sender="DALE, Cyd <shared@example.org>"))
    page = bob.get(PAGE)
    assert cards(page) == {"Cyd Dale": True, "Ada Brook": False}
    assert "Other clients have this address too" in words(page)


@pytest.mark.parametrize("name", ["Renée Œstlund", "renee œstlund", "Œstlund, Renée"])
def test_the_same_name_is_suggested_whatever_accents_and_order_but_never_chosen(
    cast: Cast, bob: Browser, name: str
) -> None:
    make_client(cast.practice, "1", "Renée Œstlund", [])
    put(cast.practice, sender_name=name)
    page = bob.get(PAGE)
    assert cards(page) == {"Renée Œstlund": False}
    assert "Same name as the sender" in words(page)


@pytest.mark.parametrize("name", ["FARROW, Hollis", "hollis fárrow", "Hollis Farrow"])
def test_the_list_says_what_the_desk_says_of_a_name(cast: Cast, bob: Browser, name: str) -> None:
    put(cast.practice, sender_name=name)
    page = bob.get(PAGE)
    assert cards(page) == {"Hollis Farrow": False}
    assert [pill.text for _, pill in page.context["rows"]] == ["Possible: Hollis Farrow"]


def test_the_list_says_what_the_desk_says_of_a_namesake(cast: Cast, bob: Browser) -> None:
    make_client(cast.practice, "1", "Ada Brook", ["hollis@farrow.example"])
    put(cast.practice, sender_name="FARROW, Hollis")
    page = bob.get(PAGE)
    assert cards(page) == {"Ada Brook": True, "Hollis Farrow": False}
    assert [pill.text for _, pill in page.context["rows"]] == ["Very likely: Ada Brook"]


def test_the_folder_named_is_one_that_is_still_used(cast: Cast, bob: Browser) -> None:
    account = MailAccount.objects.create(practice=cast.practice, name="Desk", host="mail.example")
    for folder, active in (("Old", False), ("New", True)):
        Workflow.objects.create(
            practice=cast.practice,
            account=account,
            folder_in=folder,
            folder_resolved=f"{folder} done",
            active=active,
        )
    put(cast.practice, account=account)
    assert bob.get(PAGE).context["desk"].folder == "New done"
    Workflow.objects.update(kind=Workflow.INBOX)
    assert bob.get(PAGE).context["desk"].folder == ""  # filing moves nothing out of an inbox


def test_a_first_name_alone_suggests_nobody(cast: Cast, bob: Browser) -> None:
    put(cast.practice, sender_name="Hollis")
    assert cards(bob.get(PAGE)) == {}


def test_an_address_added_since_is_suggested_when_the_page_is_read(
    cast: Cast, bob: Browser
) -> None:
    put(cast.practice)
    make_client(cast.practice, "1", "Ada Brook", ["hollis@farrow.example"])
    page = bob.get(PAGE)
    assert cards(page) == {"Ada Brook": True, "Hollis Farrow": False}
    assert "Very likely: Ada Brook" in words(page)


def test_an_unconfirmed_sender_is_never_very_likely(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, reason=rules.DMARC, reason_data={"domain": "farrow.example"})
    make_client(cast.practice, "1", "Ada Brook", ["hollis@farrow.example"])
    page = bob.get(PAGE, {"entry": entry.pk})
    assert "could not confirm that it really comes from farrow.example" in words(page)
    assert [c.pill.text for c in page.context["desk"].cards if c.pill] == ["Possible", "Possible"]


def test_a_client_looked_up_by_words_or_named_in_the_address_can_be_chosen(
    cast: Cast, bob: Browser
) -> None:
    entry = put(cast.practice)
    assert cards(bob.get(PAGE, {"entry": entry.pk, "find": "4182"})) == {"Hollis Farrow": False}
    asked = {"entry": entry.pk, "client": cast.hollis.pk}
    page = bob.get(PAGE, asked)
    assert cards(page) == {"Hollis Farrow": True}
    assert "File to Hollis Farrow" in words(page)
    assert "No client found for “zzz”" in words(bob.get(PAGE, {"entry": entry.pk, "find": "zzz"}))


def test_a_client_of_another_practice_cannot_be_named(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, sender_name="")
    foreign = make_client(cast.other, "1", "Ada Brook", ["hollis@farrow.example"])
    assert cards(bob.get(PAGE, {"entry": entry.pk, "client": foreign.pk, "find": "Brook"})) == {}
