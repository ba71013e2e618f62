"""Watched folders and uploads: what is taken in, what is left, and what is never lost."""

import errno
import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from postroom.cli.register import Narrowed, rows
from postroom.intake import drop_folders
from postroom.intake.models import Dropped
from postroom.intake.tests.scans import NOW, PDF, look, names_in, watch
from postroom.intake.tidying import drop_orphans
from postroom.intake.views import dropped
from postroom.practice.models import AuditEvent, Event
from postroom.register import rules as reasons
from postroom.register.letters import file_bytes
from postroom.register.models import Attachment, Entry, StoredFile, file_path
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def test_a_file_named_for_a_client_is_filed_and_then_taken_away(cast, place, folder) -> None:
    (place / "4182 Biscuit xray.png").write_bytes(PNG)
    look(folder)
    entry = Entry.objects.get()
    assert (entry.kind, entry.filing, entry.reason) == ("letter", "resolved", reasons.FILE_NAME)
    assert list(entry.clients.all()) == [cast.hollis]
    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.type) == ("4182 Biscuit xray.png", "image/png")
    assert file_bytes(attachment) == PNG
    assert names_in(place) == []
    assert Dropped.objects.get().state == Dropped.DONE
    assert AuditEvent.objects.filter(action="file", object_id=entry.pk).exists()
    assert Event.objects.filter(kind="entry.new", object_id=entry.pk).exists()


def test_a_file_that_names_nobody_waits_in_unresolved(cast, place, folder) -> None:
    (place / "scan0001.pdf").write_bytes(PDF)
    look(folder)
    entry = Entry.objects.get()
    assert (entry.filing, entry.reason) == (Entry.UNRESOLVED, reasons.NO_FILE_NAME)
    page = words(cast.browser(cast.bob).get(f"/p/tern/unresolved?entry={entry.pk}"))
    assert "The file’s name names no client we know." in page
    bob = cast.browser(cast.bob)
    data = {"version": 1, "clients": cast.hollis.pk}
    bob.post(f"/p/tern/entries/{entry.pk}/resolve", data)
    assert "scan0001.pdf" in words(bob.get(f"/p/tern/clients/{cast.hollis.pk}"))


def test_a_picture_is_shown_on_its_page_and_by_nobody_elses(cast, place, folder) -> None:
    (place / "4182 paw.png").write_bytes(PNG)
    look(folder)
    entry, file = Entry.objects.get(), Attachment.objects.get()
    rita = cast.browser(cast.rita)
    address = f"/p/tern/attachments/{file.pk}/picture"
    assert address in rita.get(f"/p/tern/entries/{entry.pk}").content.decode()
    shown = rita.get(address)
    assert (shown.content, shown["Content-Type"]) == (PNG, "image/png")
    assert rita.get(f"/p/tern/attachments/{file.pk}").content == PNG
    cast.hollis.restricted = True
    cast.hollis.save()
    assert rita.get(address).status_code == 404
    admins = words(cast.browser(cast.alice).get(f"/p/tern/settings/files/{folder.pk}"))
    assert "4182 paw.png" not in admins


def test_the_same_content_never_comes_in_twice(cast, place, folder) -> None:
    (place / "4182.pdf").write_bytes(PDF)
    look(folder)
    (place / "again.pdf").write_bytes(PDF)
    look(folder, 1)
    assert Entry.objects.count() == 1
    assert list(Dropped.objects.order_by("pk").values_list("again", flat=True)) == [False, True]
    assert names_in(place) == []


def test_a_sheet_that_waits_is_on_the_record_its_new_name_says(cast, place, folder) -> None:
    june = make_client(cast.practice, "4190", "June Park", [])
    for minute, name in enumerate(("scan0001.pdf", "4182 diet.pdf", "4190 diet.pdf")):
        (place / name).write_bytes(PDF)
        look(folder, minute)
    assert [
        list(one.clients.all()) for one in Entry.objects.filter(filing="resolved").order_by("pk")
    ] == [[cast.hollis], [june]]
    assert Entry.objects.get(filing="unresolved").subject == "scan0001.pdf"


