"""`postroom register`: every kind, and what narrows it."""

from datetime import date

import pytest

from postroom.cli.register import Narrowed, rows
from postroom.clients.models import Group, GroupMember
from postroom.register import noting, search
from postroom.register.noting import Said
from postroom.register.tests.post import NOON, mail, put
from tests.support.cast import Cast


@pytest.fixture
def told(cast: Cast) -> None:
    group = Group.objects.create(practice=cast.practice, name="Farrow family")
    GroupMember.objects.create(practice=cast.practice, group=group, client=cast.hollis)
    raw = mail(subject="mail", files=[("a.pdf", "application/pdf", b"x")])
    entry = put(cast.practice, raw, clients=[cast.hollis])
    search.index([search.Words(entry.pk, cast.practice.pk, "mail", "", "insurance", "")])
    put(cast.practice, mail(subject="waits"))
    said = Said("phone", NOON, "Owner collects", "call", "out", who="Wren", clients=(cast.hollis,),
                details={"minutes": 4})  # fmt: skip
    noting.note(cast.practice, said, [noting.File("b.pdf", "application/pdf", b"y")],
                by=cast.bob, now=NOON)  # fmt: skip


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (Narrowed(), "mail waits call"),
        (Narrowed(client="4182"), "mail call"),
        (Narrowed(group="Farrow family", kind="phone"), "call"),
        (Narrowed(unresolved=True), "waits"),
        (Narrowed(direction="out"), "call"),
        (Narrowed(since=date(2026, 11, 20), until=date(2026, 11, 20)), "mail waits call"),
        (Narrowed(until=date(2026, 11, 19)), ""),
        (Narrowed(files=True), "mail call"),
        (Narrowed(text="insur"), "mail"),
    ],
)
def test_each_option_leaves_what_it_says(
    cast: Cast, told: None, narrowed: Narrowed, expected: str
) -> None:
    assert [row["subject"] for row in rows(cast.practice, narrowed)] == expected.split()


def test_a_note_is_one_object_with_its_words_and_fields(cast: Cast, told: None) -> None:
    (row,) = rows(cast.practice, Narrowed(kind="phone"))
    assert (row["sha256"], row["text"], row["details"]) == (None, "Owner collects", {"minutes": 4})
    assert (row["author"], row["with"], row["direction"]) == ("Bob Adeyemi", "Wren", "out")
    assert [file["name"] for file in row["attachments"]] == ["b.pdf"]
