"""The audit as a chain: whoever changes, removes or puts in a row is found (RELIABILITY S8).

    row 1 ──seal──→ row 2 ──seal──→ row 3 …      AuditChain: how far, and the last seal

A seal is HMAC-SHA256 over the row, its place in the chain and the seal before. A row is written
without one, in the commit of its deed, and sealed within a minute: nobody waits for the chain.
The order of the chain is that of sealing, so a row that commits late comes late.
See docs/decisions/0010-the-audit-chain.md.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from postroom.kit.background import task
from postroom.kit.crypto import KeyMissing, Tampered
from postroom.practice import audit
from postroom.practice.models import AuditChain, AuditEvent, AuditKey, Member, Practice

BATCH = 1000
TRIES = 5  # another sealer was faster
LATE = timedelta(minutes=10)  # a row that is not sealed by then: no worker runs
MOST = 100  # findings kept

CHANGED, MISSING, KEY, ADDED, UNSEALED = "changed", "missing", "key", "added", "unsealed"

_FIELDS = (
    *("id", "practice_id", "at", "member_id", "who", "action", "object_kind", "object_id"),
    *("data", "network"),
)


@dataclass(frozen=True)
class Finding:
    """What is wrong with the rows `first` to `last` of the chain (for `added`, `unsealed`: ids).

    changed   a row does not say what was sealed, or was put in
    missing   rows were removed
    key       they cannot be checked: the key that sealed them is not there
    added     rows that claim a place after the end of the chain
    unsealed  rows that wait for their seal since too long
    """

    kind: str
    first: int
    last: int


@dataclass
class Verdict:
    """`rows` were looked at; `seq` and `seal` are the end of the chain, to be noted elsewhere."""

    rows: int = 0
    seq: int = 0
    seal: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return not self.findings

    def add(self, kind: str, first: int, last: int) -> None:
        """Neighbours of the same kind are one finding."""
        found = self.findings
        if found and found[-1].kind == kind and found[-1].last == first - 1:
            found[-1] = Finding(kind, found[-1].first, last)
        elif len(found) < MOST:
            found.append(Finding(kind, first, last))


class _Overtaken(Exception):
    """Another sealer was here first."""


def seal_all(now: datetime) -> int:
    """Seal what waits, in every practice; how many rows that were."""
    waiting = AuditEvent.objects.filter(seq=None).order_by().values_list("practice", flat=True)
    return sum(seal(practice_id, now) for practice_id in sorted(set(waiting)))


def seal(practice_id: int, now: datetime) -> int:
    """Seal a practice's rows that wait. Harmless to call twice, and by two workers at once."""
    done = tries = 0
    while tries < TRIES:
        try:
            batch = _seal_batch(practice_id, now)
        except (_Overtaken, IntegrityError):
            tries += 1
            continue
        if not batch:
            break
        done += batch
    return done


def verify(practice: Practice, now: datetime, expect: tuple[int, str] | None = None) -> Verdict:
    """Look at every sealed row. `expect`: a place and its seal, as noted at an earlier check.

    Changes nothing, and asks for no lock.
    """
    chain = AuditChain.objects.filter(practice=practice).first() or AuditChain(practice=practice)
    verdict = Verdict(seq=chain.seq, seal=chain.seal)
    ring, before = _Ring(practice.pk), _seal_at_floor(chain)
    if before is None:
        verdict.add(MISSING, 1, chain.floor)
        before = ""
    last = chain.floor
    for row in _sealed_rows(chain):
        if row["seq"] > last + 1:
            verdict.add(MISSING, last + 1, row["seq"] - 1)
        kind = ring.fault(row, before)
        if kind:
            verdict.add(kind, row["seq"], row["seq"])
        last, before = row["seq"], row["seal"]
        verdict.rows += 1
        if expect and expect[0] == last and expect[1] != before:
            verdict.add(CHANGED, last, last)
    if last < chain.seq:
        verdict.add(MISSING, last + 1, chain.seq)
    elif before != chain.seal and verdict.well:
        verdict.add(CHANGED, last, last)
    if expect and expect[0] > chain.seq:
        verdict.add(MISSING, chain.seq + 1, expect[0])
    for kind, ids in _outside(chain, now):
        for id in ids:
            verdict.add(kind, id, id)
    return verdict


def check(practice: Practice, now: datetime) -> Verdict:
    """Verify, and keep what was found where the audit page and `postroom doctor` see it."""
    verdict = verify(practice, now)
    AuditChain.objects.get_or_create(practice=practice)
    AuditChain.objects.filter(practice=practice).update(
        checked_at=now,
        checked=verdict.rows,
        findings=[[one.kind, one.first, one.last] for one in verdict.findings],
    )
    return verdict


@task()
def check_later(practice_id: int) -> int:
    """Seal what waits and check the whole chain; how many findings there were."""
    practice, now = Practice.objects.get(pk=practice_id), timezone.now()
    seal(practice_id, now)
    return len(check(practice, now).findings)


