"""How a program proves itself: a token is shown once; its digest alone is kept."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from postroom.kit.tokens import token_hash
from postroom.practice import audit
from postroom.practice.models import AccessToken, Member, Practice

PREFIX = "postroom_"  # so that it is recognised where it was left lying about
RANDOM = 32  # bytes
LONGEST = 200  # characters of a header that are looked at
USED_EVERY = timedelta(minutes=1)  # `used_at` is written no oftener


@transaction.atomic
def create(
    practice: Practice, name: str, *, expires_at: datetime | None, by: Member | None, now: datetime
) -> tuple[AccessToken, str]:
    """A new token: its row, and its words, which nobody can be told again."""
    words = PREFIX + secrets.token_urlsafe(RANDOM)
    token = AccessToken.objects.create(
        practice=practice,
        name=name,
        hash=token_hash(words),
        ending=words[-4:],
        created_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    data = {"name": name, "expires_at": f"{expires_at:%Y-%m-%d}" if expires_at else None}
    audit.record(practice.pk, "add", "token", token.pk, by=by, now=now, data=data)
    return token, words


@transaction.atomic
def revoke(token: AccessToken, *, by: Member | None, now: datetime) -> bool:
    """It opens nothing from now on. False where it was revoked already."""
    mine = AccessToken.objects.filter(pk=token.pk, revoked_at=None)
    if not mine.update(revoked_at=now):
        return False
    data = {"name": token.name}
    audit.record(token.practice_id, "revoke", "token", token.pk, by=by, now=now, data=data)
    return True


def authenticate(header: str, now: datetime) -> AccessToken | None:
    """The token of an `Authorization` header (RFC 6750: `Bearer …`), if it is good now."""
    scheme, _, words = header[:LONGEST].strip().partition(" ")
    words = words.strip()
    if scheme.lower() != "bearer" or not words.startswith(PREFIX):
        return None
    token = (
        AccessToken.objects.select_related("practice")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), hash=token_hash(words), revoked_at=None)
        .first()
    )
    if token is None:
        return None
    if token.used_at is None or now - token.used_at >= USED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(used_at=now)
        token.used_at = now
    return token
