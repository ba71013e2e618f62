"""Which folders may be watched, when they are looked into, and what is said when that fails."""

from datetime import timedelta
from typing import Any

import pytest

from postroom.connections.models import DropFolder
from postroom.intake import drop_folders
from postroom.intake.models import Dropped
from postroom.intake.places import Unsuitable, free_folder, real_folder
from postroom.intake.tasks import look_at_drop_folders, look_into_folder
from postroom.intake.tests.scans import NOW, PDF, look, names_in
from postroom.practice.models import AuditEvent
from postroom.register.models import Entry
from postroom.register.tests.test_unresolved import words


def test_a_folder_that_lets_nothing_be_removed_says_so(cast, place, folder, monkeypatch) -> None:
    def refuse(*args: Any, **more: Any) -> None:
        raise PermissionError(13, "no")

    for number in range(3):
        (place / f"4182 {number}.pdf").write_bytes(PDF + b"%d" % number)
    with monkeypatch.context() as patched:
        patched.setattr(drop_folders.os, "unlink", refuse)
        look(folder)
        look(folder, 1)
    assert Entry.objects.count() == Dropped.objects.count() == 3
    page = words(cast.browser(cast.alice).get("/p/tern/settings/files"))
    assert "cannot be removed from this folder" in page
    look(folder, 2)
    assert names_in(place) == []
    folder.refresh_from_db()
    assert folder.trouble == ""


def test_a_folder_that_is_gone_says_so_and_is_well_when_it_is_back(cast, place, folder) -> None:
    place.rename(place.with_name("elsewhere"))
    look(folder)
    folder.refresh_from_db()
    assert folder.trouble == "missing"
    place.with_name("elsewhere").rename(place)
    look(folder)
    folder.refresh_from_db()
    assert (folder.trouble, folder.trouble_since) == ("", None)


def test_a_link_in_the_folders_place_is_not_followed(cast, place, folder, tmp_path) -> None:
    other = tmp_path / "tern" / "other"
    other.mkdir()
    (other / "4182.pdf").write_bytes(PDF)
    place.rmdir()
    place.symlink_to(other)
    look(folder)
    folder.refresh_from_db()
    assert folder.trouble == "not-allowed"
    assert not Dropped.objects.exists()


def test_a_folder_is_looked_into_by_one_at_a_time_and_at_its_interval(cast, place, folder) -> None:
    assert drop_folders.due(NOW) == [folder.pk]
    look(folder)
    assert drop_folders.due(NOW + timedelta(minutes=4)) == []
    assert drop_folders.look_into(folder.pk, now=NOW + timedelta(minutes=4)) == 0
    assert drop_folders.due(NOW + timedelta(minutes=5)) == [folder.pk]


def test_only_what_the_installer_allows_can_be_watched(cast, place, settings, tmp_path) -> None:
    (place / "out").symlink_to("/etc")
    for path in (
        "/etc",
        str(place / "out"),
        "relative",
        str(place / "../.."),
        "/",
        "/root/x",
        "\0",
    ):
        with pytest.raises(Unsuitable) as refused:
            real_folder(cast.practice, path)
        assert refused.value.code == "not-allowed", path
    settings.DROP_ROOTS = [str(tmp_path)]  # of two practices, without the part that is one's own
    with pytest.raises(Unsuitable):
        real_folder(cast.practice, str(place))
    settings.DROP_ROOTS = [str(tmp_path / "drop" / "{practice}")]
    with pytest.raises(Unsuitable):
        real_folder(cast.practice, str(place))
    (tmp_path / "drop" / "tern").mkdir(parents=True)
    own = tmp_path / "drop" / "tern"
    assert real_folder(cast.practice, str(own)) == own.resolve()
    with pytest.raises(Unsuitable):
        real_folder(cast.other, str(own))
    settings.DROP_ROOTS, settings.DATA = [str(tmp_path / "{practice}")], place
    with pytest.raises(Unsuitable) as refused:
        real_folder(cast.practice, str(place))
    assert refused.value.code == "ours"


def test_no_folder_is_watched_twice(cast, place, folder) -> None:
    inner = place / "inner"
    inner.mkdir()
    for path in (place, inner, place.parent):
        with pytest.raises(Unsuitable) as refused:
            free_folder(cast.practice, str(path))
        assert refused.value.code == "taken"


def test_a_folder_is_added_and_switched_on_the_page(cast, place) -> None:
    alice = cast.browser(cast.alice)
    data = {"name": "Scanner", "path": "/etc", "minutes": "5"}
    refused = alice.post("/p/tern/settings/files/add", data)
    assert refused.status_code == 422
    assert "Postroom may not look there." in words(refused)
    data["path"] = str(place)
    assert alice.post("/p/tern/settings/files/add", data).status_code == 302
    added = DropFolder.objects.get()
    assert (added.path, added.take_away, added.active) == (str(place.resolve()), False, True)
    alice.post(f"/p/tern/settings/files/{added.pk}/switch")
    assert not DropFolder.objects.get().active
    alice.post(f"/p/tern/settings/files/{added.pk}/look")
    assert look(added) == 0
    done = AuditEvent.objects.filter(object_kind="drop_folder").order_by("pk")
    assert list(done.values_list("action", flat=True)) == ["add", "deactivate"]


def test_the_clock_hands_out_the_folders_that_are_due(cast, place, folder, monkeypatch) -> None:
    handed: list[int] = []
    monkeypatch.setattr(type(look_into_folder), "enqueue", lambda task, pk: handed.append(pk))
    monkeypatch.setattr("postroom.intake.tasks.timezone.now", lambda: NOW)
    look_at_drop_folders()
    assert handed == [folder.pk]
    (place / "4182.pdf").write_bytes(PDF)
    assert look_into_folder.func(folder.pk) == 1
    look_at_drop_folders()
    assert handed == [folder.pk]


def test_no_form_is_shown_where_no_folder_is_allowed(cast, settings) -> None:
    settings.DROP_ROOTS = []
    page = words(cast.browser(cast.alice).get("/p/tern/settings/files/add"))
    assert "No folder is allowed yet" in page
    assert "Watch this folder" not in page
