"""The practice, its people, what they did, and what just happened."""

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
    language = models.CharField(max_length=8, default="en")
    country = models.CharField(max_length=2, default="GB")  # reads telephone numbers
    time_zone = models.CharField(max_length=64, default="Europe/London")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in; what they may do is their Member's affair, practice by practice."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.email


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
        """The memberships through which this person may come in."""
        return self.filter(user=user, active=True).select_related("practice", "role", "user")


class Member(models.Model):
    THEMES = [("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, models.PROTECT, related_name="members")
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, blank=True)  # empty: the practice's
    theme = models.CharField(max_length=8, choices=THEMES, default="system")
    active = models.BooleanField(default=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "user"], name="member_once")]

    def __str__(self) -> str:
        return self.name

    def may(self, right: str) -> bool:
        return right in self.role.rights


class AuditEvent(models.Model):
    """Who did what to which row. Rows are only ever added."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="audit")
    at = models.DateTimeField()
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=120)  # kept when the member is gone; "" is Postroom itself
    action = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["practice", "object_kind", "object_id", "at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_id}"


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
