"""A client's people, their addresses and numbers, consents; correspondents; groups."""

from datetime import UTC, datetime

import pytest

from postroom.clients import contacting, grouping
from postroom.clients.bulk import apply, plan
from postroom.clients.contacting import AlreadyThere, Said
from postroom.clients.importing import Row
from postroom.clients.matching import match_all
from postroom.clients.mending import Change, ChangedMeanwhile
from postroom.clients.models import Client, Consent, Contact, ContactPoint, Group
from postroom.clients.rules import Nobody, One, Professional
from postroom.practice.models import AuditEvent
from tests.support.cast import Cast, make_client

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def email(value: str, **more: object) -> dict[str, object]:
    return {"kind": "email", "value": value, "norm": value.lower(), **more}


@pytest.fixture
def hollis(cast: Cast) -> Contact:
    return cast.hollis.contacts.get()


def test_a_further_person_has_a_role_and_may_be_responsible(cast: Cast) -> None:
    fields = {"name": "June Farrow", "role": "mother", "responsible": True, "language": "en"}
    link = contacting.add_contact(cast.hollis, fields, by=cast.bob, now=NOW)
    assert (link.main, link.role, link.responsible) == (False, "mother", True)
    line = AuditEvent.objects.get(action="add_contact")
    assert line.data["fields"] == ["language", "name", "responsible", "role"]


def test_a_removed_person_is_gone_unless_somebody_elses_too(cast: Cast) -> None:
    link = contacting.add_contact(cast.hollis, {"name": "June"}, by=cast.bob, now=NOW)
    other = make_client(cast.practice, "1", "Wren Farrow", [])
    link.contact.links.create(practice=cast.practice, client=other)
    contacting.remove_contact(link, by=cast.bob, now=NOW)
    assert Contact.objects.filter(name="June").exists()
    contacting.remove_contact(link.contact.links.get(), by=cast.bob, now=NOW)
    assert not Contact.objects.filter(name="June").exists()


def test_the_client_in_person_cannot_be_removed(cast: Cast) -> None:
    link = cast.hollis.links.get()
    contacting.remove_contact(link, by=cast.bob, now=NOW)
    assert cast.hollis.links.get() == link


def test_a_new_address_matches_and_is_found(cast: Cast, hollis: Contact) -> None:
    contacting.add_point(hollis, email("h@new.example"), by=cast.bob, now=NOW)
    assert match_all(cast.practice.pk, ["h@new.example"])["h@new.example"] == One(cast.hollis.pk)
    assert Client.objects.search("new.example").get() == cast.hollis


def test_the_same_address_twice_is_refused(cast: Cast, hollis: Contact) -> None:
    with pytest.raises(AlreadyThere):
        contacting.add_point(hollis, email("HOLLIS.farrow@example.org"), by=cast.bob, now=NOW)


def test_there_is_one_main_address(cast: Cast, hollis: Contact) -> None:
    first = contacting.add_point(hollis, email("a@x.example"), by=cast.bob, now=NOW)
    assert first.preferred  # nobody had said which is the main one
    second = contacting.add_point(
        hollis, email("b@x.example", preferred=True), by=cast.bob, now=NOW
    )
    assert list(hollis.points.filter(preferred=True)) == [second]
    phone = {"kind": "phone", "value": "020 7946 0018", "norm": "+442079460018"}
    assert contacting.add_point(hollis, phone, by=cast.bob, now=NOW).preferred


def test_what_a_member_mended_stays_at_the_next_import(cast: Cast, hollis: Contact) -> None:
    hollis.points.update(origin=ContactPoint.IMPORT)
    point = hollis.points.get(norm="hollis.farrow@example.org")
    change = {"value": Change(point.value, "hollis@mended.example")}
    contacting.edit_point(point, change, norm="hollis@mended.example", by=cast.bob, now=NOW)
    row = Row(1, ref="4182", name="Hollis Farrow", emails=())
    apply(cast.practice.pk, plan(cast.practice.pk, [row]), NOW)
    assert [p.norm for p in hollis.points.all()] == ["hollis@mended.example"]


def test_the_audit_of_an_address_does_not_hold_it(cast: Cast, hollis: Contact) -> None:
    point = hollis.points.first()
    changes = {
        "value": Change(point.value, "new@x.example"),
        "automatic": Change(True, False),
    }
    contacting.edit_point(point, changes, norm="new@x.example", by=cast.bob, now=NOW)
    line = AuditEvent.objects.get(action="edit_point")
    assert line.object_id == cast.hollis.pk
    assert line.data == {
        "point": point.pk,
        "kind": "email",
        "fields": ["automatic", "value"],
        "changes": {"automatic": [True, False]},
    }


