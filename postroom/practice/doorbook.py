"""Who was refused: written into the audit of each of their practices.

Django says so itself. Who came in and who went out is told by their seat (seats.py).
"""

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from postroom.practice.deeds import record_own
from postroom.practice.models import User

REFUSED = "sign-in-refused"


@receiver(user_login_failed, dispatch_uid="audit")
def _was_refused(
    sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any
) -> None:
    """Somebody gave a wrong password for an address we know; an unknown one is nobody's affair."""
    address = str(credentials.get("username") or credentials.get("email") or "")
    user = User.objects.filter(email=address.strip().lower()).first()
    if user is not None:
        record_own(user, REFUSED, now=timezone.now())
