"""Links that go out by mail and do one thing once: 256 bits, of which we keep the SHA-256."""

from datetime import datetime, timedelta

from postroom.kit.tokens import new_token, token_hash
from postroom.practice.models import OneTimeLink, User

KEPT = timedelta(days=7)


def make(user: User, purpose: str, *, email: str, lasts: timedelta, now: datetime) -> str:
    """A fresh link's secret part; it is nowhere but in the mail."""
    token = new_token()
    OneTimeLink.objects.create(
        user=user,
        purpose=purpose,
        email=email,
        hash=token_hash(token),
        created_at=now,
        expires_at=now + lasts,
    )
    return token


def find(token: str, purpose: str, now: datetime) -> OneTimeLink | None:
    """The link, while it may still be used."""
    return (
        OneTimeLink.objects.filter(
            hash=token_hash(token), purpose=purpose, used_at=None, expires_at__gt=now
        )
        .select_related("user")
        .first()
    )


def use(link: OneTimeLink, now: datetime) -> bool:
    """Take the link; False when somebody was quicker."""
    return bool(OneTimeLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now))


def void(user: User, purpose: str, now: datetime) -> None:
    """None of this person's open links of this kind opens anything any more."""
    OneTimeLink.objects.filter(user=user, purpose=purpose, used_at=None).update(used_at=now)


def sweep(now: datetime) -> int:
    """Forget what ran out a week ago; how many rows went."""
    return OneTimeLink.objects.filter(expires_at__lt=now - KEPT).delete()[0]
