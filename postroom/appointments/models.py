"""Appointments and due dates, as the practice system told them last."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client, Patient
from postroom.practice.models import Member, Practice, Source

# A row whose client is told but not known yet; `matching.link_waiting` looks for these.
WAITING = Q(client=None) & ~Q(client_ref="")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing(self) -> "AppointmentQuerySet":
        """Still in its source, and not cancelled."""
        return self.filter(gone_at=None).exclude(state="cancelled")

    def to_come(self, now: datetime) -> "AppointmentQuerySet":
        """What is still before us, the next one first."""
        return self.standing().filter(start__gt=now).order_by("start", "id")

    def past(self, now: datetime) -> "AppointmentQuerySet":
        """What has begun, the last one first."""
        return self.standing().filter(start__lte=now).order_by("-start", "-id")

    def have_come(self, now: datetime) -> "AppointmentQuerySet":
        """Those that were kept, as far as their source says: what has begun and was not missed."""
        return self.past(now).exclude(state="missed")


class DueItemQuerySet(models.QuerySet["DueItem"]):
    def standing(self) -> "DueItemQuerySet":
        """Still in its source, and not done: what is due first comes first."""
        return self.filter(gone_at=None, done_on=None).order_by("due_on", "id")


class Appointment(models.Model):
    STATES = [
        ("booked", _("Booked")),
        ("confirmed", _("Confirmed")),
        ("arrived", _("Arrived")),
        ("done", _("Done")),
        ("missed", _("Missed")),
        ("cancelled", _("Cancelled")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="appointments")
    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    ref = models.CharField(max_length=128)  # in the source
    client_ref = models.CharField(max_length=64, blank=True)  # as told; the client may come later
    client = models.ForeignKey(Client, models.SET_NULL, null=True, related_name="appointments")
    patient_ref = models.CharField(max_length=120, blank=True)  # as told: a reference or a name
    patient = models.ForeignKey(Patient, models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    practitioner_name = models.CharField(max_length=120, blank=True)
    practitioner = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="booked")
    booked_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)  # no longer in its source

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="appointment_ref")]
        indexes = [
            models.Index(fields=["practice", "state", "start"]),
            models.Index(fields=["client", "start"]),
            models.Index(fields=["practice", "client_ref"], condition=WAITING, name="book_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.start}"


class DueItem(models.Model):
    """Something that falls due for a client: a vaccine, a check-up, a tax return."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="due_items")
    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    ref = models.CharField(max_length=128)
    client_ref = models.CharField(max_length=64, blank=True)
    client = models.ForeignKey(Client, models.SET_NULL, null=True, related_name="due_items")
    patient_ref = models.CharField(max_length=120, blank=True)
    patient = models.ForeignKey(Patient, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=120)  # in the practice's own words
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    imported_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = DueItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="due_item_ref")]
        indexes = [
            models.Index(fields=["practice", "kind", "due_on"]),
            models.Index(fields=["practice", "client_ref"], condition=WAITING, name="due_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class LookQuerySet(models.QuerySet["Look"]):
    def due(self, now: datetime) -> "LookQuerySet":
        """The feeds it is time to look at."""
        return self.filter(next_at__lte=now).exclude(source__url_sealed="")


class Look(models.Model):
    """What came of a source the last time; for a feed also when it is looked at next."""

    FILE, FEED, API = "file", "feed", "api"
    WAYS = [(FILE, FILE), (FEED, FEED), (API, API)]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    source = models.OneToOneField(Source, models.CASCADE, related_name="look")
    way = models.CharField(max_length=4, choices=WAYS, blank=True)
    at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)  # created, updated, unchanged, skipped, gone, unknown
    trouble_detail = models.CharField(max_length=300, blank=True)  # the other side's own words
    # Of a feed: what the server said about the version we have (RFC 9110, 8.8).
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    trouble_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=~Q(next_at=None), name="look_next")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.at}"

    def failed(self, trouble: str, detail: str, next_at: datetime, now: datetime) -> None:
        """Note that the feed could not be read, since when, and when it is tried again."""
        type(self).objects.filter(pk=self.pk).update(
            trouble_detail=detail[:300],
            trouble_since=Coalesce("trouble_since", now),
            failures=F("failures") + 1,
            next_at=next_at,
        )
        Source.objects.filter(pk=self.source_id).update(trouble=trouble)
