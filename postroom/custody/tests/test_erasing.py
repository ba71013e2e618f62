"""Erasing: nothing planted is found again, what is others' stays, and no look brings it back."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.models import Client, Contact, ContactLink, Group, SenderRule
from postroom.custody import erasing, exporting, holding, shelf
from postroom.custody.exporting import CLIENT
from postroom.custody.tests.things import NOW, erase, export, furnish, letter, note
from postroom.intake.models import Sighting
from postroom.practice import longwork
from postroom.practice.models import AuditEvent, Job
from postroom.register import search
from postroom.register.models import Attachment, Entry, StoredFile, StoredMail, Tombstone, file_path
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_cast, make_client

PLANTED = [f"zkanarie{n:02}q" for n in range(20)]


@pytest.fixture
def other(cast: Cast) -> Client:
    return make_client(cast.practice, "9001", "Maud Ibsen", ["maud@example.org"])


def found_in(word: str) -> list[str]:
    """Where the word stands: in the database's own files, in its rows, on the disk."""
    places = [path.name for path in _files() if word.encode() in path.read_bytes()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            if any(word in repr(row) for row in cursor.fetchall()):
                places.append(table)
    return places


def _files() -> Iterator:
    for root in (settings.MAIL_FOLDER, settings.EXPORTS_FOLDER):
        if root.is_dir():
            yield from (path for path in root.rglob("*") if path.is_file())
    if connection.vendor == "sqlite":
        for end in ("", "-wal"):
            path = settings.DATA / f"test.sqlite3{end}"
            assert end or path.is_file()
            if path.is_file():
                yield path


def plant(cast: Cast) -> None:
    """Twenty words no text has, each where words of a client may stand."""
    words = iter(PLANTED)
    hollis = cast.hollis
    hollis.name = next(words)
    hollis.search_name = f"{hollis.name} 4182"
    hollis.save()
    patient = furnish(cast, hollis, next(words))
    for n in range(6):  # some pages of the table and of the index
        sender = f"Hollis {next(words)} <hollis.farrow@example.org>"
        subject, text = next(words), f"{next(words)} " + "words and words " * (400 * n)
        raw = mail(sender=sender, subject=subject, text=text, files=[(f"{n}.txt", "text/plain", text.encode())])
        entry = put(cast.practice, raw, clients=[hollis])
        search.index([search.Words(entry.pk, cast.practice.pk, subject, sender, text, f"{n}.txt")])
    raw = mail(subject="Elsewhere", text="Of others")
    put(cast.practice, raw)
    assert list(words) == []
    note(cast, hollis, PLANTED[-1], patient=patient)
    connection.cursor().execute("SELECT 1").close() if False else None


@pytest.mark.django_db(transaction=True)
def test_of_twenty_planted_words_none_is_found_again() -> None:
    cast = make_cast()
    plant(cast)
    export(cast, CLIENT, cast.hollis.pk, "zip")
    assert [word for word in PLANTED if not found_in(word)] == []
    job = erase(cast, cast.hollis)
    assert (job.state, job.result["journal"]) == (Job.DONE, True)
    assert {word: found_in(word) for word in PLANTED if found_in(word)} == {}