@transaction.atomic
def trim(practice: Practice, before: datetime, *, by: Member | None, now: datetime) -> int:
    """Drop sealed rows older than `before`, from the beginning of the chain; how many went.

    The only way to delete an audit row: the floor is raised, which the triggers look at. A row
    says so and keeps the last dropped seal, so that what remains can still be checked.
    """
    AuditChain.objects.get_or_create(practice=practice)
    chain = AuditChain.objects.get(practice=practice)
    sealed = AuditEvent.objects.filter(practice=practice, seq__gt=chain.floor)
    keep = sealed.filter(at__gte=before).order_by("seq").values_list("seq", flat=True).first()
    floor = (keep - 1) if keep else chain.seq
    if floor <= chain.floor:
        return 0
    last = AuditEvent.objects.get(practice=practice, seq=floor)
    data = {"floor": floor, "seal": last.seal}
    audit.record(practice.pk, "trim", "practice", practice.pk, by=by, now=now, data=data)
    if not AuditChain.objects.filter(pk=chain.pk, floor=chain.floor).update(floor=floor):
        raise _Overtaken
    return AuditEvent.objects.filter(practice=practice, seq__lte=floor).delete()[0]


@transaction.atomic
def new_key(practice_id: int, now: datetime) -> AuditKey:
    """Seal with another key from now on; the ones before stay, to check what they sealed."""
    last = AuditKey.objects.filter(practice=practice_id).order_by("-number").first()
    key = AuditKey(practice_id=practice_id, number=last.number + 1 if last else 1, created_at=now)
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    key.key_sealed = settings.KEYRING.seal(secret, key.key_place)
    key.save(force_insert=True)
    return key


def _seal_batch(practice_id: int, now: datetime) -> int:
    """One commit. Raises _Overtaken or IntegrityError, with nothing changed."""
    with transaction.atomic():
        chain, _ = AuditChain.objects.get_or_create(practice_id=practice_id)
        waiting = AuditEvent.objects.filter(practice=practice_id, seq=None).order_by("id")
        rows = list(waiting.values(*_FIELDS)[:BATCH])
        if not rows:
            return 0
        newest = AuditKey.objects.filter(practice=practice_id).order_by("-number").first()
        key = newest or new_key(practice_id, now)
        secret = _opened(key)
        seq, before, sealed = chain.seq, chain.seal, []
        for row in rows:
            seq += 1
            before = _seal(key.number, secret, row, seq, before)
            sealed.append((seq, before, row["id"]))
        mine = AuditChain.objects.filter(pk=chain.pk, seq=chain.seq, seal=chain.seal)
        if not mine.update(seq=seq, seal=before):
            raise _Overtaken
        table = connection.ops.quote_name(AuditEvent._meta.db_table)
        with connection.cursor() as cursor:
            # The table's own name, quoted; every value is a parameter.
            cursor.executemany(
                f"UPDATE {table} SET seq = %s, seal = %s WHERE id = %s AND seq IS NULL",  # noqa: S608
                sealed,
            )
            if cursor.rowcount != len(sealed):
                raise _Overtaken
    return len(rows)


def _seal(number: int, secret: bytes, row: dict[str, Any], seq: int, before: str) -> str:
    """`number` of the key, a dot, and the HMAC."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    words = [seq, before, *(at if name == "at" else row[name] for name in _FIELDS)]
    text = json.dumps(words, sort_keys=True, separators=(",", ":"))
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{number}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _opened(key: AuditKey) -> bytes:
    return base64.b64decode(settings.KEYRING.open(key.key_sealed, key.key_place))


class _Ring:
    """The keys that sealed a practice's audit, by their numbers."""

    def __init__(self, practice_id: int) -> None:
        self.secrets: dict[str, bytes] = {}
        self.lost: set[str] = set()
        for key in AuditKey.objects.filter(practice=practice_id):
            try:
                self.secrets[str(key.number)] = _opened(key)
            except (KeyMissing, Tampered):
                self.lost.add(str(key.number))

    def fault(self, row: dict[str, Any], before: str) -> str:
        """What is wrong with this row after that seal: changed, key, or "" for nothing."""
        number = row["seal"].partition(".")[0]
        if number in self.lost:
            return KEY
        secret = self.secrets.get(number)
        if secret is None:
            return CHANGED
        right = _seal(int(number), secret, row, row["seq"], before)
        return "" if hmac.compare_digest(right, row["seal"]) else CHANGED


def _sealed_rows(chain: AuditChain) -> Iterator[dict[str, Any]]:
    rows = AuditEvent.objects.filter(
        practice=chain.practice_id, seq__gt=chain.floor, seq__lte=chain.seq
    )
    return rows.order_by("seq").values(*_FIELDS, "seq", "seal").iterator(chunk_size=BATCH)


def _seal_at_floor(chain: AuditChain) -> str | None:
    """The seal before the first row that is kept; None where no row says that any was dropped."""
    if not chain.floor:
        return ""
    told = AuditEvent.objects.filter(
        practice=chain.practice_id, action="trim", object_kind="practice"
    )
    for data in told.order_by("-id").values_list("data", flat=True):
        if data.get("floor") == chain.floor:
            return str(data.get("seal", ""))
    return None


def _outside(chain: AuditChain, now: datetime) -> Iterator[tuple[str, list[int]]]:
    """Rows beyond the chain's end, and rows that wait for too long."""
    rows = AuditEvent.objects.filter(practice=chain.practice_id).order_by("id")
    beyond = list(rows.filter(seq__gt=chain.seq).values_list("id", "seq")[:MOST])
    # The end is read again afterwards: a sealer may have gone on meanwhile.
    end = AuditChain.objects.filter(pk=chain.pk).values_list("seq", flat=True).first() or 0
    yield ADDED, [id for id, seq in beyond if (seq or 0) > end]
    late = rows.filter(seq=None, at__lt=now - LATE)
    yield UNSEALED, list(late.values_list("id", flat=True)[:MOST])
