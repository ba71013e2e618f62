"""Turning the key file while everybody works (RELIABILITY S5)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from postroom.cli import main
from postroom.connections.models import MailAccount
from postroom.kit.crypto import KeyMissing, Keyring, lines_of
from postroom.practice import audit, keys, sealing
from postroom.practice.models import AuditChain, AuditEvent
from tests.support.cast import Cast, make_cast

NOW = timezone.now()
OLD = "an old key that is long enough, surely"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file of the test's own, read by this process."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    path = tmp_path / "secret.key"
    path.write_text(f"{OLD}\n")
    monkeypatch.setattr(settings, "KEY_FILE", path)
    monkeypatch.setattr(settings, "KEYRING", Keyring.from_file(path))
    return path


def account(cast: Cast, name: str, password: str) -> MailAccount:
    made = MailAccount.objects.create(practice=cast.practice, name=name, host="imap.example")
    made.password_sealed = settings.KEYRING.seal(password, made.password_place)
    made.save()
    return made


def test_every_sealed_field_of_the_house_is_found_and_knows_its_place(cast: Cast) -> None:
    named = {str(one) for one in keys.sealed_fields()}
    assert named >= {
        "connections.MailAccount.password_sealed",
        "practice.Source.url_sealed",
        "practice.Factor.secret_sealed",
        "practice.AuditKey.key_sealed",
    }
    for one in keys.sealed_fields():
        assert one.place(one.model()), one


def test_after_a_turn_every_secret_opens_with_the_new_key_alone(
    cast: Cast, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box = account(cast, "Post", "tide-and-quill")
    before = box.password_sealed
    assert main(["key", "rotate"]) == 0
    assert len(lines_of(key_file)) == 2
    box.refresh_from_db()
    newest = Keyring(lines_of(key_file)[:1])
    assert newest.open(box.password_sealed, box.password_place) == "tide-and-quill"
    assert main(["key", "retire"]) == 0
    assert lines_of(key_file) == lines_of(key_file)[:1]
    assert OLD not in key_file.read_text()
    box.refresh_from_db()
    assert box.password() == "tide-and-quill"
    with pytest.raises(KeyMissing):
        Keyring([OLD]).open(box.password_sealed, box.password_place)
    with pytest.raises(KeyMissing):
        settings.KEYRING.open(before, box.password_place)
    assert main(["key", "list"]) == 0
    assert "1 old key was dropped" in capsys.readouterr().out


def test_the_audit_can_be_checked_after_a_turn_and_its_future_has_another_key(
    cast: Cast, key_file: Path
) -> None:
    audit.record(cast.practice.pk, "read", "entry", 1, by=cast.bob, now=NOW)
    sealing.seal_all(NOW)
    assert main(["key", "rotate"]) == 0
    assert main(["key", "retire"]) == 0
    sealing.seal_all(NOW)
    verdict = sealing.verify(cast.practice, NOW)
    assert verdict.well
    used = {seal.partition(".")[0] for seal in _seals(cast)}
    assert used == {"1", "2"}
    acts = AuditEvent.objects.filter(practice=cast.practice, object_kind="key")
    assert set(acts.values_list("action", flat=True)) == {"rotate", "retire"}


def _seals(cast: Cast) -> list[str]:
    return list(AuditEvent.objects.filter(practice=cast.practice).values_list("seal", flat=True))


def test_a_process_that_runs_already_opens_and_seals_with_the_new_key(
    cast: Cast, key_file: Path
) -> None:
    another = Keyring.from_file(key_file)
    box = account(cast, "Post", "tide-and-quill")
    assert main(["key", "rotate"]) == 0
    box.refresh_from_db()
    assert another.open(box.password_sealed, box.password_place) == "tide-and-quill"
    sealed = Keyring.from_file(key_file).seal("x", "place")
    assert another.seal("x", "place").partition(":")[0] == sealed.partition(":")[0]


def test_a_value_that_cannot_be_opened_is_named_and_no_key_is_dropped(
    cast: Cast, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, other = account(cast, "Post", "one"), account(cast, "Laboratory", "two")
    MailAccount.objects.filter(pk=box.pk).update(password_sealed=other.password_sealed)
    assert main(["key", "rotate"]) == 1
    assert box.password_place in capsys.readouterr().out
    other.refresh_from_db()
    assert other.password() == "two"
    assert main(["key", "retire"]) == 1
    assert len(lines_of(key_file)) == 2


def test_a_password_saved_meanwhile_is_not_overwritten(cast: Cast, key_file: Path) -> None:
    box = account(cast, "Post", "old password")
    (stale,) = keys._stale(keys.Sealed(MailAccount, "password_sealed"), "newest", [])
    fresh = settings.KEYRING.seal("new password", box.password_place)
    MailAccount.objects.filter(pk=box.pk).update(password_sealed=fresh)
    ring, result = Keyring(["another key that is long enough, surely", OLD]), keys.Resealing()
    keys._reseal(keys.Sealed(MailAccount, "password_sealed"), stale, ring, result, {})
    box.refresh_from_db()
    assert box.password_sealed == fresh
    assert result.done == 0


def test_a_key_file_that_cannot_be_written_says_what_to_do(
    cast: Cast, key_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read_only(path: Path) -> str:
        raise PermissionError(13, "Read-only")

    monkeypatch.setattr("postroom.cli.key.add_key", read_only)
    assert main(["key", "rotate"]) == 1
    assert "--reseal-only" in capsys.readouterr().err
    key_file.write_text(f"a line that somebody put there by hand, long\n{OLD}\n")
    box = account(cast, "Post", "one")
    assert main(["key", "rotate", "--reseal-only"]) == 0
    box.refresh_from_db()
    assert box.password() == "one"


# --- a thousand of them, while another process reads ------------------------------------------

READER = """
import sys, threading, django
django.setup()
from postroom.connections.models import MailAccount
over, opened = threading.Event(), 0
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
while not over.is_set():
    for box in MailAccount.objects.order_by("pk"):
        assert box.password() == f"password {box.name}"
        opened += 1
        if opened == 1:
            print("reads", flush=True)