def test_the_same_sheet_for_another_client_is_on_their_record_too(cast, place, folder) -> None:
    june = make_client(cast.practice, "4190", "June Park", [])
    (place / "4182 diet.pdf").write_bytes(PDF)
    look(folder)
    (place / "4190 diet.pdf").write_bytes(PDF)
    look(folder, 1)
    (place / "4190 diet again.pdf").write_bytes(PDF)
    look(folder, 2)
    assert list(Dropped.objects.order_by("pk").values_list("again", flat=True)) == [
        *(False, False, True),
    ]
    first, second = Entry.objects.order_by("pk")
    assert [list(entry.clients.all()) for entry in (first, second)] == [[cast.hollis], [june]]
    assert [file_bytes(file) for file in Attachment.objects.all()] == [PDF, PDF]
    told = rows(cast.practice, Narrowed(client="4190"))
    assert [row["subject"] for row in told] == ["4190 diet.pdf"]
    cast.hollis.restricted = True
    cast.hollis.save()
    page = words(cast.browser(cast.rita).get(f"/p/tern/entries/{second.pk}"))
    assert "4190 diet.pdf" in page
    assert "4182" not in page


def test_files_may_stay_where_they_are_and_are_taken_once(cast, place) -> None:
    folder = watch(cast, place, take_away=False)
    (place / "4182.pdf").write_bytes(PDF)
    assert (look(folder), look(folder, 1)) == (1, 0)
    assert names_in(place) == ["4182.pdf"]
    (place / "4182.pdf").write_bytes(PDF + b", changed")
    assert look(folder, 2) == 1
    assert Entry.objects.count() == 2


def test_a_file_that_is_still_being_written_is_left(cast, place, folder, monkeypatch) -> None:
    monkeypatch.setattr(drop_folders, "STILL", 5.0)
    (place / "4182.pdf").write_bytes(PDF)
    os.utime(place / "4182.pdf", (time.time() - 900, time.time() - 900))  # a copy keeps its date
    assert look(folder) == 0
    assert names_in(place) == ["4182.pdf"]


def test_a_file_that_changes_while_it_is_read_is_left(cast, place, folder, monkeypatch) -> None:
    (place / "4182.pdf").write_bytes(PDF)
    real = os.fstat

    def later(handle: int) -> os.stat_result:
        with (place / "4182.pdf").open("ab") as file:
            file.write(b" and more")
        return real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(drop_folders.os, "fstat", later)
        look(folder)
    assert not Entry.objects.exists()
    look(folder, 1)
    assert file_bytes(Attachment.objects.get()).startswith(PDF + b" and more")


def test_what_was_changed_after_it_was_read_is_not_removed(cast, place, folder, monkeypatch):
    (place / "4182.pdf").write_bytes(PDF)
    take = drop_folders.take_file

    def slowly(found, *, now):
        row = take(found, now=now)
        (place / "4182.pdf").write_bytes(PDF + b", another page")
        return row

    with monkeypatch.context() as patched:
        patched.setattr(drop_folders, "take_file", slowly)
        look(folder)
    assert (place / "4182.pdf").read_bytes() == PDF + b", another page"
    look(folder, 1)
    assert names_in(place) == []
    assert StoredFile.objects.count() == 2


def test_odd_things_are_refused_once_and_stay(cast, place, folder, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"of the machine")
    (place / "link.pdf").symlink_to(secret)
    os.link(secret, place / "second.pdf")
    os.mkfifo(place / "pipe.pdf")
    (place / "4182.exe").write_bytes(b"MZ")
    (place / "empty.pdf").write_bytes(b"")
    (place / "folder").mkdir()
    (place / ".hidden").write_bytes(b"x")
    look(folder)
    look(folder, 1)
    told = dict(Dropped.objects.values_list("name", "refusal"))
    assert told == {
        **{"link.pdf": "odd", "second.pdf": "odd", "pipe.pdf": "odd"},
        **{"4182.exe": "program", "empty.pdf": "empty"},
    }
    assert Dropped.objects.count() == 5
    assert not Entry.objects.exists()
    assert len(names_in(place)) == 7
    page = words(cast.browser(cast.alice).get(f"/p/tern/settings/files/{folder.pk}"))
    assert "It is a program. Programs are not taken in." in page
    assert "5 refused." in words(cast.browser(cast.alice).get("/p/tern/settings/files"))


def test_a_name_of_any_bytes_is_taken(cast, place, folder) -> None:
    (place / os.fsdecode(b"4182 \xff\xfe.pdf")).write_bytes(PDF)
    look(folder)
    assert Entry.objects.get().filing == Entry.RESOLVED
    assert names_in(place) == []


