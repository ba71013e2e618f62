"""The practice, its people, what they did, and what just happened."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
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


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in; what they may do is their Member's affair, practice by practice."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    pin = models.CharField(max_length=128, blank=True)  # hashed like a password (seats.py)
    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.email


class Factor(models.Model):
    """A second proof of who somebody is: an app's six digits, or a passkey."""

    TOTP, PASSKEY = "totp", "passkey"
    KINDS = [(TOTP, _("Authenticator app")), (PASSKEY, _("Passkey"))]

    user = models.ForeignKey(User, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=KINDS)
    name = models.CharField(max_length=60, blank=True)
    secret_sealed = models.TextField(blank=True)  # TOTP
    last_step = models.BigIntegerField(default=0)  # TOTP: a code is good once (RFC 6238, 5.2)
    credential_id = models.BinaryField(null=True, max_length=1024)
    credential_key = models.CharField(max_length=64, null=True, unique=True)  # SHA-256 of the id
    public_key = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name or self.kind

    @property
    def secret_place(self) -> str:
        return f"user {self.user_id} totp"


class RecoveryCode(models.Model):
    """A way in for somebody whose second factor is lost; good once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="recovery_code")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Identity(models.Model):
    """The same person at the practice's identity provider (OpenID Connect)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"


class OneTimeLink(models.Model):
    """A link sent by mail that does one thing once: `hash` is SHA-256 of its secret part."""

    RESET, ADDRESS = "reset", "address"
    PURPOSES = [(RESET, RESET), (ADDRESS, ADDRESS)]

    user = models.ForeignKey(User, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=PURPOSES)
    email = models.EmailField()  # where it was sent; for `address`, what it will become
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"


class SignedIn(models.Model):
    """A session as its owner sees it in the list; `key` is the session's own stored key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="signed_in")
    key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=120, blank=True)
    network = models.CharField(max_length=45, blank=True)  # an IP address
    desk = models.CharField(max_length=64, blank=True)  # digest of the browser's own word
    created_at = models.DateTimeField()  # when the password or passkey was given
    seen_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    pin_failures = models.PositiveSmallIntegerField(default=0)
    page = models.CharField(max_length=500, blank=True)  # where its person goes on

    class Meta:
        indexes = [models.Index(fields=["desk"]), models.Index(fields=["seen_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser}"


class Role(models.Model):
    """A set of rights. A seeded role has a key, and its name is translated on screen."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="roles")
    key = models.SlugField()
    name = models.CharField(max_length=60, blank=True)
    rights = models.JSONField(default=list)

    SEEDED = {
        "administrator": _("Administrator"),
        "practitioner": _("Practitioner"),
        "reception": _("Reception"),
        "assistant": _("Assistant"),
        "read-only": _("Read only"),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "key"], name="role_key")]

    def __str__(self) -> str:
        return self.name or str(self.SEEDED.get(self.key, self.key))


class MemberQuerySet(models.QuerySet["Member"]):
    def of(self, user: User) -> "MemberQuerySet":
        """The memberships through which this person may come in; `elsewhere` says of each
        whether there is another one, which every page shows."""
        others = self.model._base_manager.filter(user=models.OuterRef("user"), active=True)
        return (
            self.filter(user=user, active=True)
            .select_related("practice", "role", "user")
            .annotate(elsewhere=models.Exists(others.exclude(pk=models.OuterRef("pk"))))
        )

    def places(self, user: User) -> list["Member"]:
        """The same at once, the first of them first; in a smaller question, which every request
        asks."""
        rows = self.filter(user=user, active=True).select_related("practice", "role")
        found: list[Member] = list(rows.order_by("id"))
        for one in found:
            one.user, one.elsewhere = user, len(found) > 1  # type: ignore[attr-defined]
        return found


