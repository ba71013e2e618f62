"""Mail accounts, what is done with their folders, and what is known of each folder."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from postroom.connections import rules
from postroom.connections.rules import Plan
from postroom.kit.addresses import normalise_email
from postroom.kit.processes import Worker
from postroom.practice.models import Member, Practice


class MailAccountQuerySet(models.QuerySet["MailAccount"]):
    def working(self) -> "MailAccountQuerySet":
        """Switched on, and not the mailbox of a member who has left."""
        return self.filter(Q(owner=None) | Q(owner__active=True), active=True)

    def of_practice(self, practice: Practice) -> "MailAccountQuerySet":
        """The practice's own accounts: no member's mailbox is among them."""
        return self.filter(practice=practice, owner=None)

    def of_member(self, member: Member) -> "MailAccountQuerySet":
        """The mailboxes that are this member's own, and nobody else's business."""
        return self.filter(practice=member.practice_id, owner=member)

    def users_of(self, practice_id: int) -> "models.QuerySet[MailAccount, str]":
        """The user names of all its mailboxes, members' own too: they never match (RX-118)."""
        return self.filter(practice=practice_id).values_list("user", flat=True)


class MailAccount(models.Model):
    """An IMAP mailbox of the practice (or, with an owner, of one member)."""

    TLS, STARTTLS, NONE = "tls", "starttls", "none"
    SECURITIES = [(TLS, _("TLS")), (STARTTLS, _("STARTTLS")), (NONE, _("None (this machine only)"))]
    PASSWORD, TOKEN = "password", "token"
    PROOFS = [(PASSWORD, _("A password")), (TOKEN, _("An OAuth 2 access token"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="accounts")
    owner = models.ForeignKey(Member, models.CASCADE, null=True, related_name="accounts")
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=8, choices=SECURITIES, default=TLS)
    user = models.CharField(max_length=320)
    proof = models.CharField(max_length=8, choices=PROOFS, default=PASSWORD)  # what is sealed
    password_sealed = models.TextField(default="")
    ca_pem = models.TextField(default="")  # a private certificate authority, if any
    installed = models.BooleanField(default=False)  # by the installer: any host is allowed
    active = models.BooleanField(default=True)
    # How it is: a code with words in connections/words.py, and since when. "" is well.
    trouble = models.CharField(max_length=40, default="")
    trouble_detail = models.TextField(default="")
    trouble_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)  # the last complete pass
    # Since when: nobody is told of, and nothing answers, what the server had before.
    connected_at = models.DateTimeField(null=True)
    # What was fetched on that day (UTC), where the host allows only so much (PE-19).
    fetched_on = models.DateField(null=True)
    fetched_bytes = models.PositiveBigIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)  # when a letter was last taken in
    stands_by = models.BooleanField(default=False)  # the server tells of new mail by itself

    objects = MailAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=Q(owner=None), name="account_name"
            ),
            models.UniqueConstraint(fields=["practice", "owner", "name"], name="account_own_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def writes_as(self) -> frozenset[str]:
        """The addresses, normalised, that letters from this mailbox bear as their sender."""
        sent_from = self.sent_from.values_list("address", flat=True)
        return frozenset(normalise_email(one) for one in (self.user, *sent_from)) - {""}

    @property
    def password_place(self) -> str:
        return f"practice {self.practice_id} account {self.pk} password"

    def password(self) -> str:
        """The password, opened. Raises kit.crypto.KeyMissing or Tampered."""
        return settings.KEYRING.open(self.password_sealed, self.password_place)


class Workflow(models.Model):
    """What is done with one folder: file its letters, then move them (RX-26).

    The inbox workflow takes in all of a folder, and moves nothing before its conversation is
    closed: then to Resolved, or nowhere, as chosen (MG-9).
    """

    FILING, INBOX = rules.FILING, rules.WHOLE_INBOX
    KINDS = [(FILING, _("Filing of one folder")), (INBOX, _("The whole inbox"))]
    TO_RESOLVED, STAY = rules.TO_RESOLVED, rules.STAY
    AFTER_CLOSE = [(TO_RESOLVED, _("Move it to Resolved")), (STAY, _("Leave it where it is"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="workflows")
    account = models.ForeignKey(MailAccount, models.CASCADE, related_name="workflows")
    kind = models.CharField(max_length=8, choices=KINDS, default=FILING)
    folder_in = models.CharField(max_length=255, default="Incoming")
    folder_resolved = models.CharField(max_length=255, default="Resolved")
    folder_unresolved = models.CharField(max_length=255, default="Unresolved")
    minutes = models.PositiveSmallIntegerField(default=5)  # between checks (RX-104)
    begins_at = models.DateTimeField(null=True)  # what the server received earlier is left alone
    to_group = models.BooleanField(default=False)  # several of one group: file to all (RX-115)
    after_close = models.CharField(max_length=8, choices=AFTER_CLOSE, default=TO_RESOLVED)
    active = models.BooleanField(default=True)
    swept_at = models.DateTimeField(null=True)  # when the two other folders were last compared

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "folder_in"], name="workflow_in")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.folder_in

    @property
    def plan(self) -> Plan:
        """What it does, as judged by rules.py: the folders it has no use for are ""."""
        return Plan(
            self.kind,
            self.folder_in,
            self.folder_resolved,
            self.folder_unresolved,
            self.after_close,
        ).trimmed()

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders it uses: Incoming, then Resolved and Unresolved if it moves letters there."""
        return self.plan.used


class FolderStateQuerySet(models.QuerySet["FolderState"]):
    def take(self, pk: int, by: Worker, now: datetime, seconds: int) -> bool:
        """Take the lease of a folder, or keep one's own; False if another holds it (PE-7).

        A lease whose worker died on this machine is free at once, not only when it runs out.
        """
        holder = self.filter(pk=pk).values_list("lease_by", flat=True).get()
        until = now + timedelta(seconds=seconds)
        free = self.filter(_free(by, now, [holder]), pk=pk)
        return free.update(lease_by=by.name, lease_until=until) == 1

    def held(self, account: int, by: Worker, now: datetime) -> bool:
        """Does another worker hold one of an account's folders?"""
        leased = self.filter(account=account, lease_until__gte=now)
        holders = leased.values_list("lease_by", flat=True)
        return leased.exclude(_free(by, now, holders)).exists()

    def give_back(self, pk: int, by: Worker) -> None:
        self.filter(pk=pk, lease_by=by.name).update(lease_by="", lease_until=None)


def _free(by: Worker, now: datetime, holders: Iterable[str]) -> Q:
    """Which folders a worker may take, of those that these hold."""
    free = Q(lease_until=None) | Q(lease_until__lt=now) | Q(lease_by=by.name)
    for holder in holders:
        if by.knows_dead(holder):
            free |= Q(lease_by=holder)
    return free


class FolderState(models.Model):
    """How far a folder has been read, who is reading it, and what stands in the way."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    account = models.ForeignKey(MailAccount, models.CASCADE, related_name="folders")
    folder = models.CharField(max_length=255)
    uidvalidity = models.BigIntegerField(null=True)
    # Every UID below this one has a committed sighting (PE-1, PE-3).
    next_uid = models.BigIntegerField(default=1)
    resets = models.PositiveSmallIntegerField(default=0)  # of UIDVALIDITY, in a row
    # How many mails the server counted there when we last looked (PE-4), and when.
    counted = models.PositiveIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    books = models.JSONField(default=dict)  # what became of them (intake/booking.py)
    gap_since = models.DateTimeField(null=True)  # some of them are in none of our books
    lease_by = models.CharField(max_length=120, default="")
    lease_until = models.DateTimeField(null=True)
    # Moving into this folder was refused: why, how often, when to try again.
    refusal = models.CharField(max_length=40, default="")
    refusals = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    objects = FolderStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "folder"], name="folder_state"),
            models.CheckConstraint(condition=Q(next_uid__gte=1), name="folder_next_uid"),
        ]

    def __str__(self) -> str:
        return f"{self.folder} of {self.account_id}"

    def refused(self, why: str, until: datetime) -> None:
        """Nothing is moved into this folder before `until`."""
        type(self).objects.filter(pk=self.pk).update(
            refusal=why, refusals=F("refusals") + 1, retry_at=until
        )


class AccountDraft(models.Model):
    """A mailbox somebody is about to connect: all they chose so far. Nothing of it is in use.

    One for each member and place (the practice's accounts, or one's own mailbox); it goes when
    the mailbox is connected, when its maker begins anew, and after a day.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    own = models.BooleanField(default=False)  # to be the member's own mailbox
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=320)
    host = models.CharField(max_length=255, default="")
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=8, choices=MailAccount.SECURITIES, default="tls")
    user = models.CharField(max_length=320, default="")
    proof = models.CharField(max_length=8, choices=MailAccount.PROOFS, default="password")
    password_sealed = models.TextField(default="")
    ca_pem = models.TextField(default="")
    found_by = models.CharField(max_length=12, default="")  # how the settings were guessed
    # What the last test found, and for which settings: others have not been tested.
    tested = models.JSONField(default=dict)
    tested_for = models.CharField(max_length=64, default="")
    plan = models.JSONField(default=dict)  # the folders step
    look = models.JSONField(default=dict)  # what its past would have become
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "own"], name="account_draft")]

    def __str__(self) -> str:
        return self.address

    @property
    def password_place(self) -> str:
        return f"practice {self.practice_id} account draft {self.pk} password"

    def password(self) -> str:
        """The password, opened. Raises kit.crypto.KeyMissing or Tampered."""
        return settings.KEYRING.open(self.password_sealed, self.password_place)


