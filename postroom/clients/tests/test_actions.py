from datetime import UTC, datetime

from postroom.clients.actions import forget_address, remember_address
from postroom.clients.matching import match_all
from postroom.clients.models import Client, Contact, ContactLink, ContactPoint
from postroom.clients.rules import Nobody, One
from postroom.practice.models import AuditEvent

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_remembered_address_is_the_clients_from_now_on(cast):
    point = remember_address(cast.hollis, " Hollis@New.example ", by=cast.bob, now=NOW)
    assert (point.value, point.norm, point.origin) == (
        "Hollis@New.example",
        "hollis@new.example",
        ContactPoint.MEMBER,
    )
    assert match_all(cast.practice.pk, ["hollis@new.example"]) == {
        "hollis@new.example": One(cast.hollis.pk)
    }
    assert Client.objects.search("new.example").get() == cast.hollis


def test_remembering_is_audited_without_the_address(cast):
    point = remember_address(cast.hollis, "hollis@new.example", by=cast.bob, now=NOW)
    line = AuditEvent.objects.get(object_kind="client", object_id=cast.hollis.pk)
    assert (line.action, line.member, line.data) == (
        "remember_address",
        cast.bob,
        {"point": point.pk},
    )


def test_remembering_twice_changes_nothing(cast):
    assert remember_address(cast.hollis, "hollis@new.example", by=cast.bob, now=NOW)
    assert remember_address(cast.hollis, "HOLLIS@new.example", by=cast.bob, now=NOW) is None
    assert AuditEvent.objects.filter(action="remember_address").count() == 1


def test_an_address_of_the_clients_other_contact_is_known_already(cast):
    contact = Contact.objects.create(practice=cast.practice, name="June")
    ContactLink.objects.create(practice=cast.practice, contact=contact, client=cast.hollis)
    ContactPoint.objects.create(
        practice=cast.practice,
        contact=contact,
        kind="email",
        value="j@x.example",
        norm="j@x.example",
    )
    assert remember_address(cast.hollis, "j@x.example", by=cast.bob, now=NOW) is None


def test_what_is_no_address_is_not_remembered(cast):
    assert remember_address(cast.hollis, "hollis at home", by=cast.bob, now=NOW) is None
    assert not AuditEvent.objects.exists()


def test_a_client_without_a_contact_gets_one(cast):
    client = Client.objects.create(practice=cast.practice, ref="9", name="Ada Rook")
    point = remember_address(client, "ada@x.example", by=None, now=NOW)
    assert point.contact.name == "Ada Rook"
    assert client.links.get().main


def test_a_forgotten_address_is_nobodys(cast):
    point = remember_address(cast.hollis, "hollis@new.example", by=cast.bob, now=NOW)
    forget_address(point, by=cast.alice, now=NOW)
    assert match_all(cast.practice.pk, ["hollis@new.example"])["hollis@new.example"] == Nobody()
    assert not Client.objects.search("new.example").exists()
    line = AuditEvent.objects.get(action="forget_address")
    assert (line.member, line.object_id) == (cast.alice, cast.hollis.pk)


def test_forgetting_twice_is_harmless(cast):
    point = remember_address(cast.hollis, "hollis@new.example", by=cast.bob, now=NOW)
    again = ContactPoint.objects.get(pk=point.pk)
    forget_address(point, by=cast.alice, now=NOW)
    forget_address(again, by=cast.alice, now=NOW)
    assert AuditEvent.objects.filter(action="forget_address").count() == 1
