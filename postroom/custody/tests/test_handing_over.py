"""What is handed over is whole, counted against the register, and harmless to open."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import Client, ClientAccess, GroupMember
from postroom.custody import exporting, packing, paper, shelf, writing
from postroom.custody.actions import merge
from postroom.custody.exporting import CLIENT, ENTRY, GROUP, Asked
from postroom.custody.tests.things import (
    NOW,
    clock,
    export,
    furnish,
    letter,
    loaded,
    note,
    opened,
)
from postroom.kit.mime import content
from postroom.outbox.actions import queue
from postroom.outbox.tests.post import a_letter, make_account
from postroom.practice import longwork
from postroom.practice.models import AuditEvent, Job
from postroom.practice.rules import AUDIT
from postroom.register import internal_notes, noting
from postroom.register.models import Attachment, Entry, EntryClient, StoredMail
from postroom.register.tests.post import put
from tests.support.cast import Cast, make_client

HOSTILE = '<script>alert(1)</script><img src="http://canary.example/x.png">'


@pytest.fixture
def other(cast: Cast) -> Client:
    return make_client(cast.practice, "9001", "Maud Ibsen", ["maud@example.org"])


def of_everything(cast: Cast, other: Client) -> None:
    """Letters with all that makes them odd, a note, a shared one, one of somebody else."""
    patient = furnish(cast, cast.hollis)
    hollis = [cast.hollis]
    doubles = [("a.pdf", "application/pdf", b"1"), ("A.PDF", "application/pdf", b"2")]
    letter(cast, hollis, HOSTILE, HOSTILE, files=doubles)
    letter(cast, hollis, "Climbs", files=[("../../etc/passwd", "text/plain", b"3")])
    letter(cast, [cast.hollis, other], "Both", at=NOW - timedelta(days=400))
    letter(cast, [other], "Theirs alone")
    note(cast, cast.hollis, "Called <b>back</b>", patient=patient)


@pytest.mark.parametrize("format", ["zip", "access"])
def test_every_entry_mail_and_file_of_the_register_is_in_it(
    cast: Cast, other: Client, format: str
) -> None:
    of_everything(cast, other)
    archive = opened(export(cast, CLIENT, cast.hollis.pk, format))
    assert archive.testzip() is None
    # The oracle asks the tables by itself, not through what was written.
    placed = EntryClient.objects.filter(client=cast.hollis).values("entry")
    mails = sorted(mail.read() for mail in StoredMail.objects.filter(entry__in=placed))
    files = sorted(
        content(file.mail.read(), file.n) for file in Attachment.objects.filter(entry__in=placed)
    )
    names = archive.namelist()
    assert sorted(archive.read(name) for name in names if name.startswith("mails/")) == mails
    assert sorted(archive.read(name) for name in names if name.startswith("attachments/")) == files
    assert sum(name.startswith("letters/") for name in names) == placed.count() == 4
    assert len(set(map(str.casefold, names))) == len(names)


def test_no_name_in_it_climbs_out_or_hides(cast: Cast, other: Client) -> None:
    of_everything(cast, other)
    names = opened(export(cast, CLIENT, cast.hollis.pk, "zip")).namelist()
    assert not [name for name in names if ".." in name or name.startswith("/") or "\\" in name]
    assert {name.rpartition("/")[2] for name in names if name.startswith("attachments/")} == {
        "a.pdf",
        "A (2).PDF",
        "passwd",
    }


def test_the_index_lists_everything_and_escapes_what_letters_say(cast: Cast, other: Client) -> None:
    of_everything(cast, other)
    archive = opened(export(cast, CLIENT, cast.hollis.pk, "zip"))
    index = archive.read("index.html").decode()
    linked = set(re.findall(r'href="([^"]+)"', index))
    inside = {name for name in archive.namelist() if name != "index.html"}
    assert {
        link.replace("%20", " ").replace("%28", "(").replace("%29", ")") for link in linked
    } == inside
    pages = [index, *(archive.read(n).decode() for n in inside if n.endswith(".html"))]
    assert not [page for page in pages if "<script>" in page or "<img" in page or "<b>back" in page]
    assert "default-src &#x27;none&#x27;" in index or "default-src 'none'" in index
    assert "4 entries, the oldest first." in index
    assert index.count("also about others") == 1


def test_the_index_speaks_the_language_it_was_asked_in(cast: Cast) -> None:
    letter(cast, [cast.hollis], "Bonjour")
    asked = Asked(CLIENT, cast.hollis.pk, "zip", "fr")
    job = exporting.ask(asked, by=cast.alice, now=NOW)
    exporting.advance(job.pk, clock=clock)
    job.refresh_from_db()
    assert '<html lang="fr">' in opened(job).read("index.html").decode()


def test_an_access_request_has_all_that_is_kept(cast: Cast, other: Client) -> None:
    of_everything(cast, other)
    cast.browser(cast.bob).get(f"/p/tern/clients/{cast.hollis.pk}")
    archive = opened(export(cast, CLIENT, cast.hollis.pk, "access", reads=True))
    said = loaded(archive, "client.json")
    assert (said["format"], said["version"]) == ("postroom-access", writing.VERSION)
    assert (said["client"]["number"], said["client"]["note"]) == ("4182", "note plain")
    (person,) = said["people"]
    assert [address["value"] for address in person["addresses"]] == [
        "hollis.farrow@example.org",
        "hollis@farrowjoinery.example.com",
    ]
    (consent,) = person["addresses"][0]["consents"]
    assert (consent["purpose"], consent["given"], consent["source"]) == ("reminder", True, "plain")
    assert [row["name"] for row in said["patients"]] == ["Biscuit plain"]
    assert (len(said["appointments"]), len(said["due"])) == (2, 1)
    rows = loaded(archive, "correspondence.json")
    assert said["counts"] == {
        **{"correspondence": len(rows), "missing_files": 0, "left_out": 0},
        **{"unregistered": 0, "unregistered_missing": 0, "unregistered_left_out": 0},
    }
    assert [row["subject"] for row in rows if row["also_about_others"]] == ["Both"]
    for path in (file["path"] for row in rows for file in row["mails"] + row["files"]):
        assert archive.read(path)
    (noted,) = (row for row in rows if row["kind"] == "note")
    assert (noted["text"], noted["patients"]) == ("Called <b>back</b>", ["Biscuit plain"])
    assert [(r["who"], r["what"]) for r in loaded(archive, "reading.json")] == [
        ("Bob Adeyemi", "client")
    ]
    assert "Maud" not in archive.read("client.json").decode()


def test_an_access_request_has_what_notes_said_before_and_names_nobody_elses_number(
    cast: Cast, other: Client
) -> None:
    said = noting.Said("note", NOW, "Said first", clients=(cast.hollis, other))
    entry = noting.note(cast.practice, said, by=cast.bob, now=NOW)
    mended = noting.Said("note", NOW, "Said then", clients=(cast.hollis,))
    noting.change(entry, mended, by=cast.alice, now=NOW, version=1)
    archive = opened(export(cast, CLIENT, cast.hollis.pk, "access"))
    (row,) = loaded(archive, "correspondence.json")
    (version,) = row["earlier"]
    was = {one["name"]: one["value"] for one in version["was"]}
    assert (version["by"], version["at"]) == ("Alice Moreau", NOW.isoformat())
    assert (was["What was said"], was["With regards to"]) == ("Said first", "4182")


def test_an_internal_note_is_told_of_whom_it_is_kept_and_is_on_no_paper(cast: Cast) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    internal_notes.add(entry, "Between us alone", by=cast.bob, now=NOW)
    (row,) = loaded(opened(export(cast, CLIENT, cast.hollis.pk, "access")), "correspondence.json")
    said = {"at": NOW.isoformat(), "by": "Bob Adeyemi", "text": "Between us alone"}
    assert row["internal_notes"] == [said]
    archive = opened(export(cast, CLIENT, cast.hollis.pk, "zip"))
    assert not any(b"Between us" in archive.read(name) for name in archive.namelist())


def test_an_access_request_has_what_was_sent_and_kept_out_of_the_register(
    cast: Cast, other: Client
) -> None:
    practice = make_account(cast.practice)
    own = make_account(cast.practice, name="Own", owner=cast.bob)
    to_them = (("Hollis", "Hollis@FarrowJoinery.example.com"),)
    third = (("Lab", "lab@else.example"),)
    letters = [
        (practice, third, to_them, ()),
        (practice, third, (), (cast.hollis.pk,)),
        (practice, to_them, (), (other.pk,)),  # about Maud: hers
        (practice, third, (), ()),
        (own, to_them, (), ()),  # by Bob's own account: not Alice's to read
    ]
    for n, (account, to, bcc, clients) in enumerate(letters):
        sent = a_letter(account, to=to, bcc=bcc, subject=f"S{n}", text="Hidden matter")
        sent = replace(sent, clients=clients, to_register=False)
        queue(cast.practice, sent, key=str(n), by=cast.bob, now=NOW)
    archive = opened(export(cast, CLIENT, cast.hollis.pk, "access"))
    rows = loaded(archive, "unregistered.json")
    assert [(row["subject"], row["about_the_record"]) for row in rows] == [
        *(("S0", False), ("S1", True)),
    ]
    assert all(b"Hidden matter" in archive.read(row["mail"]["path"]) for row in rows)
    counts = loaded(archive, "client.json")["counts"]
    assert (counts["unregistered"], counts["unregistered_left_out"]) == (2, 1)
    assert "2 messages were kept out of the register" in archive.read("index.html").decode()
    assert not any("unregistered" in n for n in opened(_second(cast)).namelist())


def _second(cast: Cast) -> Job:
    """What others are given has nothing but the register."""
    Job.objects.all().delete()
    return export(cast, CLIENT, cast.hollis.pk, "zip")


def test_letters_about_a_record_one_may_not_open_are_left_out_and_counted(
    cast: Cast, other: Client
) -> None:
    of_everything(cast, other)
    Client.objects.filter(pk=other.pk).update(restricted=True)
    ClientAccess.objects.create(practice=cast.practice, client=other, member=cast.bob)
    job = export(cast, CLIENT, cast.hollis.pk, "zip")
    assert (job.result["written"], job.data["closed"]) == (3, 1)
    assert "1 more is also about somebody" in opened(job).read("index.html").decode()


def test_a_family_is_handed_over_together_each_letter_once(cast: Cast, other: Client) -> None:
    of_everything(cast, other)
    family = cast.hollis.groups.get()
    GroupMember.objects.create(practice=cast.practice, group=family, client=other)
    job = export(cast, GROUP, family.pk, "zip")
    assert job.result["written"] == Entry.objects.count() == 5


def test_a_mail_that_is_missing_on_the_disk_is_said_and_stops_nothing(cast: Cast) -> None:
    gone = letter(cast, [cast.hollis], "Gone", files=[("a.txt", "text/plain", b"a")])
    letter(cast, [cast.hollis], "There")
    gone.mails.get().path.unlink()
    job = export(cast, CLIENT, cast.hollis.pk, "access")
    assert (job.result["written"], job.result["missing"]) == (2, 2)
    (row,) = (r for r in loaded(opened(job), "correspondence.json") if r["subject"] == "Gone")
    assert [one["missing"] for one in row["mails"] + row["files"]] == [True, True]


@pytest.mark.parametrize("format", ["access", "pdf"])
def test_it_goes_on_after_a_crash_and_nothing_is_in_it_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    for n in range(6):
        letter(cast, [cast.hollis], f"Letter {n}", at=NOW - timedelta(days=n))
    monkeypatch.setattr(writing, "SLICE", -1.0)
    monkeypatch.setattr(writing, "AT_ONCE", 1)
    monkeypatch.setattr(paper, "LETTERS", 2)
    asked = Asked(CLIENT, cast.hollis.pk, format, "en")
    job = exporting.ask(asked, by=cast.alice, now=NOW)
    here, order = shelf.folder(job.data["key"]), exporting.order_of(job)
    marks: list[dict] = [{}]
    while "file" not in marks[-1]:
        mark = marks[-1]
        if len(marks) == 2:  # killed: this slice was written, and its mark was not
            writing.advance(order, here, mark)
        marks.append(writing.advance(order, here, mark))
    assert len(marks) > 3
    made = {"data": job.data, "result": marks[-1]}
    with_result = Job(**made)
    archive = opened(with_result)
    assert archive.testzip() is None
    if format == "pdf":
        assert archive.namelist() == [f"volume-00{n}.pdf" for n in (1, 2, 3)]
        assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist())
        return
    assert [row["subject"] for row in loaded(archive, "correspondence.json")] == [
        f"Letter {n}" for n in reversed(range(6))
    ]
    assert archive.read("index.html").decode().count("<tr><td") == 6
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert not list(here.glob("contents-*")) + list(here.glob("*.part"))


def test_a_pdf_fetches_nothing_whatever_a_letter_says(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = paper._Closed.fetch
    monkeypatch.setattr(
        paper._Closed,
        "fetch",
        lambda self, url, h=None: (asked.append(url), fetch(self, url, h))[1],
    )
    letter(cast, [cast.hollis], HOSTILE, HOSTILE + " file:///etc/passwd url(http://x.example)")
    job = export(cast, CLIENT, cast.hollis.pk, "pdf")
    made = (shelf.folder(job.data["key"]) / job.result["file"]).read_bytes()
    assert made.startswith(b"%PDF")
    assert set(asked) == {paper.FONT}
    with pytest.raises(ValueError, match="nothing"):
        fetch(paper._Closed(), "file:///etc/passwd")


def test_without_pango_a_sentence_and_the_print_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "weasyprint", None)
    entry = letter(cast, [cast.hollis], HOSTILE, HOSTILE)
    rita = cast.browser(cast.rita)
    page = rita.get(f"/p/tern/entries/{entry.pk}/export").text
    assert "This server makes no PDF" in page
    assert 'value="pdf"' not in page
    printed = rita.get(f"/p/tern/entries/{entry.pk}/print").text
    assert "&lt;script&gt;alert(1)" in printed
    assert "<script>alert" not in printed


def test_only_who_asked_fetches_it_and_only_for_a_week(cast: Cast) -> None:
    letter(cast, [cast.hollis], "One")
    job = export(cast, CLIENT, cast.hollis.pk, "zip")
    url = f"/p/tern/exports/{job.pk}/file"
    alice = fresh(cast, job)
    answer = alice.get(url)
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert 'filename="hollis-farrow.zip"' in answer["Content-Disposition"]
    assert AuditEvent.objects.filter(action="download", object_kind="client").exists()
    assert cast.browser(cast.bob).get(url).status_code == 404
    here = shelf.folder(job.data["key"])
    assert exporting.tidy(job.created_at + timedelta(days=6)) == 0
    assert exporting.tidy(job.created_at + timedelta(days=7)) >= 1
    assert not here.exists()
    assert alice.get(url).status_code == 404


def test_what_is_no_longer_ones_to_open_is_not_fetched_and_goes(cast: Cast, other: Client) -> None:
    one = letter(cast, [cast.hollis], "One")
    letter(cast, [other], "Two")
    jobs = [
        export(cast, CLIENT, cast.hollis.pk, "zip"),
        export(cast, ENTRY, one.pk, "zip"),
        export(cast, CLIENT, other.pk, "zip"),
    ]
    for job in jobs:
        alice = fresh(cast, job)

    def answers(*ways: str) -> list[int]:
        pages = [f"/p/tern/exports/{job.pk}{way}" for way in ways for job in jobs]
        found = [alice.get(page) for page in pages]
        for one in found:
            assert not one.streaming or b"".join(one.streaming_content)
        return [one.status_code for one in found]

    assert answers("", "/file") == [200] * 6
    assert exporting.drop_closed() == 0
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    assert answers("", "/file") == [404, 404, 200] * 2
    assert exporting.drop_closed() == 2
    assert [shelf.folder(job.data["key"]).exists() for job in jobs] == [False, False, True]
    EntryClient.objects.create(
        practice=cast.practice, entry=Entry.objects.get(subject="Two"), client=cast.hollis, at=NOW
    )  # it is about somebody closed, too, by now
    assert answers("/file") == [404] * 3
    EntryClient.objects.filter(client=cast.hollis).delete()
    assert answers("/file") == [404, 404, 200]
    cast.alice.role.rights = [right for right in cast.alice.role.rights if right != AUDIT]
    cast.alice.role.save()
    assert answers("/file") == [404] * 3
    assert exporting.drop_closed() == 1


def test_a_record_that_was_merged_is_followed(cast: Cast, other: Client) -> None:
    letter(cast, [cast.hollis], "One")
    job = export(cast, CLIENT, cast.hollis.pk, "zip")
    merge(other, cast.hollis, by=cast.alice, now=NOW)
    assert exporting.is_open(job, cast.alice)


def fresh(cast: Cast, job: Job) -> Browser:
    """Alice, on the day it was made."""
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now())
    job.refresh_from_db()
    return cast.browser(cast.alice)


def test_a_second_one_waits_for_the_first_of_the_same_member(cast: Cast) -> None:
    letter(cast, [cast.hollis], "One")
    asked = Asked(CLIENT, cast.hollis.pk, "zip", "en")
    exporting.ask(asked, by=cast.alice, now=NOW)
    with pytest.raises(longwork.Busy):
        exporting.ask(asked, by=cast.alice, now=NOW)
    assert len(list(shelf.settings.EXPORTS_FOLDER.iterdir())) >= 1
    exporting.ask(Asked(ENTRY, Entry.objects.get().pk, "zip", "en"), by=cast.bob, now=NOW)


def test_who_has_left_gets_nothing(cast: Cast) -> None:
    letter(cast, [cast.hollis], "One")
    job = exporting.ask(Asked(CLIENT, cast.hollis.pk, "zip", "en"), by=cast.alice, now=NOW)
    cast.alice.active = False
    cast.alice.save()
    exporting.advance(job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.FAILED, {"trouble": "right"})


def test_the_job_itself_names_nobody(cast: Cast) -> None:
    letter(cast, [cast.hollis], "Private matter")
    job = export(cast, CLIENT, cast.hollis.pk, "zip")
    said = f"{job.data} {job.result}"
    assert "Farrow" not in said
    assert "Private" not in said


def test_an_archive_that_a_power_cut_spoilt_is_made_anew(cast: Cast) -> None:
    letter(cast, [cast.hollis], "One")
    job = exporting.ask(Asked(CLIENT, cast.hollis.pk, "zip", "en"), by=cast.alice, now=NOW)
    here, order = shelf.folder(job.data["key"]), exporting.order_of(job)
    (here / packing.NAME).write_bytes(b"")
    mark = writing.advance(order, here, {"done": 1, "start": 77, "parts": {"index": 9}})
    assert (mark["done"], mark["file"]) == (1, packing.NAME)
    assert opened(Job(data=job.data, result=mark)).testzip() is None
