"""Files without a row."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from postroom.intake.tidying import drop_orphans
from postroom.kit.files import write_durably
from postroom.register.models import Entry, StoredMail, mail_path

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def letter(cast, settings, tmp_path):
    """Writes a raw mail, with or without its row, some hours ago; gives its path."""
    settings.MAIL_FOLDER = tmp_path

    def write(number, *, hours, row):
        key = f"{number:064x}"
        path = mail_path(cast.practice.pk, key)
        write_durably([(path, b"raw")])
        at = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(path, (at, at))
        if row:
            entry = Entry.objects.create(
                practice=cast.practice, at=NOW, created_at=NOW, filing=Entry.UNRESOLVED
            )
            StoredMail.objects.create(
                practice=cast.practice, entry=entry, content_key=key, raw_sha256="", size=3
            )
        return path

    return write


def test_only_what_is_old_and_in_no_row_goes(letter):
    kept, young = letter(1, hours=48, row=True), letter(2, hours=2, row=False)
    orphan = letter(3, hours=48, row=False)
    assert drop_orphans(now=NOW) == 1
    assert kept.exists()
    assert young.exists()
    assert not orphan.exists()


def test_letters_of_another_database_are_left_alone(letter):
    paths = [letter(number, hours=48, row=False) for number in range(60)]
    assert drop_orphans(now=NOW) == 0
    assert all(path.exists() for path in paths)


def test_a_letter_seen_again_is_young_again(letter):
    orphan = letter(1, hours=48, row=False)
    write_durably([(orphan, b"raw")])
    assert drop_orphans(now=NOW) == 0
    assert orphan.exists()
