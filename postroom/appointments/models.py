"""Appointments and due dates, as the practice system told them last."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client, Patient
from postroom.practice.models import Member, Practice, Source


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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="appointment_ref")]
        indexes = [
            models.Index(fields=["practice", "state", "start"]),
            models.Index(fields=["client", "start"]),
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
    patient = models.ForeignKey(Patient, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=120)  # in the practice's own words
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    imported_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="due_item_ref")]
        indexes = [models.Index(fields=["practice", "kind", "due_on"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"
