"""What may be shown and opened: pictures from outside, attachments, and what the scanner said."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client
from postroom.practice.models import Member, Practice
from postroom.register.models.stored import Attachment


class PictureChoice(models.Model):
    """Somebody chose that pictures from the internet are always shown: in the letters of one
    client's record, or of one confirmed sender."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+", db_index=False)
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="+")
    sender_norm = models.CharField(max_length=320, blank=True, default="")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "client"],
                condition=Q(client__isnull=False),
                name="pictures_of_client",
            ),
            models.UniqueConstraint(
                fields=["practice", "sender_norm"],
                condition=~Q(sender_norm=""),
                name="pictures_of_sender",
            ),
            models.CheckConstraint(
                condition=Q(client=None) ^ Q(sender_norm=""), name="pictures_of_one"
            ),
        ]

    def __str__(self) -> str:
        return self.sender_norm or f"client {self.client_id}"


class DirectOpening(models.Model):
    """While this row stands, attachments of a few safe types open in the browser (EX-19, EX-20):
    `by` has confirmed to know the risk."""

    practice = models.OneToOneField(Practice, models.CASCADE, related_name="direct_opening")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"since {self.at}"


class Scan(models.Model):
    """What the virus scanner said of a content, once for all attachments that have it."""

    WAITING, CLEAN, INFECTED, UNCHECKED = "waiting", "clean", "infected", "unchecked"
    STATES = [
        (WAITING, _("Waits for the virus scan")),
        (CLEAN, _("No virus found")),
        (INFECTED, _("A virus was found")),
        (UNCHECKED, _("Not checked for viruses")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)
    # One of those that have it, where its bytes are found.
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=STATES, default=WAITING)
    virus = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()  # of the last try; before one, when it came

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "sha256"], name="scan_once")]
        indexes = [
            models.Index(fields=["at"], condition=Q(state="waiting"), name="scan_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.state}"
