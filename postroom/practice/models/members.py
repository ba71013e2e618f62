"""Who belongs to a practice, what they may do there, and who is asked to come."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from postroom.practice.models.practices import Practice
from postroom.practice.models.users import User


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
    # How long what they send waits, to be taken back, and how long that is offered: 0 to 60.
    undo_seconds = models.PositiveSmallIntegerField(default=10)
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
