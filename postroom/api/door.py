"""Who may speak to the API: whoever has a token that is good now, and not too often."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from postroom.api.problems import Wrong
from postroom.practice.models import AccessToken
from postroom.practice.tokens import authenticate

PER_MINUTE = 600  # requests of one token, in each process that serves pages
MINUTE = timedelta(minutes=1)


class Bearer(HttpBearer):
    """A token in the Authorization header. A session's cookie does not count."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        """The token's row, as `request.auth`. Raises Wrong when it comes too often."""
        now = timezone.now()
        found = authenticate(f"Bearer {token}", now)
        if found and not RATE.take(found.pk, now):
            words = _("Too many requests: at most %(most)d a minute.") % {"most": PER_MINUTE}
            raise Wrong(429, words, headers={"Retry-After": "60"})
        return found


class Rate:
    """So many in each minute that slides along, for each key."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._taken: dict[Any, deque[datetime]] = defaultdict(deque)

    def take(self, key: Any, now: datetime) -> bool:
        """True, and counted, while there is room."""
        with self._lock:
            taken = self._taken[key]
            while taken and now - taken[0] >= MINUTE:
                taken.popleft()
            if len(taken) >= self.most:
                return False
            taken.append(now)
            return True


RATE = Rate(PER_MINUTE)
