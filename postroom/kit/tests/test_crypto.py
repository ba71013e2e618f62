"""Secrets at rest (RELIABILITY 4.8, S4, S5)."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from postroom.kit.crypto import (
    KeyMissing,
    Keyring,
    Tampered,
    add_key,
    create_key_file,
    keep_first,
    lines_of,
)

OLD, NEW = "an old key that is long enough, surely", "a new key that is long enough, surely"
PLACE = "practice 1 account 7 password"


def test_what_is_sealed_opens_in_its_place_only():
    keyring = Keyring([OLD])
    sealed = keyring.seal("s3cret", PLACE)
    assert "s3cret" not in sealed
    assert keyring.open(sealed, PLACE) == "s3cret"
    with pytest.raises(Tampered):
        keyring.open(sealed, "practice 2 account 7 password")


def test_the_same_secret_is_never_sealed_alike():
    keyring = Keyring([OLD])
    assert keyring.seal("s3cret", PLACE) != keyring.seal("s3cret", PLACE)


def test_a_changed_value_is_found():
    keyring = Keyring([OLD])
    sealed = keyring.seal("s3cret", PLACE)
    with pytest.raises(Tampered):
        keyring.open(sealed[:-4] + "AAA=", PLACE)


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key():
    sealed = Keyring([OLD]).seal("s3cret", PLACE)
    both = Keyring([NEW, OLD])
    assert both.open(sealed, PLACE) == "s3cret"
    again = both.seal("s3cret", PLACE)
    assert Keyring([NEW]).open(again, PLACE) == "s3cret"
    with pytest.raises(KeyMissing):
        Keyring([NEW]).open(sealed, PLACE)


def test_the_signing_key_is_not_the_line_itself():
    (signing,) = Keyring([OLD]).signing_keys()
    assert OLD not in signing
    assert len(signing) > 40


def test_without_a_key_nothing_is_sealed():
    with pytest.raises(KeyMissing):
        Keyring().seal("s3cret", PLACE)


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "secret.key"
    assert create_key_file(path)
    before = path.read_text()
    assert not create_key_file(path)
    assert path.read_text() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(Keyring.from_file(path).keys) == 1


def test_an_empty_key_file_is_no_key_file(tmp_path):
    path = tmp_path / "secret.key"
    path.touch()
    with pytest.raises(ValueError, match="empty"):
        Keyring.from_file(path)


def test_a_short_key_is_refused_by_its_line(tmp_path):
    path = tmp_path / "secret.key"
    path.write_text(f"{NEW}\nshort\n")
    with pytest.raises(ValueError, match="line 2"):
        Keyring.from_file(path)


# --- turning the file ------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "secret.key"
    path.write_text(f"{OLD}\n")
    path.chmod(0o640)
    return path


def test_a_new_line_stands_above_the_others_and_the_file_keeps_its_rights(key_file):
    name = add_key(key_file)
    newest, old = lines_of(key_file)
    assert old == OLD
    assert Keyring([newest]).keys[0].id == name
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o640
    assert [file.name for file in key_file.parent.iterdir()] == ["secret.key"]


def test_only_the_first_line_stays_when_the_others_are_dropped(key_file):
    add_key(key_file)
    add_key(key_file)
    first = lines_of(key_file)[0]
    assert keep_first(key_file) == 2
    assert lines_of(key_file) == [first]
    assert keep_first(key_file) == 0


def test_two_turns_at_once_are_two_lines(key_file):
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(add_key, [key_file] * 8))
    assert len(set(names)) == 8
    assert {key.id for key in Keyring.from_file(key_file).keys} > set(names)


def test_a_file_that_could_not_be_written_is_as_before(key_file, monkeypatch):
    def refuse(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        add_key(key_file)
    assert lines_of(key_file) == [OLD]
    assert [file.name for file in key_file.parent.iterdir()] == ["secret.key"]


def test_a_ring_hears_of_a_new_key_before_it_seals_and_when_it_meets_one(key_file):
    running, other = Keyring.from_file(key_file), Keyring.from_file(key_file)
    name = add_key(key_file)
    sealed = running.seal("s3cret", PLACE)
    assert sealed.startswith(f"{name}:")
    assert other.open(sealed, PLACE) == "s3cret"


def test_a_key_file_that_is_gone_or_spoilt_meanwhile_changes_nothing(key_file):
    running = Keyring.from_file(key_file)
    key_file.write_text("short\n")
    sealed = running.seal("s3cret", PLACE)
    key_file.unlink()
    assert running.open(sealed, PLACE) == "s3cret"
    assert running.open(running.seal("another", PLACE), PLACE) == "another"


@pytest.mark.parametrize("spoilt", ["", "x", "1234:", "1234:é", "{id}:", "{id}:AAAA", "{id}:é"])
def test_what_was_never_sealed_says_so(spoilt):
    keyring = Keyring([OLD])
    with pytest.raises((KeyMissing, Tampered)):
        keyring.open(spoilt.replace("{id}", keyring.keys[0].id), PLACE)
