"""An entry, who may read it, and on whose records it stands."""

from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client, Contact, Patient, is_open_to
from postroom.connections.models import MailAccount
from postroom.practice.models import Member, Practice
from postroom.register.models.conversations import Conversation

NARROWED_BY = ("kind", "direction", "files", "author", "filed_by", "archived_at", "filing")


class Spelt(models.Value):
    """One of our own words, written into the SQL itself.

    SQLite holds a list of parameters against no partial index, and then looks for the few
    letters that wait among all: 114 ms instead of 8 at 100,000 letters, and growing.
    """

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()


class EntryQuerySet(models.QuerySet["Entry"]):
    def readable_by(self, member: Member) -> "EntryQuerySet":
        """MG-3 in one place: what is filed on clients one may open, what waits in Unresolved or
        lies in the shared inbox if one may file it, and one's own mailbox. Nobody else's unfiled
        mailbox, ever.

        Filed on several clients, a letter is read by those who may open all of them: it speaks
        of each."""
        seen = Q(owner=member.pk)
        if member.may("read"):
            seen |= _filed_openly(member.pk)
        if member.may("resolve"):
            seen |= Q(owner=None, filing__in=[*Entry.FILABLE, Entry.IGNORED])
        return self.filter(seen, practice=member.practice_id)

    def waiting_for(self, member: Member) -> "EntryQuerySet":
        """What waits, and this member may read: as `readable_by(member).waiting()`, without asking
        for clients, since what waits is on no record."""
        mine = Q(owner=member)
        if member.may("resolve"):
            mine |= Q(owner=None)
        return self.waiting().filter(mine, practice=member.practice_id)

    def waiting(self) -> "EntryQuerySet":
        """What a person still has to resolve, by the index that holds nothing else."""
        return self.filter(filing__in=[Spelt(filing) for filing in Entry.WAITING])


@lru_cache(256)  # to write the question down costs more than to ask it
def _filed_openly(member: int) -> Q:
    """On a record, and on none that is closed to this member."""
    opened = is_open_to(member, "client__")
    placed = EntryClient.objects.filter(entry=OuterRef("pk"))
    # Asked of each letter's own clients: as a list of all clients, SQLite would write that
    # list down first, at 100,000 of them each time anew.
    return Q(Exists(placed)) & ~Q(Exists(placed.exclude(opened)))


