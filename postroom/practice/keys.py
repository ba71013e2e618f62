"""Turning the key file: every sealed value is sealed anew, while everybody works (RELIABILITY S5).

A sealed value is a field `…_sealed`; beside it the row has a property `…_place` that names
practice, row and field. That is all a room does for its values to be found here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.apps import apps
from django.db import models

from postroom.kit.crypto import KeyMissing, Keyring, Tampered
from postroom.practice import audit, sealing
from postroom.practice.models import Practice

SUFFIX = "_sealed"
PASSES = 5  # somebody may save a value while we go round


@dataclass(frozen=True)
class Sealed:
    """A field whose values are sealed."""

    model: type[models.Model]
    name: str

    def place(self, row: models.Model) -> str:
        return str(getattr(row, f"{self.name.removesuffix(SUFFIX)}_place"))

    def rows(self) -> models.QuerySet[models.Model]:
        manager: models.Manager[models.Model] = self.model._base_manager
        return manager.exclude(**{self.name: ""})

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


@dataclass
class Resealing:
    """What a round over the sealed values did: how many, and which cannot be opened."""

    done: int = 0
    lost: list[str] = field(default_factory=list)


def sealed_fields() -> list[Sealed]:
    """Every sealed field of the house, in the order of its rooms."""
    return [
        Sealed(model, one.name)
        for model in apps.get_models()
        for one in model._meta.concrete_fields
        if one.name.endswith(SUFFIX)
    ]


def in_use() -> Counter[str]:
    """How many values each key has sealed, by the key's id."""
    used: Counter[str] = Counter()
    for one in sealed_fields():
        for value in one.rows().values_list(one.name, flat=True).iterator(chunk_size=1000):
            used[value.partition(":")[0]] += 1
    return used


def reseal(ring: Keyring) -> Resealing:
    """Seal anew, with the ring's first key, what others sealed. Each value by itself: whoever
    saves another meanwhile is not overwritten. Safe to run twice, and to stop."""
    result = Resealing()
    for one in sealed_fields():
        lost: dict[int, str] = {}
        for _ in range(PASSES):
            stale = _stale(one, ring.keys[0].id, lost)
            if not stale:
                break
            for row in stale:
                _reseal(one, row, ring, result, lost)
        result.lost.extend(lost.values())
    return result


def begin_audit_keys(now: datetime) -> None:
    """Seal every practice's audit with a fresh key from now on: who had the old key file and a
    copy of the database cannot write the audit's future (docs/decisions/0010)."""
    for practice in Practice.objects.order_by("pk"):
        sealing.seal(practice.pk, now)
        sealing.new_key(practice.pk, now)


def note_key(action: str, now: datetime, user: str, key: str) -> None:
    """Write down in every practice that the keys were turned."""
    for practice in Practice.objects.order_by("pk"):
        data = {"shell_user": user, "key": key}
        audit.record(practice.pk, action, "key", 0, by=None, now=now, data=data)


def _stale(one: Sealed, newest: str, lost: Iterable[int]) -> list[models.Model]:
    stale = one.rows().exclude(**{f"{one.name}__startswith": f"{newest}:"})
    return list(stale.exclude(pk__in=list(lost)).order_by("pk"))


def _reseal(
    one: Sealed, row: models.Model, ring: Keyring, result: Resealing, lost: dict[int, str]
) -> None:
    before = getattr(row, one.name)
    try:
        secret = ring.open(before, one.place(row))
    except (KeyMissing, Tampered) as error:
        lost[row.pk] = str(error)
        return
    after = ring.seal(secret, one.place(row))
    same = one.rows().filter(pk=row.pk, **{one.name: before})
    result.done += same.update(**{one.name: after})
