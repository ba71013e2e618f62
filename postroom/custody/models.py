"""What must not be erased yet, and how long a practice keeps what."""

from django.db import models
from django.db.models import Q

from postroom.clients.models import Client
from postroom.practice.models import Member, Practice
from postroom.register.models import Entry


class Hold(models.Model):
    """A legal hold: nothing of this client, or not this entry, is erased while it stands."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="holds")
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="holds")
    entry = models.ForeignKey(Entry, models.CASCADE, null=True, related_name="holds")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=~Q(client=None), name="hold_of_client"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=~Q(entry=None), name="hold_of_entry"
            ),
            models.CheckConstraint(
                condition=Q(client=None, entry__isnull=False) | Q(client__isnull=False, entry=None),
                name="hold_is_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"client {self.client_id}" if self.client_id else f"entry {self.entry_id}"


class Retention(models.Model):
    """How long one kind of entry is kept; without a row, for ever."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="retentions")
    kind = models.CharField(max_length=10, choices=Entry.KINDS)
    months = models.PositiveSmallIntegerField()
    # How many somebody saw would go, when it was set: so many go without another question.
    agreed = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "kind"], name="retention_of_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.months}"
