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
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append(f"{Path(f'/dev/fd/{fd}').readlink()}")
    )
    write_durably([(tmp_path / "one", b"1"), (tmp_path / "two", b"2")])
    assert sum(".one." in name or ".two." in name for name in synced) == 2
    assert synced[-1] == str(tmp_path)


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(handle, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        write_durably([(tmp_path / "one", b"1")])
    assert list(tmp_path.iterdir()) == []


def _name_of(handle):
    return str(Path(f"/dev/fd/{handle}").readlink())