class DropFolder(models.Model):
    """A folder of this machine whose files are taken in: scans, pictures, faxes (RX-111)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="drop_folders")
    name = models.CharField(max_length=80)
    path = models.CharField(max_length=1000)
    take_away = models.BooleanField(default=True)  # the file, once it is safely stored
    minutes = models.PositiveSmallIntegerField(default=5)
    active = models.BooleanField(default=True)
    trouble = models.CharField(max_length=40, default="")
    trouble_detail = models.TextField(default="")
    trouble_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "path"], name="drop_folder")]

    def __str__(self) -> str:
        return self.name


class SmtpAccountQuerySet(models.QuerySet["SmtpAccount"]):
    def usable_by(self, member: Member) -> "SmtpAccountQuerySet":
        """What a member may send through: the practice's accounts, and their own."""
        mine = Q(owner=None) | Q(owner=member)
        return self.filter(mine, practice=member.practice_id, active=True).order_by("-owner", "pk")

    def working(self) -> "SmtpAccountQuerySet":
        """Switched on, and not the account of a member who has left."""
        return self.filter(Q(owner=None) | Q(owner__active=True), active=True)


class SmtpAccount(models.Model):
    """A server that sends for the practice (with an owner, for one member) as one address."""

    TLS, STARTTLS, NONE = MailAccount.TLS, MailAccount.STARTTLS, MailAccount.NONE
    SECURITIES, PROOFS = MailAccount.SECURITIES, MailAccount.PROOFS
    APPEND, PROVIDER, NOWHERE = "append", "provider", "nowhere"
    COPIES = [
        (APPEND, _("We put it there")),
        (PROVIDER, _("The provider does that by itself")),
        (NOWHERE, _("No copy")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="smtp_accounts")
    owner = models.ForeignKey(Member, models.CASCADE, null=True, related_name="smtp_accounts")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=320)
    display_name = models.CharField(max_length=120, blank=True)  # beside the address in From
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=465)
    security = models.CharField(max_length=8, choices=SECURITIES, default=TLS)
    user = models.CharField(max_length=320, blank=True)  # "": the server asks for no name
    proof = models.CharField(max_length=8, choices=PROOFS, default=MailAccount.PASSWORD)
    password_sealed = models.TextField(default="")
    ca_pem = models.TextField(default="")
    installed = models.BooleanField(default=False)  # by the installer: any host is allowed
    active = models.BooleanField(default=True)
    lines = models.PositiveSmallIntegerField(default=3)  # connections at once, when much waits
    # Whose Sent folder gets the copy; the folder is found by its use (RFC 6154) when not named.
    mail_account = models.ForeignKey(
        MailAccount, models.SET_NULL, null=True, related_name="sent_from"
    )
    sent_folder = models.CharField(max_length=255, blank=True)
    copies = models.CharField(max_length=8, choices=COPIES, default=APPEND)
    trouble = models.CharField(max_length=40, default="")
    trouble_detail = models.TextField(default="")
    trouble_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # to connect, in a row
    retry_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)  # when it last took a letter, or a test
    refused = models.PositiveIntegerField(default=0)  # letters in a row
    paused_at = models.DateTimeField(null=True)  # nothing leaves before a person says so
    published = models.JSONField(default=dict)  # what the address's domain says (standing.py)
    published_at = models.DateTimeField(null=True)  # when it was last looked up

    objects = SmtpAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "name"], condition=Q(owner=None), name="smtp_name"
            ),
            models.UniqueConstraint(fields=["practice", "owner", "name"], name="smtp_own_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def password_place(self) -> str:
        return f"practice {self.practice_id} smtp account {self.pk} password"

    def password(self) -> str:
        """The password, opened. Raises kit.crypto.KeyMissing or Tampered."""
        return settings.KEYRING.open(self.password_sealed, self.password_place)
