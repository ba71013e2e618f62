"""What members say to each other beside a letter, and whom they name there."""

from django.db import models
from django.db.models import Q

from postroom.practice.models import Member, Practice
from postroom.register.models.entries import Entry


class InternalNote(models.Model):
    """Said beside a letter, for the team alone: nothing that sends knows of this table (PE-34)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="internal_notes")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="internal_notes")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.entry_id} {self.at:%Y-%m-%d %H:%M}"


class Mention(models.Model):
    """A member who was named in a note, until they have seen it."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    note = models.ForeignKey(InternalNote, models.CASCADE, related_name="mentions")
    member = models.ForeignKey(Member, models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "member"], name="mention")]
        indexes = [
            models.Index(fields=["member"], condition=Q(seen_at=None), name="mention_unseen")
        ]

    def __str__(self) -> str:
        return f"{self.note_id} {self.member_id}"
