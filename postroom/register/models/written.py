"""Tables beside the entries: what they said before, drafts, what was removed a moment ago, where a
historical note came from; and the saved views of the register."""

from django.db import models
from django.db.models import Q

from postroom.practice.models import Member, Practice


class EarlierVersion(models.Model):
    """What an entry written by hand said before somebody changed it."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey("register.Entry", models.CASCADE, related_name="earlier")
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")  # who changed it
    at = models.DateTimeField()
    said = models.JSONField()  # the fields that were changed, as they were

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="earlier_version")]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.version}"


class NoteDraft(models.Model):
    """What somebody is writing by hand and has not saved yet; `place` is where they write it."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    place = models.CharField(max_length=60)
    typed = models.JSONField()  # field -> what it held
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "place"], name="note_draft")]

    def __str__(self) -> str:
        return self.place


class RemovedEntry(models.Model):
    """An entry written by hand that was removed, whole, for as long as that can be undone."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    rows = models.TextField()  # of all its tables, as Django writes them down
    paths = models.JSONField(default=list)  # of files that nothing else holds any more

    def __str__(self) -> str:
        return f"removed {self.at}"


class NoteSource(models.Model):
    """Which row of an imported list an entry came from, so that it comes once."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # SHA-256, see note_rows.key_of
    entry = models.OneToOneField("register.Entry", models.CASCADE, related_name="note_source")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "key"], name="note_source")]

    def __str__(self) -> str:
        return self.key[:12]


class SavedView(models.Model):
    """Filters of the register under a name: a member's own, or for the whole team."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="saved_views")
    member = models.ForeignKey(Member, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField()  # as filters.Wanted.query() writes it
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="saved_view")]
        indexes = [models.Index(fields=["practice"], condition=Q(shared=True), name="shared_views")]

    def __str__(self) -> str:
        return self.name
