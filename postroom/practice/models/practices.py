"""The practice, as it calls itself and by which clock and calendar it goes."""

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class Practice(models.Model):
    KINDS = [
        ("veterinary", _("Veterinary")),
        ("dental", _("Dental")),
        ("medical", _("Medical")),
        ("accounting", _("Accounting")),
    ]

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=KINDS, default="veterinary")
    # What the people it looks after are called on screen, and what they bring (MG-32).
    CLIENT_WORDS = [("client", _("Client")), ("patient", _("Patient")), ("owner", _("Owner"))]
    PATIENT_WORDS = [
        ("animal", _("Animal")),
        ("patient", _("Patient")),
        ("child", _("Child")),
        ("none", _("Nobody else")),
    ]

    language = models.CharField(max_length=8, default="en")
    languages = models.JSONField(default=list)  # in which it writes; empty: `language` alone
    country = models.CharField(max_length=2, default="GB")  # reads telephone numbers
    region = models.CharField(max_length=8, blank=True)  # ISO 3166-2, for public holidays
    time_zone = models.CharField(max_length=64, default="Europe/London")
    client_word = models.CharField(max_length=8, choices=CLIENT_WORDS, default="client")
    patient_word = models.CharField(max_length=8, choices=PATIENT_WORDS, default="animal")
    telephone = models.CharField(max_length=40, blank=True)
    address = models.TextField(max_length=400, blank=True)
    signature = models.TextField(max_length=2000, blank=True)  # with {first_name} and the like
    closed_weekdays = models.JSONField(default=list)  # Monday is 0
    idle_minutes = models.PositiveSmallIntegerField(default=30)  # before a page locks itself
    notice_hour = models.PositiveSmallIntegerField(default=8)  # of the day's mail of what is wrong
    founded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The clock it goes by."""
        return ZoneInfo(self.time_zone)


class ClosedDay(models.Model):
    """A day of the practice's own: closed, or `open` although it is a public holiday."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="closed_days")
    day = models.DateField()
    name = models.CharField(max_length=80, blank=True)
    open = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "day"], name="closed_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
