"""What was erased does not come back with the next look, by whatever way; it is left there."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from postroom.connections.models import MailAccount
from postroom.custody import erasing
from postroom.intake import drop_folders
from postroom.intake.models import Dropped, Sighting
from postroom.intake.tests.post import NOW, Clock, a_pass, account_at, letter
from postroom.intake.tests.scans import PDF, look, watch
from postroom.intake.tests.test_booking import books, hollis, lies_in, parts
from postroom.outbox.tests.post import make_account, put
from postroom.register.erasing import unlink_erased
from postroom.register.models import Entry, Tombstone, mail_path
from tests.support.cast import Cast
from tests.support.scripted_imap import ScriptedImap


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap() as one:
        yield one


@pytest.fixture
def account(cast: Cast, server: ScriptedImap) -> MailAccount:
    return account_at(server, cast.practice)


def later(hours: float) -> Clock:
    clock = Clock()
    clock.now = NOW + timedelta(hours=hours)
    return clock


def erase_all() -> None:
    ids = list(Entry.objects.values_list("pk", flat=True))
    practice = Entry.objects.get(pk=ids[0]).practice_id
    with transaction.atomic():
        erasing.erase_entries(practice, ids, now=NOW)
    unlink_erased(practice, NOW)


def test_the_books_count_it_and_no_pass_takes_it_in_again(
    account, server, django_capture_on_commit_callbacks
) -> None:
    server.put("Incoming", hollis(1))
    a_pass(account)
    key = Sighting.objects.get().content_key
    assert mail_path(account.practice_id, key).exists()
    erase_all()
    a_pass(account, later(2))
    assert not Entry.objects.exists()
    assert (parts("Resolved"), lies_in(server, "Resolved")) == ({"erased": 1}, 1)
    assert Sighting.objects.get().state == Sighting.ERASED
    # The same bytes at another place, and a copy that came by another way.
    server.put("Incoming", hollis(1))
    server.put("Incoming", b"Received: by another.example; Thu, 1 Jan 2026\r\n" + hollis(1))
    with django_capture_on_commit_callbacks(execute=True):
        assert a_pass(account, later(4)).well
    assert not Entry.objects.exists()
    assert list(Sighting.objects.values_list("state", flat=True)) == [Sighting.ERASED] * 3
    keys = Sighting.objects.values_list("content_key", flat=True)
    assert not [key for key in keys if mail_path(account.practice_id, key).exists()]
    assert parts("Incoming") == {"erased": 2}
    assert books("Incoming").counted == 2


def test_a_copy_of_our_own_letter_is_that_letter_and_erased_with_it(
    cast: Cast, account: MailAccount, server: ScriptedImap
) -> None:
    sender = make_account(cast.practice)
    ours = put(cast, sender, clients=(cast.hollis.pk,), files=(("a.txt", "text/plain", b"abc"),))
    copy = b"Received: by another.example; Thu, 1 Jan 2026\r\n" + ours.read()
    server.put("Incoming", copy)
    a_pass(account)
    assert Entry.objects.get() == ours.entry  # not a second one
    erase_all()
    server.put("Incoming", b"Received: by a third.example\r\n" + copy)
    a_pass(account, later(2))
    assert not Entry.objects.exists()


def test_other_letters_come_in_beside_it(account, server) -> None:
    server.put("Incoming", hollis(1))
    a_pass(account)
    erase_all()
    server.put("Incoming", hollis(1))
    server.put("Incoming", letter(2))
    a_pass(account, later(2))
    assert Entry.objects.get().sender_norm == "someone2@else.test"


def test_taken_away_on_the_server_it_is_gone_from_the_books_too(account, server) -> None:
    server.put("Incoming", hollis(1))
    a_pass(account)
    erase_all()
    server.store.boxes["Resolved"].mails.clear()
    a_pass(account, later(30))
    assert Sighting.objects.get().state == Sighting.GONE
    assert parts("Resolved") == {}


def test_erased_while_it_was_being_taken_in_it_does_not_come_in(account, server) -> None:
    server.put("Incoming", hollis(1))
    a_pass(account)
    sighting = Sighting.objects.get()
    raw = sighting.mail.read()
    erase_all()
    # As after a crash: seen, and its bytes on the disk, before it was erased.
    path = mail_path(account.practice_id, sighting.content_key)
    path.write_bytes(raw)
    Sighting.objects.update(state=Sighting.FETCHED)
    a_pass(account, later(2))
    assert Sighting.objects.get().state == Sighting.ERASED
    assert not Entry.objects.exists()
    assert Tombstone.objects.count() == 1


def test_a_scan_left_in_its_folder_is_passed_over_and_its_name_forgotten(
    cast: Cast, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DROP_ROOTS = [str(tmp_path / "{practice}")]
    monkeypatch.setattr(drop_folders, "STILL", -1.0)
    place = tmp_path / "tern" / "scans"
    place.mkdir(parents=True)
    folder = watch(cast, place, take_away=False)
    (place / "4182 secret.pdf").write_bytes(PDF)
    look(folder)
    erase_all()
    looks = [look(folder, minute) for minute in (10, 20)]
    (place / "4182 again.pdf").write_bytes(PDF)
    looks += [look(folder, minute) for minute in (30, 40)]
    assert looks == [0, 0, 1, 0]
    assert not Entry.objects.exists()
    names = Dropped.objects.values_list("name", "state", "refusal")
    assert all(name.startswith("erased:") for name, _, _ in names)
    assert {row[1:] for row in names} == {(Dropped.REFUSED, "erased")}
    page = cast.browser(cast.alice).get(f"/p/tern/settings/files/{folder.pk}").text
    assert "A file that was erased" in page
    assert "secret" not in page
