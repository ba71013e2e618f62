"""What is to leave, what has left, and what nobody knows of yet (RELIABILITY 1.2).

queued -> claimed -> sending -> sent
   ^         |          |-> failed      the server refused it for good
   |         |          |-> uncertain   the dot went out and no answer came back
   +---------+----------+               nothing was taken: again, a little later
queued -> cancelled                     by a person, before it was offered
queued -> withdrawn                     its reason had gone when it was its turn
uncertain -> sent                       by evidence, or by a person's word; sent again by itself
                                        only where its template was told so
"""

from datetime import datetime
from pathlib import Path

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client, ContactPoint
from postroom.connections.models import SmtpAccount
from postroom.outbox.draft_models import Draft as Draft  # Django looks for a room’s tables here
from postroom.practice.models import Member, Practice
from postroom.register.models import Entry, mail_path


class Batch(models.Model):
    """Messages that were queued together: a run, a mail to a group."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="batches")
    name = models.CharField(max_length=160)
    author = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class SendingHoldQuerySet(models.QuerySet["SendingHold"]):
    def on_mail(self) -> "SendingHoldQuerySet":
        """What keeps mail from leaving."""
        return self.filter(channel__in=["", Message.EMAIL])


class SendingHold(models.Model):
    """Nothing leaves by this channel ("": by none) for as long as the row is there."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="sending_holds")
    channel = models.CharField(max_length=8, blank=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()

    objects = SendingHoldQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "channel"], name="one_hold")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.channel}"


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        """What has not left, and nobody has stopped."""
        return self.filter(state__in=Message.WAITING)

    def due(self, now: datetime) -> "MessageQuerySet":
        return self.filter(state=Message.QUEUED, not_before__lte=now)

    def seen_by(self, member: Member) -> "MessageQuerySet":
        """The practice's post; of what leaves by a member's own account, one's own alone."""
        mine = Q(account__owner=None) | Q(account__owner=member)
        return self.filter(mine, practice=member.practice_id)


class Message(models.Model):
    """One message to one envelope. What it says lies whole on the disk, under `content_key`."""

    EMAIL, SMS = "email", "sms"
    CHANNELS = [(EMAIL, _("Email")), (SMS, _("SMS"))]
    QUEUED, CLAIMED, SENDING = "queued", "claimed", "sending"
    SENT, FAILED, UNCERTAIN = "sent", "failed", "uncertain"
    CANCELLED, WITHDRAWN = "cancelled", "withdrawn"
    STATES = [
        (QUEUED, _("Waiting")),
        (CLAIMED, _("Being sent")),
        (SENDING, _("Being sent")),
        (SENT, _("Sent")),
        (FAILED, _("Not sent")),
        (UNCERTAIN, _("Perhaps sent")),
        (CANCELLED, _("Cancelled")),
        (WITHDRAWN, _("No longer needed")),
    ]
    WAITING = (QUEUED, CLAIMED, SENDING)
    HELD_BY_A_WORKER = (CLAIMED, SENDING)
    # Of the copy in the Sent folder: none is wanted, it is to be put there, it lies there, or it
    # could not be put there for days.
    NO_COPY, COPY_DUE, COPIED, NOT_COPIED = "", "due", "done", "failed"
    COPIES = [
        (NO_COPY, "none"),
        (COPY_DUE, "due"),
        (COPIED, "done"),
        (NOT_COPIED, "failed"),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="messages")
    # What caused it, to whom and how: «run:812:client:44:email». The same cause sends once.
    key = models.CharField(max_length=200)
    channel = models.CharField(max_length=8, choices=CHANNELS, default=EMAIL)
    state = models.CharField(max_length=10, choices=STATES, default=QUEUED)
    level = models.PositiveSmallIntegerField(default=3)  # 0 a person's own letter … 5 can wait
    due = models.DateTimeField()  # as it was meant: trying again counts from here
    not_before = models.DateTimeField()
    useless_after = models.DateTimeField(null=True)
    account = models.ForeignKey(
        SmtpAccount, models.PROTECT, null=True, related_name="messages", db_index=False
    )
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="messages")
    # Its place in the register, unless it was asked not to be there.
    entry = models.ForeignKey(Entry, models.SET_NULL, null=True, related_name="messages")
    # Whom it is about, where it was written so: of what is in no register nothing else says it.
    client = models.ForeignKey(Client, models.SET_NULL, null=True, related_name="messages")
    sender = models.CharField(max_length=320)  # of the envelope
    recipients = models.JSONField(default=list)  # of the envelope: addresses, with the hidden
    to_name = models.CharField(max_length=200, blank=True)
    to_address = models.CharField(max_length=320)
    contact_point = models.ForeignKey(ContactPoint, models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=400, blank=True)
    message_id = models.CharField(max_length=255, unique=True)  # with its angle brackets
    content_key = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    author = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    withdraw_if = models.JSONField(default=dict)  # see withdrawing.py
    resend_if_uncertain = models.BooleanField(default=False)  # its template said so
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replaced_by")
    created_at = models.DateTimeField()
    worker = models.CharField(max_length=120, blank=True)
    lease = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Why it is where it is: a code of outbox/rules.py, what the code speaks of, the server's words.
    reason = models.CharField(max_length=40, blank=True)
    reason_data = models.JSONField(default=dict)
    said = models.CharField(max_length=500, blank=True)
    sending_at = models.DateTimeField(null=True)  # past the point of no return
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # when the state became a last one
    sent_copy = models.CharField(max_length=8, choices=COPIES, default=NO_COPY, blank=True)
    copy_tries = models.PositiveIntegerField(default=0)
    copy_at = models.DateTimeField(null=True)  # when to try again

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "key"], name="message_once")]
        indexes = [
            models.Index(
                fields=["account", "level", "not_before", "id"],
                condition=Q(state="queued"),
                name="message_queued",
            ),
            models.Index(
                fields=["lease"],
                condition=Q(state__in=["claimed", "sending"]),
                name="message_held",
            ),
            models.Index(
                fields=["account", "copy_at"],
                condition=Q(sent_copy="due"),
                name="message_copy_due",
            ),
            models.Index(
                fields=["copy_at"], condition=Q(state="uncertain"), name="message_uncertain"
            ),
            models.Index(fields=["practice", "content_key"], name="message_content"),
            models.Index(fields=["practice", "state", "-created_at", "-id"], name="message_list"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.message_id}"

    @property
    def path(self) -> Path:
        return mail_path(self.practice_id, self.content_key)

    def read(self) -> bytes:
        """The bytes that leave, with CRLF. Raises FileNotFoundError."""
        return self.path.read_bytes()


class Attempt(models.Model):
    """One try at sending: how far it came, and what the server said."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, related_name="tries")
    n = models.PositiveIntegerField()
    at = models.DateTimeField()  # when it ended
    phase = models.CharField(max_length=12)  # of connections/smtp.py: where it ended
    outcome = models.CharField(max_length=12)  # sent, later, refused, unknown, lost
    code = models.PositiveSmallIntegerField(default=0)  # of the server's answer; 0: none
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "n"], name="attempt_n")]
        ordering = ["n"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.n}: {self.phase} {self.outcome}"
