"""A conversation is handed over whole: every entry of it that the reader may read, from the oldest
on; and what is printed says of an entry what its page says."""

from typing import Any

import pytest

from postroom.clients.models import Client, ClientAccess
from postroom.custody import exporting
from postroom.custody.exporting import TALK
from postroom.custody.tests.things import NOW, export, loaded, opened
from postroom.practice.models import AuditEvent, Job
from postroom.register import noting
from postroom.register.models import Entry
from postroom.register.noting import Said
from postroom.register.tests.post import NOON
from postroom.register.tests.test_conversations import come, written
from tests.support.cast import Cast, make_client
from tests.support.pages import flat


@pytest.fixture
def talk(cast: Cast) -> list[Entry]:
    """Four letters: the second in Alice's own mailbox, the last about somebody else as well."""
    other = make_client(cast.practice, "9001", "Maud Ibsen", ["maud@example.org"])
    first = come(cast.practice, written("1"), clients=[cast.hollis])
    private = come(cast.practice, written("2", ["1"]), owner=cast.alice)
    third = come(cast.practice, written("3", ["2"]), clients=[cast.hollis])
    return [*first, *private, *third, *come(cast.practice, written("4", ["3"]), clients=[other])]


def subjects(job: Job) -> list[str]:
    archive = opened(job)
    names = sorted(name for name in archive.namelist() if name.startswith("mails/"))
    raws = [archive.read(name).decode() for name in names]
    return [next(line for line in raw.splitlines() if "Subject" in line)[9:] for raw in raws]


def test_a_conversation_is_handed_over_whole_and_each_reader_gets_what_they_may_read(
    cast: Cast, talk: list[Entry]
) -> None:
    job = export(cast, TALK, talk[2].pk, "zip", by=cast.bob)
    assert subjects(job) == ["Letter 1", "Letter 3", "Letter 4"]
    assert job.data["closed"] == 0  # that there are others is not told
    said = AuditEvent.objects.get(action="export").data
    assert said["conversation"] == [talk[0].pk, talk[2].pk, talk[3].pk]
    assert subjects(export(cast, TALK, talk[2].pk, "zip")) == [f"Letter {n}" for n in (1, 2, 3, 4)]
    maud = Client.objects.get(ref="9001")
    Client.objects.filter(pk=maud.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=maud, member=cast.alice)
    Job.objects.all().delete()
    assert subjects(export(cast, TALK, talk[0].pk, "zip", by=cast.bob)) == ["Letter 1", "Letter 3"]


def test_the_page_of_an_entry_offers_its_conversation(cast: Cast, talk: list[Entry]) -> None:
    bob, address = cast.browser(cast.bob), f"/p/tern/entries/{talk[0].pk}/export"
    page = bob.get(f"{address}?whole=on").content.decode()
    assert "3 entries that you may read" in page
    assert 'name="whole" value="on" checked' in page
    for whole, what in (("", "entry"), ("on", "conversation")):
        bob.post(address, {"format": "zip", "whole": whole})
        job = Job.objects.get(kind=f"{exporting.KIND}{cast.bob.pk}")
        assert (job.data["what"], job.total) == (what, 3 if whole else 1)
        made = bob.get(f"/p/tern/exports/{job.pk}").content.decode()
        assert ("The whole conversation" in made) == bool(whole)
        exporting.drop(job)
    printed = bob.get(f"/p/tern/entries/{talk[0].pk}/print?whole=on").content.decode()
    at = [printed.index(f"Words of {n}") for n in (1, 3, 4)]
    assert at == sorted(at)
    assert "Words of 2" not in printed
    assert "from=" not in printed


def test_an_entry_of_no_conversation_is_offered_alone(cast: Cast) -> None:
    (alone,) = come(cast.practice, written("1"), clients=[cast.hollis])
    page = cast.browser(cast.bob).get(f"/p/tern/entries/{alone.pk}/export").content.decode()
    assert "conversation" not in page[page.index("<main") : page.index("</main>")]
    assert len(opened(export(cast, TALK, alone.pk, "zip")).namelist()) == 3


def test_erasing_a_client_takes_the_conversations_that_speak_of_them(
    cast: Cast, talk: list[Entry]
) -> None:
    export(cast, TALK, talk[0].pk, "zip", by=cast.bob)
    Job.objects.update(data={**Job.objects.get().data, "clients": []})
    assert exporting.drop_of_clients(cast.practice.pk, [Client.objects.get(ref="9001").pk]) == 1


SENT = {
    "method": "special",
    "tracking": "QD 41 882",
    "received_on": "2026-11-18",
    "action": "Answer the insurer",
    "actioned_on": "2026-11-19",
}


def of_hand(cast: Cast, kind: str, details: dict[str, Any]) -> Entry:
    said = Said(
        kind=kind,
        direction=Entry.IN,
        at=NOON,
        subject="Insurer",
        body="About the claim",
        who="The bank manager",
        clients=(cast.hollis,),
        details=details,
    )
    return noting.note(cast.practice, said, [], by=cast.bob, now=NOW)


def test_what_is_handed_over_tells_the_fields_of_each_kind_in_the_words_of_the_page(
    cast: Cast,
) -> None:
    letter = of_hand(cast, Entry.LETTER, SENT)
    of_hand(cast, Entry.PHONE, {"number": "020 7946 0001", "minutes": 4, "call_back": True})
    (mail,) = come(cast.practice, written("1"), clients=[cast.hollis])
    mail.details = {
        "bcc": [["Ines Okafor", "ines@tern.example"], ["", "x@tern.example"]],
        "in_spite_of": ["domain"],
        "reason": "They asked for it",
    }
    mail.save()
    page = cast.browser(cast.bob).get(f"/p/tern/entries/{letter.pk}").content.decode()
    archive = opened(export(cast, "client", cast.hollis.pk, "access"))
    index = archive.read("index.html").decode()
    letters = [name for name in archive.namelist() if name[:7] == "letters"]
    pages = flat("".join(archive.read(name).decode() for name in letters))
    of_letter = ["Special delivery", "QD 41 882", "Received on", "18 Nov 2026"]
    for words in of_letter:
        assert words in page, words
    others = ["020 7946 0001", "To call back", "Ines Okafor ‹ines@tern.example›, x@tern.example"]
    for words in [*of_letter, *others, "They asked for it"]:
        assert words in index, words
        assert words in pages, words
    assert "<dt>With whom</dt><dd>The bank manager</dd>" in pages
    assert "<dt>Noted by</dt><dd>Bob Adeyemi</dd>" in pages
    (row,) = (r for r in loaded(archive, "correspondence.json") if r["kind"] == "letter")
    assert {"name": "Tracking number", "value": "QD 41 882"} in row["fields"]
    assert row["details"]["method"] == "special"
    shown = cast.browser(cast.bob).get(f"/p/tern/entries/{mail.pk}").content.decode()
    assert "<dt>Blind copy to</dt><dd>Ines Okafor ‹ines@tern.example›" in shown
