from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from postroom.kit import rows as kit_rows
from postroom.kit.rows import insert_each, update_each
from postroom.practice.models import AuditEvent, Event, Practice
from tests.support.cast import Cast

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_each_row_gets_its_own_values_in_the_fields_named(cast: Cast):
    rows = Event.objects.bulk_create(
        Event(practice=cast.practice, at=NOW, kind="before", object_id=n) for n in range(120)
    )
    for n, row in enumerate(rows):
        row.practice, row.object_id, row.kind = cast.other, n * 7, "not to be saved"
    update_each(rows, ["practice", "object_id"])
    saved = Event.objects.filter(kind="before").order_by("id")
    assert [(one.practice, one.object_id) for one in saved] == [
        (cast.other, n * 7) for n in range(120)
    ]


def test_other_rows_stay_as_they_were(cast: Cast):
    one, other = Event.objects.bulk_create(
        Event(practice=cast.practice, at=NOW, kind="k", object_id=n) for n in (1, 2)
    )
    one.object_id = 3
    update_each([one], ["object_id"])
    other.refresh_from_db()
    assert other.object_id == 2


def test_no_rows_are_nothing_to_do():
    update_each([], ["object_id"])


@pytest.mark.django_db(transaction=True)
def test_where_one_row_cannot_be_saved_none_is():
    rows = [Practice.objects.create(slug=f"practice-{n}", name="Before") for n in range(3)]
    for row in rows:
        row.slug, row.name = "all-the-same", "After"
    with pytest.raises(IntegrityError):
        update_each(rows, ["name", "slug"])
    assert set(Practice.objects.values_list("name", flat=True)) == {"Before"}


def test_new_rows_get_their_keys_in_their_order(cast: Cast, monkeypatch):
    monkeypatch.setattr(kit_rows, "_PARAMETERS", 12)  # several statements
    rows = [Event(practice=cast.practice, at=NOW, kind="new", object_id=n) for n in range(40)]
    insert_each(rows)
    assert [row._state.adding for row in rows] == [False] * 40
    saved = Event.objects.filter(kind="new").order_by("id")
    assert [(one.pk, one.object_id, one.at, one.practice) for one in saved] == [
        (row.pk, n, NOW, cast.practice) for n, row in enumerate(rows)
    ]


def test_times_and_json_are_stored_as_the_fields_store_them(cast: Cast):
    said = {"was": ["é", None, 1.5]}
    line = AuditEvent(
        practice=cast.practice, at=NOW, action="x", object_kind="entry", object_id=1, data=said
    )
    insert_each([line])
    found = AuditEvent.objects.get(pk=line.pk)
    assert (found.data, found.at, found.member) == (said, NOW, None)


@pytest.mark.django_db(transaction=True)
def test_where_one_new_row_is_refused_none_is_inserted(monkeypatch):
    monkeypatch.setattr(kit_rows, "_PARAMETERS", 30)
    new = [Practice(slug=f"p-{n % 9}", name="New") for n in range(12)]
    with pytest.raises(IntegrityError):
        insert_each(new)
    assert not Practice.objects.filter(name="New").exists()


def test_no_new_rows_are_nothing_to_do():
    insert_each([])
