"""The correspondence register: one row for all that came in, went out or was noted."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from postroom.clients.models import Client, Contact, Patient, is_open_to
from postroom.connections.models import MailAccount
from postroom.practice.models import Member, Practice
from postroom.register.written import (
    EarlierVersion,
    NoteDraft,
    NoteSource,
    RemovedEntry,
    SavedView,
)

__all__ = [
    "Attachment",
    "Conversation",
    "EarlierVersion",
    "Entry",
    "EntryClient",
    "EntryPatient",
    "NoteDraft",
    "NoteSource",
    "RemovedEntry",
    "SavedView",
    "StoredFile",
    "StoredMail",
]


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
    return Q(Exists(placed.filter(opened))) & ~Q(Exists(placed.exclude(opened)))


class Conversation(models.Model):
    """What is being handled: open until somebody closes it (MG-1); filing is another matter.

    With an owner it is in that member's My inbox, without one in the shared inbox. For now each
    letter is a conversation of its own, and only letters of those two have one.
    """

    OPEN, CLOSED = "open", "closed"
    STATES = [
        (OPEN, pgettext_lazy("a conversation", "Open")),
        (CLOSED, pgettext_lazy("a conversation", "Closed")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="conversations")
    owner = models.ForeignKey(Member, models.PROTECT, null=True, related_name="conversations")
    state = models.CharField(max_length=6, choices=STATES, default=OPEN)
    last_at = models.DateTimeField()  # of its newest letter
    # Common to all who handle it (RX-113, BS-106): once one has read it, it is read.
    unread = models.BooleanField(default=True)
    closed_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)  # raised by each closing and reopening
    # Its state has changed, and intake has not yet seen each copy where it then belongs. It only
    # makes them quick to find: where they belong follows from the state.
    to_follow = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "state", "last_at", "id"],
                condition=Q(owner=None),
                name="shared_inbox",
            ),
            models.Index(fields=["owner", "state", "last_at", "id"], name="my_inbox"),
            models.Index(
                fields=["practice"], condition=Q(to_follow=True), name="conversation_to_follow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.OPEN


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
    def left_mailbox(self) -> bool:
        """Whether every copy of it was taken away on the mail server by another hand."""
        # The ledger of intake, by its names: it stands above this room.
        states = set(self.mails.values_list("sightings__state", flat=True))
        return "gone" in states and states <= {"gone", "stale"}


class Refiled(models.Model):
    """An entry that was filed otherwise than before; written in the same commit.

    Whoever moves mail on the server looks where its copies lie, and takes the row away: so that
    nobody has to walk all that waits to find the few that changed.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.entry_id}"


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


class EarlierChoice(models.Model):
    """To whom a person filed letters of an address that is not on that record."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    norm = models.CharField(max_length=320)
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()  # the last time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "norm", "client"], name="earlier_choice")
        ]

    def __str__(self) -> str:
        return f"{self.norm} to {self.client_id}"


class StoredMail(models.Model):
    """A raw mail, kept whole. Several lie under one entry when they say the same (AK-112)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="mails")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="mails")
    content_key = models.CharField(max_length=64)  # SHA-256 of the bytes, line ends made LF
    raw_sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    message_id = models.CharField(max_length=400, blank=True)
    fold_key = models.CharField(max_length=64, blank=True)
    problems = models.JSONField(default=list)
    # The member (id) whose own mailbox it lies in; 0: the practice's. The same mail in both is
    # two: folded, one of them could not be read by whom it was sent to.
    mailbox_of = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "content_key", "mailbox_of"], name="stored_mail"
            )
        ]
        indexes = [
            models.Index(fields=["practice", "fold_key"], condition=~Q(fold_key=""), name="folds"),
            models.Index(fields=["practice", "message_id"]),
        ]

    def __str__(self) -> str:
        return self.message_id or self.content_key[:12]

    @property
    def path(self) -> Path:
        return mail_path(self.practice_id, self.content_key)

    def read(self) -> bytes:
        """The raw bytes as they came. Raises FileNotFoundError."""
        return self.path.read_bytes()


