"""Who was refused: written into the audit of each of their practices.

Django says so itself. Who came in and who went out is told by their seat (seats.py).
"""

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from postroom.practice import audit
from postroom.practice.models import Member, User

REFUSED = "sign-in-refused"


def note_door(action: str, user: User, request: Any, **data: Any) -> None:
    """One line in each practice of this person. `data`: how, never a secret."""
    now = timezone.now()
    network = audit.network_of(request) if request is not None else ""
    for member in Member.objects.of(user).order_by("pk"):
        member.network = network
        audit.record(member.practice_id, action, "member", member.pk, by=member, now=now, data=data)


@receiver(user_login_failed, dispatch_uid="audit")
def _was_refused(
    sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any
) -> None:
    """Somebody gave a wrong password for an address we know; an unknown one is nobody's affair."""
    address = str(credentials.get("username") or credentials.get("email") or "")
    user = User.objects.filter(email=address.strip().lower()).first()
    if user is not None:
        note_door(REFUSED, user, request)
