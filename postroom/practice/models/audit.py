"""Who did what, and the chain that seals it."""

from django.db import models

from postroom.practice.models.members import Member
from postroom.practice.models.practices import Practice


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
