"""The people a practice looks after, and where their letters come from (MG-25)."""

from functools import lru_cache

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from postroom.clients.finding import candidates
from postroom.clients.rules import FORM, IGNORE, OWN, PROFESSIONAL
from postroom.kit.text import fold
from postroom.practice.models import Member, Practice, Source


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
        """The clients whose record this member may open. The practice comes first, always.

        A client whose access is restricted is open to those on its list and to nobody else,
        administrators included; one that was merged into another is not there any more.
        """
        if not member.may("read"):
            return self.none()
        return self.filter(is_open(member), practice=member.practice_id, merged_into=None)

    def closed_to(self, member: Member) -> "ClientQuerySet":
        """The clients of the practice whose correspondence this member may not read."""
        return self.filter(practice=member.practice_id, restricted=True).exclude(is_open(member))

    def nobodys(self, practice: Practice) -> "ClientQuerySet":
        """Restricted clients whom nobody can open any more: all on their list have left."""
        here = ClientAccess.objects.filter(client=OuterRef("pk"), member__active=True)
        rows = self.filter(practice=practice, restricted=True, merged_into=None)
        return rows.exclude(Exists(here))

    def search(self, words: str) -> "ClientQuerySet":
        """Every word in name, reference, address, number or patient; accents do not matter.

        A word of one or two letters is the beginning of a word. On SQLite one small query is
        made at once: an index names the candidates (finding.py).
        """
        found, parts = self, fold(words).split()
        for part in parts:
            if len(part) > 2:
                found = found.filter(search_name__contains=part)
            else:
                begins = Q(search_name__startswith=part) | Q(search_name__contains=f" {part}")
                found = found.filter(begins)
        few = candidates(parts)
        return found if few is None else found.filter(pk__in=few)

    def named(self, practice_id: int, ref: str) -> "Client | None":
        """The client of this reference; of a merged one, the client it was merged into."""
        client = self.filter(practice=practice_id, ref=ref).select_related("merged_into").first()
        return client.merged_into or client if client else None


class Client(models.Model):
    """The file: a household, a person, a company, an owner of animals."""

    STATES = [("active", _("Active")), ("archived", _("Archived")), ("deceased", _("Deceased"))]
    CHANNELS = [("email", _("Email")), ("sms", _("SMS")), ("letter", _("Letter"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="clients")
    ref = models.CharField(max_length=64)  # the reference in the practice's own system
    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, blank=True)
    birth_date = models.DateField(null=True)
    birthday = models.PositiveSmallIntegerField(null=True)  # month * 100 + day
    state = models.CharField(max_length=10, choices=STATES, default="active")
    restricted = models.BooleanField(default=False)  # only for those in ClientAccess
    practitioner = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS, blank=True)  # preferred
    note = models.TextField(max_length=2000, blank=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    gone_at = models.DateTimeField(null=True)  # no longer in its source
    search_name = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    groups = models.ManyToManyField(Group, through="GroupMember", related_name="clients")

    objects = ClientQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "ref"], name="client_ref")]
        indexes = [
            models.Index(fields=["practice", "name", "id"]),
            models.Index(fields=["practice", "state", "name", "id"], name="client_by_state"),
            models.Index(fields=["practice", "birthday"]),
            models.Index(
                fields=["practice"], condition=Q(restricted=True), name="client_restricted"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def is_open(member: Member, path: str = "") -> Q:
    """Whether the client at this path of a query (such as "client__") is open to the member.

    The practice and the right to read are the caller's to ask.
    """
    return is_open_to(member.pk, path)


@lru_cache(256)  # to write the question down costs more than to ask it
def is_open_to(member: int, path: str) -> Q:
    """The same for a member's id. Those on whose list they are, are few: one small list is
    cheaper to ask for than a question of each client."""
    listed = ClientAccess.objects.filter(member=member).values("client")
    return Q(**{f"{path}restricted": False}) | Q(**{f"{path}pk__in": listed})


class ClientAccess(models.Model):
    """A member who may open a client whose access is restricted."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, related_name="access")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "member"], name="client_access")]

    def __str__(self) -> str:
        return f"{self.member_id} to {self.client_id}"


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
    birth_date = models.DateField(null=True)
    died_on = models.DateField(null=True)
    archived = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "ref"], name="patient_ref")]
        indexes = [models.Index(fields=["practice", "name"], name="patient_name")]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ClientNote(models.Model):
    """What one should know when writing to a client: «invoices to accounts@…» (AK-105)."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, related_name="notes")
    text = models.TextField(max_length=1000)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    # The note it was copied from, to the other clients of a group.
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="copies")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text[:40]


class Contact(models.Model):
    """A person, linked to one or more clients, or to none (a laboratory, an insurer)."""

    CALLINGS = [
        ("laboratory", _("Laboratory")),
        ("insurer", _("Insurer")),
        ("colleague", _("Colleague elsewhere")),
        ("supplier", _("Supplier")),
        ("authority", _("Authority")),
        ("other", _("Other")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, blank=True)
    professional = models.BooleanField(default=False)  # a correspondent: has no client
    calling = models.CharField(max_length=12, choices=CALLINGS, blank=True)
    organisation = models.CharField(max_length=160, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    search_name = models.TextField(default="")  # of a correspondent
    clients = models.ManyToManyField(Client, through="ContactLink", related_name="contacts")

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "name", "id"],
                condition=Q(professional=True),
                name="correspondents",
            )
        ]

    def __str__(self) -> str:
        return self.name