print(opened)
"""


def _database_url() -> str:
    """The test's own database, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    where = f"{facts['HOST']}:{facts['PORT']}" if facts["PORT"] else facts["HOST"]
    return f"postgres://{quote(facts['USER'])}:{quote(facts['PASSWORD'])}@{where}/{facts['NAME']}"


@contextmanager
def reader(key_file: Path) -> Iterator[list[int]]:
    """A process that opens every password, over and over; how many it opened is added."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "postroom.settings",
        "POSTROOM_DATABASE_URL": _database_url(),
        "POSTROOM_SECRET_KEY_FILE": str(key_file),
    }
    opened: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-c", READER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reads\n"
        yield opened
        said, _ = process.communicate("")
        assert process.returncode == 0
        opened.append(int(said))


def test_a_thousand_passwords_turn_while_another_process_reads(
    transactional_db: None, key_file: Path
) -> None:
    cast = make_cast()
    boxes = [account(cast, str(n), f"password {n}") for n in range(1000)]
    with reader(key_file) as opened:
        assert main(["key", "rotate"]) == 0
        assert keys.in_use()[Keyring(lines_of(key_file)[:1]).keys[0].id] >= 1000
        assert main(["key", "retire"]) == 0
    assert opened[0] > 1000
    newest, old = Keyring.from_file(key_file), Keyring([OLD])
    assert keys.in_use().keys() == {newest.keys[0].id}
    for box in boxes:
        box.refresh_from_db()
        assert newest.open(box.password_sealed, box.password_place) == f"password {box.name}"
        with pytest.raises(KeyMissing):
            old.open(box.password_sealed, box.password_place)
    AuditChain.objects.update(floor=2**40)  # sealed rows stay unless the door is open
    AuditEvent.objects.all().delete()