class Entry(models.Model):
    EMAIL, SMS, PHONE, MEETING = "email", "sms", "phone", "meeting"
    LETTER, NOTE = "letter", "note"
    KINDS = [
        (EMAIL, _("Email")),
        (SMS, _("SMS")),
        (PHONE, _("Phone call")),
        (MEETING, _("Meeting note")),
        (LETTER, _("Letter")),
        (NOTE, _("File note")),
    ]
    IN, OUT, NEITHER = "in", "out", ""  # a meeting and a file note have no direction
    DIRECTIONS = [(IN, _("received")), (OUT, _("sent"))]
    # How far what was sent here has come; written by the outbox, which stands above.
    WAITING_TO_GO, SENT, NOT_SENT, UNCERTAIN = "waiting", "sent", "failed", "uncertain"
    STATUSES = [
        (WAITING_TO_GO, _("Waiting to be sent")),
        (SENT, _("Sent")),
        (NOT_SENT, _("Not sent")),
        (UNCERTAIN, _("Perhaps sent")),
    ]
    UNRESOLVED, RESOLVED, IGNORED, FAILED = "unresolved", "resolved", "ignored", "failed"
    UNFILED = "unfiled"  # in an inbox, on no record, and nobody is asked whose it is
    FILINGS = [
        (UNRESOLVED, _("Unresolved")),
        (RESOLVED, _("Resolved")),
        (IGNORED, _("Not a client’s")),
        (FAILED, _("Could not be read")),
        (UNFILED, _("Not filed")),
    ]
    WAITING = (UNRESOLVED, FAILED)
    FILABLE = (*WAITING, UNFILED)
    AUTOMATIC = [
        ("bounce", _("Delivery report")),
        ("reply", _("Automatic reply")),
        ("receipt", _("Receipt")),
        ("complaint", _("Spam complaint")),
        ("list", _("Mailing list")),
        ("machine", _("Automatic message")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="entries")
    owner = models.ForeignKey(Member, models.PROTECT, null=True, related_name="entries")
    account = models.ForeignKey(MailAccount, models.SET_NULL, null=True, related_name="entries")
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, related_name="entries", db_index=False
    )
    kind = models.CharField(max_length=10, choices=KINDS, default=EMAIL)
    direction = models.CharField(max_length=3, choices=DIRECTIONS, default=IN, blank=True)
    status = models.CharField(max_length=10, choices=STATUSES, blank=True, default="")
    at = models.DateTimeField()  # of the correspondence itself
    created_at = models.DateTimeField()
    subject = models.CharField(max_length=400, blank=True)
    snippet = models.CharField(max_length=200, blank=True)  # cut at filing, never on a page
    sender_name = models.CharField(max_length=200, blank=True)
    sender_norm = models.CharField(max_length=320, blank=True)
    to = models.JSONField(default=list)  # of what was sent here: [name, address], also cc
    # With whom, when it is somebody the practice knows; `sender_name` may be any free name.
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    body = models.TextField(blank=True, default="")  # what was said, where no mail holds it
    details = models.JSONField(default=dict)  # the fields of its kind (AK-101..104)
    files = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    filing = models.CharField(max_length=10, choices=FILINGS)
    # Why it lies where it lies: a code of register/rules.py, and what the code speaks of.
    reason = models.CharField(max_length=40, blank=True)
    reason_data = models.JSONField(default=dict)
    verified = models.BooleanField(default=False)  # by the receiving server's own verdict
    # The kind of machine that wrote it (kit/mime/machines.py); "" for a person.
    automatic = models.CharField(max_length=10, choices=AUTOMATIC, blank=True, default="")
    filed_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    filed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)  # raised by each act of filing
    clients = models.ManyToManyField(Client, through="EntryClient", related_name="entries")
    patients = models.ManyToManyField(Patient, through="EntryPatient", related_name="entries")

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            # What the register is narrowed by stands in the index behind its order: a walk to what
            # is rare reads no row on its way (docs/reference/benchmarks.md).
            models.Index(fields=["practice", "at", "id", *NARROWED_BY], name="entry_at"),
            models.Index(
                fields=["practice", "kind", "at", "id", *NARROWED_BY[1:]], name="entry_kind_at"
            ),
            models.Index(
                fields=["practice", "author", "at", "id", "kind", "direction", "files"],
                condition=Q(author__isnull=False),
                name="entry_author_at",
            ),
            models.Index(
                fields=["practice", "at", "id"],
                condition=Q(archived_at__isnull=False),
                name="entry_archived_at",
            ),
            models.Index(
                fields=["practice", "status", "at", "id"],
                condition=~Q(status=""),
                name="entry_status_at",
            ),
            models.Index(
                fields=["practice", "at", "id"],
                condition=Q(filing__in=["unresolved", "failed"]),
                name="entry_waiting",
            ),
            models.Index(
                fields=["practice", "sender_norm"],
                condition=Q(filing__in=["unresolved", "failed"]),
                name="entry_waiting_sender",
            ),
            # Said so, SQLite knows that a conversation asked for is one.
            models.Index(
                fields=["conversation", "at"],
                condition=Q(conversation__isnull=False),
                name="entry_conversation",
            ),
            # Filed once, and taken back: their copies may lie in Resolved.
            models.Index(
                fields=["owner"],
                condition=Q(filing="unfiled", filed_at__isnull=False),
                name="entry_put_back",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.kind} {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.filing in self.WAITING

    @property
    def may_be_filed(self) -> bool:
        return self.filing in self.FILABLE

    @property
    def is_noted(self) -> bool:
        """Written by hand, here or in the system whose notes were imported: no mail holds it."""
        return "noted" in self.details

    @property
    def is_from_here(self) -> bool:
        """Sent or written down here: taken off its records, it is nobody's to resolve. What we
        sent by another program lies in a mailbox, like what came."""
        elsewhere = self.kind == self.EMAIL and not self.status
        return self.direction == self.OUT and not elsewhere

    @property
    def left_mailbox(self) -> bool:
        """Whether every copy of it was taken away on the mail server by another hand."""
        # The ledger of intake, by its names: it stands above this room.
        states = set(self.mails.values_list("sightings__state", flat=True))
        return "gone" in states and states <= {"gone", "stale"}


class EntryClient(models.Model):
    """An entry on a client's record. `at` is copied, so that a record is one index walk."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="placements")
    client = models.ForeignKey(Client, models.CASCADE, related_name="placements")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "client"], name="entry_client")]
        indexes = [models.Index(fields=["client", "-at", "-entry"], name="client_record")]

    def __str__(self) -> str:
        return f"{self.entry_id} on {self.client_id}"


class EntryPatient(models.Model):
    """Whom of a client's an entry is about: one letter may speak of several animals."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="about")
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="about")
    at = models.DateTimeField()  # the entry's, copied: a patient's letters are one index walk

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "patient"], name="entry_patient")]
        indexes = [models.Index(fields=["patient", "-at", "-entry"], name="patient_record")]

    def __str__(self) -> str:
        return f"{self.entry_id} about {self.patient_id}"