class Member(models.Model):
    THEMES = [("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, models.PROTECT, related_name="members")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=20, blank=True)  # before the name: Dr
    job = models.CharField(max_length=80, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    association = models.CharField(max_length=80, blank=True)  # the professional body
    association_number = models.CharField(max_length=40, blank=True)
    practitioner = models.BooleanField(default=False)
    signature = models.TextField(max_length=2000, blank=True)  # empty: the practice's
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=8, blank=True)  # empty: the practice's
    theme = models.CharField(max_length=8, choices=THEMES, default="system")
    active = models.BooleanField(default=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "user"], name="member_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        return f"{self.title} {self.name}".strip()

    def may(self, right: str) -> bool:
        return right in self.role.rights


class MemberAddress(models.Model):
    """A further address of a member: never a client's (RX-118)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="addresses")
    value = models.EmailField()
    norm = models.CharField(max_length=320)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "norm"], name="member_address")]

    def __str__(self) -> str:
        return self.value


class Invitation(models.Model):
    """A place kept for somebody for 48 hours; `hash` is SHA-256 of the link's secret part."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    language = models.CharField(max_length=8, blank=True)
    hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=300, blank=True)  # why the mail could not be sent

    OPEN, ACCEPTED, WITHDRAWN, EXPIRED = "open", "accepted", "withdrawn", "expired"

    class Meta:
        indexes = [models.Index(fields=["practice", "created_at"])]

    def __str__(self) -> str:
        return self.email

    def state(self, now: datetime) -> str:
        """One of OPEN, ACCEPTED, WITHDRAWN, EXPIRED."""
        if self.accepted_at:
            return self.ACCEPTED
        if self.withdrawn_at:
            return self.WITHDRAWN
        return self.OPEN if now < self.expires_at else self.EXPIRED


class AccessToken(models.Model):
    """How a practice system proves itself to the API; `hash` is SHA-256 of the token."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)  # the last letters, to recognise it by
    created_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Where a kind of data comes from: the practice's own system, by file or over the API."""

    CLIENTS, APPOINTMENTS, DUE = "clients", "appointments", "due"
    KINDS = [(CLIENTS, _("Clients")), (APPOINTMENTS, _("Appointments")), (DUE, _("Due dates"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=16, choices=KINDS)
    name = models.CharField(max_length=80)
    mapping = models.JSONField(default=dict)  # our field -> the file's column
    url_sealed = models.TextField(blank=True)  # of a feed: its address is its password
    minutes = models.PositiveIntegerField(default=0)  # between two looks at a feed; 0: none
    fresh_at = models.DateTimeField(null=True)  # how old the data are (MG-28)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "kind", "name"], name="source_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url_place(self) -> str:
        return f"practice {self.practice_id} source {self.pk} url"


class Job(models.Model):
    """Long work that goes on when the page is left, and after a restart."""

    DRAFT, WAITING, RUNNING = "draft", "waiting", "running"
    DONE, FAILED, STOPPED = "done", "failed", "stopped"
    STATES = [
        (DRAFT, _("Being prepared")),
        (WAITING, _("Waiting")),
        (RUNNING, _("Running")),
        (DONE, _("Done")),
        (FAILED, _("Failed")),
        (STOPPED, _("Stopped")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    stage = models.CharField(max_length=16, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # 0: not known yet
    data = models.JSONField(default=dict)  # what to do
    result = models.JSONField(default=dict)  # what came of it
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # its worker lives

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_job_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["practice", "kind", "id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class AuditEvent(models.Model):
    """Who did what to which row. Rows are only ever added, and sealed in a chain (sealing.py).

    Triggers of the database refuse to change a row and to delete a sealed one (0003).
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="audit")
    at = models.DateTimeField()
    # The number stays when the member is gone: a sealed row never changes.
    member = models.ForeignKey(
        Member, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    who = models.CharField(max_length=120)  # as they were called; "" is Postroom itself
    action = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    data = models.JSONField(default=dict)
    network = models.CharField(max_length=45, blank=True)  # an IP address
    seq = models.BigIntegerField(null=True)  # 1, 2, 3 … in each practice, once sealed
    seal = models.CharField(max_length=64, blank=True)  # HMAC over this row and the seal before

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "seq"], name="audit_seq")]
        indexes = [
            models.Index(fields=["practice", "object_kind", "object_id", "at"]),
            models.Index(fields=["practice", "at", "id"]),
            models.Index(fields=["practice", "member", "at", "id"], name="audit_member"),
            models.Index(fields=["id"], condition=models.Q(seq=None), name="audit_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_id}"


class AuditChain(models.Model):
    """How far a practice's audit is sealed, and what the last check of it found."""

    practice = models.OneToOneField(Practice, models.CASCADE, related_name="audit_chain")
    seq = models.BigIntegerField(default=0)  # of the last sealed row
    seal = models.CharField(max_length=64, blank=True)
    floor = models.BigIntegerField(default=0)  # rows up to here may be gone: they were too old
    asked_at = models.DateTimeField(null=True)  # somebody wants it checked
    checked_at = models.DateTimeField(null=True)
    checked = models.BigIntegerField(default=0)  # rows looked at
    findings = models.JSONField(default=list)  # [kind, first seq, last seq]; empty is well

    def __str__(self) -> str:
        return f"{self.practice_id} up to {self.seq}"


class AuditKey(models.Model):
    """What seals a practice's audit. Each turn of the key file begins a new one; all are kept."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    key_sealed = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "number"], name="audit_key")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.number}"

    @property
    def key_place(self) -> str:
        return f"practice {self.practice_id} audit key {self.number}"


class EventQuerySet(models.QuerySet["Event"]):
    def latest_id(self) -> int:
        return self.aggregate(last=models.Max("id"))["last"] or 0


class Event(models.Model):
    """Something changed: written in the same commit, read by live pages and by the worker.

    An event carries ids, never content; rows are swept after a day.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "id"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def open(self) -> "NotificationQuerySet":
        return self.filter(ended_at=None)


class Notification(models.Model):
    """Something members have to be told of for as long as it lasts, and when it is over.

    One open row for each matter; the words for a kind stand in the room that raises it.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)  # which account, folder; "" the machine
    data = models.JSONField(default=dict)  # what its words speak of
    since = models.DateTimeField()  # it has been so
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # by mail, that it is so
    end_told_at = models.DateTimeField(null=True)  # by mail, that it is over

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "subject"],
                condition=models.Q(ended_at=None),
                name="notification_open",
            )
        ]
        indexes = [models.Index(fields=["practice", "ended_at"], name="notification_ended")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class NoticeMail(models.Model):
    """The one mail of a day that tells administrators what is wrong; the row is the right to it."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    day = models.DateField()  # by the practice's own clock
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "day"], name="notice_mail")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.day}"


class Tick(models.Model):
    """A slot of the timetable that a worker has taken; forgotten after a week (jobs.py)."""

    name = models.CharField(max_length=80)
    slot = models.CharField(max_length=32)  # ISO 8601: sorts by time within a name

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="tick_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.slot}"


class SignInFailure(models.Model):
    """Wrong passwords of one account, network or both; the key is an HMAC of them (throttle.py)."""

    key = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # the end of the pause, or of the hour counted

    class Meta:
        indexes = [models.Index(fields=["last_at"])]

    def __str__(self) -> str:
        return f"{self.tries} tries"