def mail_path(practice_id: int, content_key: str) -> Path:
    """Where a raw mail lies: by practice, then by content.

    In 16 folders: a batch of letters syncs each folder it falls into, and 62,500 files are no
    burden for one.
    """
    return settings.MAIL_FOLDER / str(practice_id) / content_key[0] / f"{content_key}.eml"


class StoredFile(models.Model):
    """A file that came by itself (a scan, a picture), kept whole. Once in a practice, however
    often it is dropped."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="stored_files")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="stored_files")
    content_key = models.CharField(max_length=64)  # SHA-256 of the bytes as they are
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "content_key"], name="stored_file")
        ]

    def __str__(self) -> str:
        return self.content_key[:12]

    @property
    def path(self) -> Path:
        return file_path(self.practice_id, self.content_key)

    def read(self) -> bytes:
        """The bytes as they came. Raises FileNotFoundError."""
        return self.path.read_bytes()


def file_path(practice_id: int, content_key: str) -> Path:
    """Where such a file lies: beside the mails, so that one backup holds both."""
    return settings.MAIL_FOLDER / str(practice_id) / content_key[0] / f"{content_key}.file"


class TombstoneQuerySet(models.QuerySet["Tombstone"]):
    def among(self, practice: int, keys: Iterable[str], folds: Iterable[str] = ()) -> set[str]:
        """Those of these content keys and fold keys that were erased: one question for all."""
        asked = Q(content_key__in=set(keys))
        if said := set(folds) - {""}:
            asked |= Q(fold_key__in=said)
        rows = self.filter(asked, practice=practice).values_list("content_key", "fold_key")
        return {key for row in rows for key in row} - {""}


class Tombstone(models.Model):
    """What was erased, by the hash of its bytes, so that a later look at the mailbox or folder
    does not bring it back. Of a mail also its fold key: another copy of it says the same."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    content_key = models.CharField(max_length=64)
    fold_key = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "content_key"], name="tombstone")
        ]
        indexes = [
            models.Index(
                fields=["practice", "fold_key"], condition=~Q(fold_key=""), name="tombstone_fold"
            )
        ]

    def __str__(self) -> str:
        return self.content_key[:12]


class Attachment(models.Model):
    """A file of an entry: inside a stored mail, cut out of the raw bytes when asked for; or
    stored by itself."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="attachments")
    mail = models.ForeignKey(StoredMail, models.CASCADE, null=True, related_name="attachments")
    stored = models.ForeignKey(StoredFile, models.CASCADE, null=True, related_name="attachments")
    n = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=255, blank=True)
    inline = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "n"], name="attachment_n"),
            models.CheckConstraint(
                condition=Q(mail=None, stored__isnull=False) | Q(mail__isnull=False, stored=None),
                name="attachment_lies_in_one_place",
            ),
        ]
        ordering = ["n"]

    def __str__(self) -> str:
        return self.name


class Thread(models.Model):
    """Letters that answer one another, for reading in one place; what is being handled is a
    Conversation. A letter has one as soon as it has relatives.

    A thread that went into another keeps its row: answers still come to its token.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="threads")
    merged_into = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    # Taken apart by a person: never put together again but by a person.
    split_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"thread {self.pk}"


class ThreadEntry(models.Model):
    """An entry's place in a thread; `at` is the entry's, copied."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="places", db_index=False)
    entry = models.OneToOneField(Entry, models.CASCADE, related_name="place")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["thread", "at", "entry"], name="thread_order")]

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.thread_id}"


class ThreadReference(models.Model):
    """A Message-ID that an entry answers and that is not in the register: it may come yet, and
    two letters that answer it are relatives."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+", db_index=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["practice", "message_id"], name="thread_reference")]

    def __str__(self) -> str:
        return self.message_id


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
