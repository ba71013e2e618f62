"""What is kept whole on the disk, what was erased from it, and the files of an entry."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from postroom.practice.models import Practice
from postroom.register.models.entries import Entry


class StoredMail(models.Model):
    """A raw mail, kept whole. Several lie under one entry when they say the same (AK-112)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="mails")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="mails")
    content_key = models.CharField(max_length=64)  # SHA-256 of the bytes, line ends made LF
    raw_sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    message_id = models.CharField(max_length=400, blank=True)
    fold_key = models.CharField(max_length=64, blank=True)
    problems = models.JSONField(default=list)
    # The member (id) whose own mailbox it lies in; 0: the practice's. The same mail in both is
    # two: folded, one of them could not be read by whom it was sent to.
    mailbox_of = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "content_key", "mailbox_of"], name="stored_mail"
            )
        ]
        indexes = [
            models.Index(fields=["practice", "fold_key"], condition=~Q(fold_key=""), name="folds"),
            models.Index(fields=["practice", "message_id"]),
        ]

    def __str__(self) -> str:
        return self.message_id or self.content_key[:12]

    @property
    def path(self) -> Path:
        return mail_path(self.practice_id, self.content_key)

    def read(self) -> bytes:
        """The raw bytes as they came. Raises FileNotFoundError."""
        return self.path.read_bytes()


def mail_path(practice_id: int, content_key: str) -> Path:
    """Where a raw mail lies: by practice, then by content.

    In 16 folders: a batch of letters syncs each folder it falls into, and 62,500 files are no
    burden for one.
    """
    return settings.MAIL_FOLDER / str(practice_id) / content_key[0] / f"{content_key}.eml"


class StoredFile(models.Model):
    """A file that came by itself (a scan, a picture), kept whole. Once in a practice, however
    often it is dropped."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="stored_files")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="stored_files")
    content_key = models.CharField(max_length=64)  # SHA-256 of the bytes as they are
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "content_key"], name="stored_file")
        ]

    def __str__(self) -> str:
        return self.content_key[:12]

    @property
    def path(self) -> Path:
        return file_path(self.practice_id, self.content_key)

    def read(self) -> bytes:
        """The bytes as they came. Raises FileNotFoundError."""
        return self.path.read_bytes()


def file_path(practice_id: int, content_key: str) -> Path:
    """Where such a file lies: beside the mails, so that one backup holds both."""
    return settings.MAIL_FOLDER / str(practice_id) / content_key[0] / f"{content_key}.file"


class TombstoneQuerySet(models.QuerySet["Tombstone"]):
    def among(self, practice: int, keys: Iterable[str], folds: Iterable[str] = ()) -> set[str]:
        """Those of these content keys and fold keys that were erased: one question for all."""
        asked = Q(content_key__in=set(keys))
        if said := set(folds) - {""}:
            asked |= Q(fold_key__in=said)
        rows = self.filter(asked, practice=practice).values_list("content_key", "fold_key")
        return {key for row in rows for key in row} - {""}

    def bury(self, practice: int, keys: Mapping[str, str], *, now: datetime) -> None:
        """Leave a stone for each of these content keys, with its fold key or ""."""
        Tombstone.objects.bulk_create(
            (
                Tombstone(practice_id=practice, content_key=key, fold_key=fold, at=now)
                for key, fold in sorted(keys.items())
            ),
            ignore_conflicts=True,
        )


class Tombstone(models.Model):
    """What was erased, by the hash of its bytes, so that a later look at the mailbox or folder
    does not bring it back. Of a mail also its fold key: another copy of it says the same. Of a
    note that was imported the key of its row (NoteSource), also when it was removed by hand."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    content_key = models.CharField(max_length=64)
    fold_key = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "content_key"], name="tombstone")
        ]
        indexes = [
            models.Index(
                fields=["practice", "fold_key"], condition=~Q(fold_key=""), name="tombstone_fold"
            )
        ]

    def __str__(self) -> str:
        return self.content_key[:12]


class Attachment(models.Model):
    """A file of an entry: inside a stored mail, cut out of the raw bytes when asked for; or
    stored by itself."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="attachments")
    mail = models.ForeignKey(StoredMail, models.CASCADE, null=True, related_name="attachments")
    stored = models.ForeignKey(StoredFile, models.CASCADE, null=True, related_name="attachments")
    n = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=255, blank=True)
    inline = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "n"], name="attachment_n"),
            models.CheckConstraint(
                condition=Q(mail=None, stored__isnull=False) | Q(mail__isnull=False, stored=None),
                name="attachment_lies_in_one_place",
            ),
        ]
        ordering = ["n"]

    def __str__(self) -> str:
        return self.name