IMPORT, MEMBER = "import", "member"
ORIGINS = [(IMPORT, _("Imported")), (MEMBER, _("By a member"))]


class ContactLink(models.Model):
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="links")
    client = models.ForeignKey(Client, models.CASCADE, related_name="links")
    role = models.CharField(max_length=60, blank=True)
    main = models.BooleanField(default=False)  # the client in person
    responsible = models.BooleanField(default=False)  # answers for a minor, a company
    # As with ContactPoint: whom an import brought, a later one may take away.
    origin = models.CharField(max_length=8, choices=ORIGINS, default=MEMBER)

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
    IMPORT, MEMBER = IMPORT, MEMBER
    ORIGINS = ORIGINS
    STATES = [("ok", _("In use")), ("bouncing", _("Does not arrive")), ("blocked", _("Blocked"))]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="points")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="points")
    kind = models.CharField(max_length=8, choices=KINDS)
    value = models.CharField(max_length=320)
    norm = models.CharField(max_length=320)
    label = models.CharField(max_length=40, blank=True)
    preferred = models.BooleanField(default=False)
    automatic = models.BooleanField(default=True)  # may be used by what nobody writes by hand
    state = models.CharField(max_length=8, choices=STATES, default="ok")
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


class Consent(models.Model):
    """Whether an address or number may be written to for a purpose, and who said so."""

    PURPOSES = [
        ("care", _("Care")),
        ("reminder", _("Reminders")),
        ("administrative", _("Administration")),
        ("marketing", _("News and offers")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    point = models.ForeignKey(ContactPoint, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=16, choices=PURPOSES)
    given = models.BooleanField()
    source = models.CharField(max_length=120, blank=True)  # how we know: "form of 3 May"
    at = models.DateTimeField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["point", "purpose"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given}"


class SenderRule(models.Model):
    """What is done with letters from an address, or from a whole domain and those under it."""

    IGNORE, FORM, PROFESSIONAL, OWN = IGNORE, FORM, PROFESSIONAL, OWN
    KINDS = [
        (IGNORE, _("Never a client’s")),
        (PROFESSIONAL, _("A professional")),
        (OWN, _("Our own address")),
        (FORM, _("Our web form")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="sender_rules")
    pattern = models.CharField(max_length=320)  # as normalise_email says; a domain without «@»
    kind = models.CharField(max_length=12, choices=KINDS)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "pattern"], name="sender_rule")]

    def __str__(self) -> str:
        return self.pattern

    @property
    def is_domain(self) -> bool:
        return "@" not in self.pattern
