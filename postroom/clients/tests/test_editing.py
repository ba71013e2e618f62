"""Clients and patients made and mended by hand."""

from datetime import UTC, date, datetime

import pytest

from postroom.clients.bulk import apply, plan
from postroom.clients.editing import (
    ReferenceTaken,
    add_patient,
    create_client,
    edit_client,
    edit_patient,
)
from postroom.clients.importing import Row
from postroom.clients.mending import Change, ChangedMeanwhile
from postroom.clients.models import Client, Patient
from postroom.practice.models import AuditEvent
from tests.support.cast import Cast, make_client

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def last_line(action: str) -> AuditEvent:
    return AuditEvent.objects.filter(action=action).latest("id")


def test_an_empty_reference_is_made_up_and_never_twice(cast: Cast) -> None:
    refs = [
        create_client(cast.practice, {"name": f"Ada {n}"}, by=cast.bob, now=NOW).ref
        for n in range(3)
    ]
    assert refs == ["P-0001", "P-0002", "P-0003"]


def test_a_reference_made_up_goes_round_one_that_is_taken(cast: Cast) -> None:
    make_client(cast.practice, "P-9", "Nine", [])
    make_client(cast.practice, "P-0010", "Ten", [])
    make_client(cast.practice, "P-strange", "Odd", [])
    made = create_client(cast.practice, {"name": "Ada"}, by=cast.bob, now=NOW)
    assert made.ref == "P-0011"


def test_a_reference_of_another_client_is_refused(cast: Cast) -> None:
    with pytest.raises(ReferenceTaken):
        create_client(cast.practice, {"name": "Ada", "ref": "4182"}, by=cast.bob, now=NOW)
    assert not Client.objects.filter(name="Ada").exists()


def test_the_same_reference_may_stand_in_another_practice(cast: Cast) -> None:
    assert create_client(cast.other, {"name": "Ada", "ref": "4182"}, by=cast.charlie, now=NOW)


def test_a_new_client_is_found_at_once_and_is_its_own_main_contact(cast: Cast) -> None:
    fields = {"name": "Ada Brook", "birth_date": date(1980, 12, 31), "language": "fr"}
    made = create_client(cast.practice, fields, by=cast.bob, now=NOW)
    assert Client.objects.search("brook").get() == made
    assert made.birthday == 1231
    link = made.links.get()
    assert (link.main, link.contact.name, link.contact.language) == (True, "Ada Brook", "fr")
    assert last_line("create_client").data == {"fields": ["birth_date", "language", "name"]}


def test_only_what_was_changed_is_written(cast: Cast) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(note="by somebody else")
    edit_client(cast.hollis, {"state": Change("active", "archived")}, by=cast.bob, now=NOW)
    row = Client.objects.get(pk=cast.hollis.pk)
    assert (row.state, row.note) == ("archived", "by somebody else")


def test_nothing_of_somebody_elses_is_overwritten(cast: Cast) -> None:
    edit_client(cast.hollis, {"note": Change("", "Alice’s")}, by=cast.alice, now=NOW)
    changes = {"note": Change("", "Bob’s"), "state": Change("active", "archived")}
    with pytest.raises(ChangedMeanwhile) as error:
        edit_client(cast.hollis, changes, by=cast.bob, now=NOW)
    assert error.value.current == {"note": "Alice’s"}
    row = Client.objects.get(pk=cast.hollis.pk)
    assert (row.note, row.state) == ("Alice’s", "active")


def test_two_who_write_the_same_do_not_clash(cast: Cast) -> None:
    for member in (cast.alice, cast.bob):
        edit_client(cast.hollis, {"note": Change("", "limps")}, by=member, now=NOW)
    assert AuditEvent.objects.filter(action="edit_client").count() == 1


def test_the_audit_tells_values_of_what_is_harmless_and_names_the_rest(cast: Cast) -> None:
    changes = {
        "state": Change("active", "deceased"),
        "note": Change("", "a secret"),
        "name": Change("Hollis Farrow", "Hollis Lind"),
    }
    edit_client(cast.hollis, changes, by=cast.bob, now=NOW)
    assert last_line("edit_client").data == {
        "fields": ["name", "note", "state"],
        "changes": {"state": ["active", "deceased"]},
    }


def test_a_new_name_is_also_that_of_the_client_in_person(cast: Cast) -> None:
    change = {"name": Change("Hollis Farrow", "Hollis Lind")}
    edit_client(cast.hollis, change, by=cast.bob, now=NOW)
    assert cast.hollis.links.get(main=True).contact.name == "Hollis Lind"
    assert Client.objects.search("lind").exists()


def test_who_restricts_a_client_stays_among_those_who_may_open_it(cast: Cast) -> None:
    changes = {
        "restricted": Change(False, True),
        "access": Change(frozenset(), frozenset({cast.alice.pk})),
    }
    edit_client(cast.hollis, changes, by=cast.bob, now=NOW)
    assert set(cast.hollis.access.values_list("member", flat=True)) == {
        cast.alice.pk,
        cast.bob.pk,
    }
    assert Client.objects.open_to(cast.alice).exists()
    assert not Client.objects.open_to(cast.rita).exists()


def test_a_patient_made_by_hand_outlives_the_next_import(cast: Cast) -> None:
    mine = add_patient(cast.hollis, {"name": "Biscuit", "kind": "dog"}, by=cast.bob, now=NOW)
    row = Row(1, ref="4182", name="Hollis Farrow", patients=(("Maple", "cat"),))
    apply(cast.practice.pk, plan(cast.practice.pk, [row]), NOW)
    assert [patient.name for patient in cast.hollis.patients.all()] == ["Biscuit", "Maple"]
    assert Patient.objects.filter(pk=mine.pk).exists()


def test_a_patient_is_mended_and_found_by_its_new_name(cast: Cast) -> None:
    mine = add_patient(cast.hollis, {"name": "Biscuit"}, by=cast.bob, now=NOW)
    changes = {"name": Change("Biscuit", "Bramble"), "archived": Change(False, True)}
    edit_patient(mine, changes, by=cast.bob, now=NOW)
    assert Client.objects.search("bramble").get() == cast.hollis
    data = last_line("edit_patient").data
    assert data["fields"] == ["archived", "name"]
    assert data["changes"] == {"archived": [False, True]}


def test_the_reference_of_a_merged_client_leads_to_the_kept_one(cast: Cast) -> None:
    gone = make_client(cast.practice, "1", "Gone", [])
    Client.objects.filter(pk=gone.pk).update(merged_into=cast.hollis)
    assert Client.objects.named(cast.practice.pk, "1") == cast.hollis
    assert Client.objects.named(cast.practice.pk, "4182") == cast.hollis
    assert Client.objects.named(cast.other.pk, "4182") is None
