"""The people a practice looks after, and where their letters come from (MG-25)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from postroom.kit.text import fold
from postroom.practice.models import Member, Practice


class Group(models.Model):
    """A family, household or group of companies."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="group_name")]

    def __str__(self) -> str:
        return self.name


class ClientQuerySet(models.QuerySet["Client"]):
    def open_to(self, member: Member) -> "ClientQuerySet":
        """The clients whose record this member may open. The practice comes first, always."""
        if not member.may("read"):
            return self.none()
        return self.filter(practice=member.practice_id)

    def search(self, words: str) -> "ClientQuerySet":
        """Every word in name, reference, address, number or patient; accents do not matter."""
        found = self
        for word in fold(words).split():
            found = found.filter(search_name__contains=word)
        return found


class Client(models.Model):
    """The file: a household, a person, a company, an owner of animals."""

    STATES = [("active", _("Active")), ("archived", _("Archived")), ("deceased", _("Deceased"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="clients")
    ref = models.CharField(max_length=64)  # the reference in the practice's own system
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, blank=True)
    birth_date = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="active")
    search_name = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    groups = models.ManyToManyField(Group, through="GroupMember", related_name="clients")

    objects = ClientQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "ref"], name="client_ref")]
        indexes = [models.Index(fields=["practice", "name", "id"])]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    client = models.ForeignKey(Client, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "client"], name="group_member")]

    def __str__(self) -> str:
        return f"{self.client_id} in {self.group_id}"


class Patient(models.Model):
    """Whom the care is for, where that is not the client: an animal, a child."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="patients")
    client = models.ForeignKey(Client, models.CASCADE, related_name="patients")
    ref = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "ref"], name="patient_ref")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person, linked to one or more clients, or to none (a laboratory, an insurer)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, blank=True)
    professional = models.BooleanField(default=False)
    clients = models.ManyToManyField(Client, through="ContactLink", related_name="contacts")

    def __str__(self) -> str:
        return self.name


class ContactLink(models.Model):
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="links")
    client = models.ForeignKey(Client, models.CASCADE, related_name="links")
    role = models.CharField(max_length=60, blank=True)
    main = models.BooleanField(default=False)  # the client in person

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "client"], name="contact_link"),
            models.UniqueConstraint(
                fields=["client"], condition=Q(main=True), name="one_main_contact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} for {self.client_id}"


class ContactPoint(models.Model):
    """An address or a number. `norm` is what is compared; `value` is what is shown."""

    EMAIL, PHONE = "email", "phone"
    KINDS = [(EMAIL, _("Email")), (PHONE, _("Telephone"))]
    IMPORT, MEMBER = "import", "member"
    ORIGINS = [(IMPORT, _("Imported")), (MEMBER, _("By a member"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="points")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="points")
    kind = models.CharField(max_length=8, choices=KINDS)
    value = models.CharField(max_length=320)
    norm = models.CharField(max_length=320)
    preferred = models.BooleanField(default=False)
    # What an import wrote, a later import may take back; what a member wrote stays.
    origin = models.CharField(max_length=8, choices=ORIGINS, default=MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "norm"], name="contact_point")
        ]
        indexes = [models.Index(fields=["practice", "kind", "norm"])]

    def __str__(self) -> str:
        return self.value
