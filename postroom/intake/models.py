"""The ledger of intake: one row for each copy of a mail seen on a server."""

from django.db import models

from postroom.connections.models import MailAccount, Workflow
from postroom.practice.models import Practice
from postroom.register.models import StoredMail


class SightingQuerySet(models.QuerySet["Sighting"]):
    def unfinished(self) -> "SightingQuerySet":
        return self.filter(state__in=Sighting.OPEN)


class Sighting(models.Model):
    """Where a mail lies: account, folder, UIDVALIDITY, UID (RELIABILITY 1.1).

    fetched ─ parse, match, file ─→ stored ─ intent ─→ moving ─ COPYUID ─────────→ done
                                       │                │ │ no MOVE: COPYUID, then expunge
                                       │                │ └──────────→ copied ────→ done
                                       └──── gone ←─────┘ UID gone, and not found there

    A mail whose parsing crashed three times is stored unparsed, under an entry that could not
    be read. `done` becomes `moving` again whenever its entry wants another folder. `stale`:
    the folder was renumbered (UIDVALIDITY) and the mail was not found again under this row.
    Folder, UIDVALIDITY and UID say where the mail was last known to be; they change with it.
    """

    FETCHED, STORED, MOVING, COPIED, DONE = "fetched", "stored", "moving", "copied", "done"
    GONE, STALE = "gone", "stale"
    OPEN = (FETCHED, STORED, MOVING, COPIED)
    STATES = [(s, s) for s in (*OPEN, DONE, GONE, STALE)]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    account = models.ForeignKey(MailAccount, models.CASCADE, related_name="sightings")
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="sightings")
    folder = models.CharField(max_length=255)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=STATES, default=FETCHED)
    attempts = models.PositiveSmallIntegerField(default=0)  # of parsing, committed before it
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

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "folder", "uidvalidity", "uid"], name="sighting_once"
            )
        ]
        indexes = [
            # Not partial: SQLite does not see that a bound parameter falls under a condition.
            models.Index(fields=["workflow", "state", "folder"], name="sighting_open")
        ]

    def __str__(self) -> str:
        return f"{self.folder} {self.uidvalidity}/{self.uid}"
