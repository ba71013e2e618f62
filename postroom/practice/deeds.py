"""What somebody does to their own account, in the audit of each practice they belong to."""

from datetime import datetime
from typing import Any

from postroom.practice import audit
from postroom.practice.models import Member, User


def record_own(
    user: User,
    action: str,
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """One line in every practice; `data` holds no secret and no address."""
    for member in Member.objects.of(user):
        audit.record(member.practice_id, action, "member", member.pk, by=member, now=now, data=data)