def test_a_file_that_somebody_takes_away_meanwhile_is_not_refused(
    cast: Cast, place, folder, monkeypatch
) -> None:
    (place / "a.pdf").write_bytes(PDF)
    (place / "b.pdf").write_bytes(PDF + b"2")
    read = drop_folders._read

    def take_the_other(seen, handle):
        for other in {"a.pdf", "b.pdf"} - {seen.name}:
            (place / other).unlink(missing_ok=True)
        return read(seen, handle)

    monkeypatch.setattr(drop_folders, "_read", take_the_other)
    look(folder)
    assert list(Dropped.objects.values_list("state", flat=True)) == [Dropped.DONE]


# -- upload ----------------------------------------------------------------------------------


def test_files_are_uploaded_and_each_says_what_became_of_it(cast: Cast) -> None:
    bob = cast.browser(cast.bob)
    files = [
        SimpleUploadedFile("4182 xray.png", PNG),
        SimpleUploadedFile("scan.pdf", PDF),
        SimpleUploadedFile("scan again.pdf", PDF),
        SimpleUploadedFile("setup.exe", b"MZ"),
        SimpleUploadedFile("nothing.pdf", b""),
    ]
    answer = bob.post("/p/tern/upload", {"upload": files}, follow=True)
    page = words(answer)
    assert "1 file filed, 1 waits in Unresolved, 1 was here already, 2 refused." in page
    assert Entry.objects.count() == 2
    done = AuditEvent.objects.filter(action="file")
    assert {event.member for event in done} == {cast.bob}
    for said in ("It is empty (0 bytes).", "It is a program.", "Waits in Unresolved"):
        assert said in page


def test_a_full_disk_is_said_and_what_came_before_is_kept(cast: Cast, monkeypatch) -> None:
    take = dropped.take_file

    def full(found, *, now):
        if found.name == "second.pdf":
            raise OSError(errno.ENOSPC, "full", "a file")
        return take(found, now=now)

    monkeypatch.setattr(dropped, "take_file", full)
    files = [SimpleUploadedFile(f"{name}.pdf", PDF) for name in ("first", "second")]
    answer = cast.browser(cast.bob).post("/p/tern/upload", {"upload": files})
    assert answer.status_code == 422
    page = words(answer)
    assert "disk is full or refuses to write" in page
    assert "first.pdf" in page


def test_several_clients_a_name_may_mean_are_offered(cast: Cast) -> None:
    make_client(cast.practice, "77", "Elise Dupont", ["e@d.example"])
    bob = cast.browser(cast.bob)
    bob.post("/p/tern/upload", {"upload": [SimpleUploadedFile("4182 Elise Dupont.pdf", PDF)]})
    entry = Entry.objects.get()
    assert (entry.filing, entry.reason) == (Entry.UNRESOLVED, reasons.SEVERAL_FILE_NAMES)
    page = words(bob.get(f"/p/tern/unresolved?entry={entry.pk}"))
    assert "Elise Dupont" in page and "Hollis Farrow" in page


def test_an_upload_without_a_file_says_so(cast: Cast) -> None:
    answer = cast.browser(cast.bob).post("/p/tern/upload", {})
    assert answer.status_code == 422
    assert "Choose one or several files." in words(answer)


def test_who_may_only_read_uploads_nothing(cast: Cast) -> None:
    assert cast.browser(cast.rita).get("/p/tern/upload").status_code == 403


def test_a_stored_file_is_no_orphan(cast: Cast, settings, tmp_path: Path) -> None:
    settings.MAIL_FOLDER = tmp_path  # with nothing in it that other tests have left
    bob = cast.browser(cast.bob)
    bob.post("/p/tern/upload", {"upload": [SimpleUploadedFile("4182.pdf", PDF)]})
    path = StoredFile.objects.get().path
    assert path == file_path(cast.practice.pk, hashlib.sha256(PDF).hexdigest())
    os.utime(path, (1, 1))
    stray = path.with_name("ab" * 32 + ".file")
    stray.write_bytes(b"x")
    os.utime(stray, (1, 1))
    drop_orphans(now=NOW + timedelta(days=400))
    assert path.exists()
    assert not stray.exists()


def test_a_number_alone_is_a_suggestion_with_its_reason(cast: Cast, place, folder) -> None:
    (place / "4182.pdf").write_bytes(PDF)
    look(folder)
    entry = Entry.objects.get()
    assert (entry.filing, entry.reason) == (Entry.UNRESOLVED, reasons.ONLY_NUMBERS)
    assert not entry.clients.exists()
    page = words(cast.browser(cast.bob).get(f"/p/tern/unresolved?entry={entry.pk}"))
    assert "may be a client’s reference, or only a scanner’s counter" in page
    assert "Hollis Farrow" in page
