"""What somebody is writing: kept on the server from the first letters on, seen by them alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from postroom.clients.models import Client, Contact
from postroom.connections.models import SmtpAccount
from postroom.outbox.template_models import TemplateVersion
from postroom.practice.models import Member, Practice
from postroom.register.models import Entry


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, member: Member) -> "DraftQuerySet":
        """One's own, and nobody else's; the practice comes first."""
        return self.filter(practice=member.practice_id, author=member)

    def listed(self) -> "DraftQuerySet":
        """Not sent, the last one touched first."""
        return self.filter(sent_at=None).order_by("-saved_at", "-pk")


class Draft(models.Model):
    """A letter being written. Sent, it is kept for a day, so that undoing brings it back whole."""

    NEW, REPLY, REPLY_ALL, FORWARD = "new", "reply", "all", "forward"
    WAYS = [
        (NEW, _("New message")),
        (REPLY, pgettext_lazy("a way to write", "Reply")),
        (REPLY_ALL, _("Reply to all")),
        (FORWARD, _("Forward")),
    ]
    ME, TEAM = "me", "team"
    REPLIES = [(TEAM, _("To the shared inbox")), (ME, _("To me"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="drafts")
    author = models.ForeignKey(Member, models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=32)  # made with the page, so that it is begun once
    version = models.PositiveIntegerField(default=1)  # raised by each saving
    way = models.CharField(max_length=8, choices=WAYS, default=NEW)
    origin = models.ForeignKey(Entry, models.SET_NULL, null=True, related_name="+")
    # The newest entry of the conversation when one began: what came since is told before sending.
    seen = models.PositiveBigIntegerField(null=True)
    to = models.JSONField(default=list)  # [name, address]
    cc = models.CharField(max_length=2000, blank=True)  # as typed, half an address too
    bcc = models.CharField(max_length=2000, blank=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    client = models.ForeignKey(Client, models.SET_NULL, null=True, related_name="+")
    client_named = models.BooleanField(default=False)  # by itself, not by whom it goes to
    patients = models.JSONField(default=list)  # ids of the client's
    subject = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)  # with the marks of kit/light.py
    quote = models.BooleanField(default=False)  # the letter answered stands below
    template = models.ForeignKey(TemplateVersion, models.SET_NULL, null=True, related_name="+")
    account = models.ForeignKey(SmtpAccount, models.SET_NULL, null=True, related_name="+")
    replies = models.CharField(max_length=4, choices=REPLIES, default=TEAM)
    to_register = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    sendings = models.PositiveIntegerField(default=0)  # how often it was sent, undone ones too
    sent_at = models.DateTimeField(null=True)
    message = models.ForeignKey("Message", models.SET_NULL, null=True, related_name="drafts")

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="draft_once")]
        indexes = [models.Index(fields=["author", "-saved_at"], name="drafts_of")]

    def __str__(self) -> str:
        return self.subject or f"draft {self.pk}"
