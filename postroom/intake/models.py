"""The ledgers of intake: one row for each copy of a mail seen on a server, one for each file
that was dropped."""

from django.db import models
from django.db.models import Q

from postroom.connections.models import DropFolder, MailAccount, Workflow
from postroom.practice.models import Member, Practice
from postroom.register.models import Entry, StoredMail


class SightingQuerySet(models.QuerySet["Sighting"]):
    def unfinished(self) -> "SightingQuerySet":
        return self.filter(state__in=Sighting.OPEN)


class Sighting(models.Model):
    """Where a mail lies: account, folder, UIDVALIDITY, UID (RELIABILITY 1.1).

    fetched ─ parse, match, file ─→ stored ─ intent ─→ moving ─ COPYUID ─────────→ done
                                       │                │ │ no MOVE: COPYUID, then expunge
                                       │                │ └──────────→ copied ────→ done
                                       └──── gone ←─────┘ UID gone, and not found there

    A mail with which the worker died again and again is stored unparsed, under an entry that
    could not be read. `done` becomes `moving` again whenever its entry wants another folder.
    `stale`: the folder was renumbered (UIDVALIDITY) and the mail was not found again under this
    row. `erased`: the practice erased it here, and the copy on the server lies where it lay.
    Folder, UIDVALIDITY and UID say where the mail was last known to be; they change with it.
    """

    FETCHED, STORED, MOVING, COPIED, DONE = "fetched", "stored", "moving", "copied", "done"
    GONE, STALE, ERASED = "gone", "stale", "erased"
    OPEN = (FETCHED, STORED, MOVING, COPIED)
    STATES = [(s, s) for s in (*OPEN, DONE, GONE, STALE, ERASED)]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    # Without indexes of their own: those below begin with them, and SQLite would walk all that
    # ever came to an account to have it in the order of its ids (0.9 s at 1,000,000 letters).
    account = models.ForeignKey(
        MailAccount, models.CASCADE, related_name="sightings", db_index=False
    )
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="sightings", db_index=False)
    folder = models.CharField(max_length=255)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=STATES, default=FETCHED)
    attempts = models.PositiveSmallIntegerField(default=0)  # to take it in; see intake/rules.py
    content_key = models.CharField(max_length=64)
    received_at = models.DateTimeField()  # the server's INTERNALDATE
    mail = models.ForeignKey(StoredMail, models.CASCADE, null=True, related_name="sightings")
    # While moving: where to, and what that folder's next UID was just before, so that what
    # arrived there can be told from what lay there.
    target = models.CharField(max_length=255, blank=True)
    target_uidvalidity = models.BigIntegerField(null=True)
    target_next_uid = models.BigIntegerField(null=True)
    target_uid = models.BigIntegerField(null=True)  # of a copy, until the original is removed
    seen_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    # Its entry was filed otherwise, and it was not yet seen where it then belongs: the last
    # Refiled that said so. It only makes the copy quick to find.
    turned = models.BigIntegerField(null=True)

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "folder", "uidvalidity", "uid"], name="sighting_once"
            )
        ]
        indexes = [
            # Not partial: SQLite does not see that a bound parameter falls under a condition.
            models.Index(fields=["workflow", "state", "folder"], name="sighting_open"),
            models.Index(
                fields=["workflow"], condition=Q(turned__isnull=False), name="sighting_turned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.folder} {self.uidvalidity}/{self.uid}"


class Dropped(models.Model):
    """A file that was found in a folder, or uploaded by a member (RX-111).

    bytes on the disk ─ stored file, entry, this row: one commit ─→ stored ─ taken away ─→ done
                     └→ refused: left where it is, and not looked at again until it changes

    `done` at once where nothing is taken away. One that is `stored` and no longer in its folder
    is done.
    """

    STORED, DONE, REFUSED = "stored", "done", "refused"
    STATES = [(s, s) for s in (STORED, DONE, REFUSED)]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    folder = models.ForeignKey(DropFolder, models.CASCADE, null=True, related_name="dropped")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    entry = models.ForeignKey(Entry, models.SET_NULL, null=True, related_name="dropped")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    changed_ns = models.BigIntegerField(default=0)  # its mtime in the folder
    content_key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=STATES)
    refusal = models.CharField(
        max_length=12, blank=True
    )  # a code with words in intake/drop_words.py
    again = models.BooleanField(default=False)  # its content was here before
    seen_at = models.DateTimeField()  # the same for all of one look

    class Meta:
        indexes = [
            models.Index(fields=["folder", "name"], name="dropped_name"),
            models.Index(fields=["folder", "seen_at"], name="dropped_look"),
            models.Index(fields=["member", "id"], name="dropped_by_member"),
        ]

    def __str__(self) -> str:
        return self.name