def test_a_consent_has_its_source_its_time_and_who_noted_it(cast: Cast, hollis: Contact) -> None:
    point = hollis.points.first()
    said = [Said("reminder", False, "form of 3 May"), Said("care", None)]
    contacting.edit_point(point, {}, norm=point.norm, said=said, by=cast.bob, now=NOW)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.given, consent.source) == ("reminder", False, "form of 3 May")
    assert (consent.at, consent.by) == (NOW, cast.bob)
    contacting.edit_point(point, {}, norm=point.norm, said=said, by=cast.alice, now=NOW)
    assert AuditEvent.objects.filter(action="edit_point").count() == 1
    contacting.edit_point(
        point, {}, norm=point.norm, said=[Said("reminder", None)], by=cast.bob, now=NOW
    )
    assert not Consent.objects.exists()
    line = AuditEvent.objects.filter(action="edit_point").latest("id")
    assert line.data["consents"] == {"reminder": [False, None]}


def test_two_at_one_address_do_not_overwrite_each_other(cast: Cast, hollis: Contact) -> None:
    point = hollis.points.first()
    contacting.edit_point(
        point, {"label": Change("", "home")}, norm=point.norm, by=cast.alice, now=NOW
    )
    with pytest.raises(ChangedMeanwhile):
        contacting.edit_point(
            point, {"label": Change("", "work")}, norm=point.norm, by=cast.bob, now=NOW
        )


def test_a_removed_address_is_nobodys(cast: Cast, hollis: Contact) -> None:
    point = hollis.points.get(norm="hollis.farrow@example.org")
    contacting.remove_point(point, by=cast.bob, now=NOW)
    contacting.remove_point(point, by=cast.bob, now=NOW)
    assert match_all(cast.practice.pk, [point.norm])[point.norm] == Nobody()
    assert not Client.objects.search("hollis.farrow@").exists()
    assert AuditEvent.objects.filter(action="remove_point").count() == 1


def test_a_blocked_address_still_says_whose_letter_it_is(cast: Cast, hollis: Contact) -> None:
    hollis.points.update(state="blocked")
    found = match_all(cast.practice.pk, ["hollis.farrow@example.org"])
    assert found["hollis.farrow@example.org"] == One(cast.hollis.pk)


def test_a_correspondents_letters_ask_about_whom_they_are(cast: Cast) -> None:
    fields = {"name": "Vetlab", "calling": "laboratory", "organisation": "", "note": ""}
    lab = contacting.create_correspondent(cast.practice, fields, by=cast.bob, now=NOW)
    contacting.add_point(lab, email("results@vetlab.example"), by=cast.bob, now=NOW)
    found = match_all(cast.practice.pk, ["results@vetlab.example"])
    assert found["results@vetlab.example"] == Professional(lab.pk)
    lab.refresh_from_db()
    assert "vetlab.example" in lab.search_name
    change = {"calling": Change("laboratory", "insurer")}
    contacting.edit_correspondent(lab, change, by=cast.bob, now=NOW)
    line = AuditEvent.objects.get(action="edit_correspondent")
    assert (line.object_kind, line.object_id) == ("contact", lab.pk)


def test_typing_a_group_that_is_there_joins_it_whatever_the_capitals(cast: Cast) -> None:
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    Group.objects.create(practice=cast.other, name="FARROW FAMILY")
    assert grouping.join(cast.hollis, "farrow FAMILY", by=cast.bob, now=NOW) == group
    assert grouping.join(cast.hollis, "Joinery", by=cast.bob, now=NOW).name == "Joinery"
    assert cast.hollis.groups.count() == 2


def test_a_group_without_clients_is_no_more(cast: Cast) -> None:
    group = grouping.join(cast.hollis, "Joinery", by=cast.bob, now=NOW)
    grouping.leave(cast.hollis, group, by=cast.bob, now=NOW)
    grouping.leave(cast.hollis, group, by=cast.bob, now=NOW)
    assert not Group.objects.exists()
    assert AuditEvent.objects.filter(action="leave_group").count() == 1


def test_a_group_is_not_renamed_into_another_nor_over_somebody_elses_name(cast: Cast) -> None:
    group = grouping.join(cast.hollis, "Joinery", by=cast.bob, now=NOW)
    grouping.join(cast.hollis, "Farrow family", by=cast.bob, now=NOW)
    with pytest.raises(grouping.NameTaken):
        grouping.rename(group, Change("Joinery", "FARROW family"), by=cast.bob, now=NOW)
    grouping.rename(group, Change("Joinery", "Farrow & Co"), by=cast.bob, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        grouping.rename(group, Change("Joinery", "Workshop"), by=cast.alice, now=NOW)
