"""Files that survive: whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from postroom.kit.files import write_durably


def test_a_batch_is_written_with_its_folders(tmp_path):
    items = [(tmp_path / "a" / "b" / f"{n}.eml", bytes([n]) * 1000) for n in range(20)]
    write_durably(items)
    for path, data in items:
        assert path.read_bytes() == data
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_trace_of_the_work_is_left(tmp_path):
    write_durably([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "one"
    write_durably([(path, b"first")])
    before = path.stat().st_ino
    write_durably([(path, b"first")])
    assert path.stat().st_ino == before


def test_each_file_and_its_folder_is_synced_before_it_returns(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(_name_of(handle)))
    write_durably([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")])
    assert sum(".one." in name or ".two." in name for name in synced) == 2
    assert synced[-1] == str(tmp_path)


def test_every_file_and_folder_of_a_large_batch_is_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(_name_of(handle)))
    paths = [tmp_path / f"{n % 7}" / f"letter{n}" for n in range(40)]
    write_durably((path, b"x") for path in paths)
    files = sorted(name.split(".")[1] for name in synced if "letter" in name)
    assert files == sorted(path.name for path in paths)
    last = synced[-7:]
    assert sorted(last) == [str(tmp_path / f"{n}") for n in range(7)]


def test_new_folders_are_made_and_their_own_folder_synced_once(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(_name_of(handle)))
    write_durably((tmp_path / "mail" / f"{n}" / "letter", b"x") for n in range(9))
    assert synced[:2] == [str(tmp_path), str(tmp_path / "mail")]
    assert synced.count(str(tmp_path / "mail")) == 1
    assert all((tmp_path / "mail" / f"{n}" / "letter").read_bytes() == b"x" for n in range(9))


def test_no_name_is_given_before_every_file_is_synced(tmp_path, monkeypatch):
    named = []
    monkeypatch.setattr(os, "fsync", lambda handle: named.append(list(tmp_path.glob("letter*"))))
    write_durably((tmp_path / f"letter{n}", b"x") for n in range(20))
    assert named[:-1] == [[]] * 20
    assert len(named[-1]) == 20


def test_an_error_of_one_sync_is_raised_and_leaves_nothing(tmp_path, monkeypatch):
    def sync(handle):
        if ".letter7." in _name_of(handle):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(OSError, match="Input/output"):
        write_durably((tmp_path / f"letter{n}", b"x") for n in range(20))
    assert list(tmp_path.iterdir()) == []


def test_no_handle_is_left_open(tmp_path):
    before = _open_files()
    write_durably((tmp_path / f"{n % 3}" / f"{n}", b"x") for n in range(20))
    assert _open_files() == before


def test_few_files_are_open_at_once_however_many_are_written(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(os, "fsync", lambda handle: opened.append(_open_files()))
    before = _open_files()
    write_durably((tmp_path / f"{n}" / "letter", b"x") for n in range(200))
    assert max(opened) - before < 80
    assert len(list(tmp_path.glob("*/letter"))) == 200


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(handle, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        write_durably([(tmp_path / "one", b"1")])
    assert list(tmp_path.iterdir()) == []


def _name_of(handle):
    return str(Path(f"/dev/fd/{handle}").readlink())


def _open_files():
    return len(list(Path("/dev/fd").iterdir()))
