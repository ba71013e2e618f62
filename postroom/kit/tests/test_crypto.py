"""Secrets at rest (RELIABILITY 4.8, S4, S5)."""

import stat

import pytest

from postroom.kit.crypto import KeyMissing, Keyring, Tampered, create_key_file

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
