"""The practice's other programs: how they prove themselves, and what comes from them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from postroom.practice.models.members import Member
from postroom.practice.models.practices import Practice


class AccessToken(models.Model):
    """How a practice system proves itself to the API; `hash` is SHA-256 of the token."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)  # the last letters, to recognise it by
    created_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Where a kind of data comes from: the practice's own system, by file or over the API."""

    CLIENTS, APPOINTMENTS, DUE = "clients", "appointments", "due"
    KINDS = [(CLIENTS, _("Clients")), (APPOINTMENTS, _("Appointments")), (DUE, _("Due dates"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=16, choices=KINDS)
    name = models.CharField(max_length=80)
    mapping = models.JSONField(default=dict)  # our field -> the file's column
    url_sealed = models.TextField(blank=True)  # of a feed: its address is its password
    minutes = models.PositiveIntegerField(default=0)  # between two looks at a feed; 0: none
    fresh_at = models.DateTimeField(null=True)  # how old the data are (MG-28)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "kind", "name"], name="source_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url_place(self) -> str:
        return f"practice {self.practice_id} source {self.pk} url"
