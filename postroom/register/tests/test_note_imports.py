"""Notes of another system: each comes once, on its client's record, with who wrote it."""

import io
import json
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from django.utils import timezone

from postroom.clients.models import Patient
from postroom.practice.models import Job
from postroom.register import erasing, note_jobs, noting, search
from postroom.register.models import Entry
from postroom.register.note_importing import import_notes
from postroom.register.note_rows import read_notes
from postroom.register.note_words import sentence
from postroom.register.tests.post import NOON
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast

LIST = """Client number;Date;Heure;Type;Auteur;Text;Animal
4182;2019-05-03;09:20;Appel;Bob Adeyemi;Biscuit boite;Biscuit
4182;04/05/2019;;Meeting;Dr Old;"Two
lines";
4182;2019-05-05;;Pigeon;;A note;
"""
BAD = """client,date,text
4182,2019-05-03,Well
9999,2019-05-03,Nobody
4182,soon,When
4182,2019-05-03,
"""


def bring(cast: Cast, text: str | bytes, **options: Any) -> Any:
    data = text.encode() if isinstance(text, str) else text
    rows = read_notes(io.BytesIO(data), zone=ZoneInfo("Europe/London"))
    return import_notes(cast.practice, rows, by=cast.alice, now=NOON, **options)


def test_each_row_is_on_the_record_as_it_was_written(cast: Cast) -> None:
    pet = Patient.objects.create(
        practice=cast.practice, client=cast.hollis, ref="1", name="Biscuit"
    )
    report = bring(cast, LIST)
    assert (report.created, report.errors) == (3, [])
    assert [problem.code for problem in report.warnings] == ["kind"]
    call, meeting, note = Entry.objects.order_by("at")
    assert (call.kind, call.author, call.patients.get()) == ("phone", cast.bob, pet)
    assert call.at.isoformat() == "2019-05-03T08:20:00+00:00"
    assert (meeting.kind, meeting.author, meeting.details["by"]) == ("meeting", None, "Dr Old")
    assert (meeting.body, note.kind) == ("Two\nlines", "note")
    found = search.matching(cast.practice.pk, "boite")
    assert Entry.objects.filter(pk__in=found).get() == call
    page = words(cast.browser(cast.rita).get(f"/p/tern/entries/{meeting.pk}"))
    assert "noted by Dr Old" in page


def test_brought_again_nothing_is_double_and_what_was_changed_here_stays(cast: Cast) -> None:
    bring(cast, LIST)
    Entry.objects.filter(kind="phone").update(body="Mended here")
    again = bring(cast, LIST + "4182;2019-05-05;;Pigeon;;A note;\n4182;2019-05-06;;;;New;\n")
    assert (again.created, again.unchanged) == (1, 4)
    assert Entry.objects.count() == 4
    assert Entry.objects.get(kind="phone").body == "Mended here"
    numbered = "client,id,date,text\n4182,n1,2019-05-03,One\n4182,n1,2019-05-03,Two\n"
    assert [p.code for p in bring(cast, numbered, skip_bad=True).errors] == ["duplicate"]
    assert bring(cast, numbered.replace("One", "Other"), skip_bad=True).created == 0


def test_what_was_removed_or_erased_here_is_not_brought_back_by_its_file(cast: Cast) -> None:
    bring(cast, LIST)
    call, meeting, note = Entry.objects.order_by("at")
    back = noting.remove(call, by=cast.alice, now=NOON, version=call.version)
    noting.remove(meeting, by=cast.alice, now=NOON, version=meeting.version)
    erasing.erase_entries(cast.practice.pk, [note.pk], now=NOON)
    again = LIST + "4182;2019-05-06;;;;New;\n"
    seen = bring(cast, again, dry_run=True)
    assert (seen.created, seen.unchanged, seen.removed) == (1, 0, 3)
    done = bring(cast, again)
    assert (done.created, done.unchanged, done.removed) == (1, 0, 3)
    noting.bring_back(back, by=cast.alice, now=NOON)  # and removed again, it is again not brought
    seen = bring(cast, again)
    assert (seen.created, seen.unchanged, seen.removed) == (0, 2, 2)
    assert sorted(Entry.objects.values_list("body", flat=True)) == ["Biscuit boite", "New"]


def test_a_row_says_what_is_wrong_and_without_leave_nothing_comes(cast: Cast) -> None:
    report = bring(cast, BAD)
    assert [(problem.row, problem.code) for problem in report.errors] == [
        (3, "nobody"),
        (4, "moment"),
        (5, "empty"),
    ]
    assert "9999" in sentence(report.errors[0])
    assert not Entry.objects.exists()
    assert bring(cast, BAD, dry_run=True).created == 1
    assert not Entry.objects.exists()
    assert (bring(cast, BAD, skip_bad=True).created, Entry.objects.count()) == (1, 1)
    json.dumps(report.as_dict())


def test_a_workbook_will_do(cast: Cast) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["client", "date", "text"], ["4182", "2019-05-03", "From a sheet"]):
        book.active.append(row)
    book.save(file)
    assert bring(cast, file.getvalue()).created == 1


def test_a_person_brings_a_file_looks_and_imports(cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.IMPORTS_FOLDER = tmp_path
    alice = cast.browser(cast.alice)
    file = io.BytesIO(BAD.encode())
    file.name = "notes.csv"
    answer = alice.post("/p/tern/register/import", {"file": file})
    job = Job.objects.get(kind=note_jobs.KIND)
    assert answer.url == f"/p/tern/register/import/progress?n={job.pk}"
    note_jobs.advance(job.pk, clock=timezone.now)
    page = words(alice.get(answer.url))
    assert "No client here has the number “9999”" in page
    assert not Entry.objects.exists()
    rows = alice.get(f"/p/tern/register/import/problems?n={job.pk}").content.decode("utf-8-sig")
    assert "9999,2019-05-03,Nobody" in rows
    alice.post("/p/tern/register/import/start", {"n": job.pk})
    note_jobs.advance(job.pk, clock=timezone.now)
    assert Entry.objects.get().subject == "Well"
    assert 'data-state="done"' in words(alice.get(answer.url))
    entry = Entry.objects.get()
    noting.remove(entry, by=cast.alice, now=timezone.now(), version=entry.version)
    file.seek(0)
    answer = alice.post("/p/tern/register/import", {"file": file})
    again = Job.objects.filter(kind=note_jobs.KIND).latest("pk")
    note_jobs.advance(again.pk, clock=timezone.now)
    assert "1 row is skipped: its note was removed" in words(alice.get(answer.url))
    again.refresh_from_db()
    assert again.result["rows"] == again.result["bad"] + again.result["removed"] == 4
    alice.post("/p/tern/register/import/discard", {"n": again.pk})
    nothing = io.BytesIO(b"name,colour\nA,b\n")
    nothing.name = "notes.csv"
    assert alice.post("/p/tern/register/import", {"file": nothing}).status_code == 422
    assert cast.browser(cast.bob).get("/p/tern/register/import").status_code == 403
