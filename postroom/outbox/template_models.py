"""Typed messages: by channel, purpose and language, in versions that stay as they were used."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from postroom.practice.models import Member, Practice


class TemplateQuerySet(models.QuerySet["Template"]):
    def in_use(self) -> "TemplateQuerySet":
        return self.filter(archived_at=None)


class Template(models.Model):
    EMAIL, SMS, LETTER = "email", "sms", "letter"
    CHANNELS = [(EMAIL, _("Email")), (SMS, _("SMS")), (LETTER, _("Letter"))]
    MESSAGE, APPOINTMENT, DUE, BIRTHDAY, ABSENCE = (
        *("message", "appointment", "due", "birthday", "absence"),
    )
    PURPOSES = [
        (MESSAGE, pgettext_lazy("purpose of a template", "To write by hand")),
        (APPOINTMENT, _("About an appointment")),
        (DUE, _("About something that falls due")),
        (BIRTHDAY, _("Birthday")),
        (ABSENCE, _("The practice is closed")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="templates")
    channel = models.CharField(max_length=8, choices=CHANNELS, default=EMAIL)
    purpose = models.CharField(max_length=12, choices=PURPOSES, default=MESSAGE)
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=120)
    starter = models.CharField(max_length=60, blank=True)  # which of ours it began as
    resend_if_uncertain = models.BooleanField(default=False)  # rather twice than never
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "channel", "language", "name"], name="template_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> "TemplateVersion":
        """The newest version; a page that lists many prefetches `versions`."""
        return max(self.versions.all(), key=lambda version: version.n)


class TemplateVersion(models.Model):
    """What a template says. Never changed once a message was made of it."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    n = models.PositiveIntegerField()
    subject = models.CharField(max_length=400, blank=True)
    body = models.TextField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "n"], name="template_version")]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.n}"


class Enclosure(models.Model):
    """A file of a template or of a draft, kept on the disk by its content: twice the same is one
    file. In a folder of its own: what lies beside the mails and is no mail is tidied away."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    version = models.ForeignKey(
        TemplateVersion, models.CASCADE, null=True, related_name="enclosures"
    )
    draft = models.ForeignKey("Draft", models.CASCADE, null=True, related_name="enclosures")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    content_key = models.CharField(max_length=64, db_index=True)  # SHA-256

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return enclosure_path(self.practice_id, self.content_key)

    def read(self) -> bytes:
        """The bytes as they came. Raises FileNotFoundError."""
        return self.path.read_bytes()


def enclosure_path(practice_id: int, content_key: str) -> Path:
    return settings.ENCLOSURES_FOLDER / str(practice_id) / content_key[:2] / content_key
