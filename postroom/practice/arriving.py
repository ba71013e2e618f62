"""On the way in: the password is right and a second proof is awaited; and how fresh a proof is.

Until the second proof is given nobody is signed in: the session holds who it may become, for ten
minutes, and nothing else.
"""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any

from postroom.practice.models import User
from postroom.practice.seats import PROVED
from postroom.practice.sessions import SessionStore

AWAITED = timedelta(minutes=10)
FRESH = timedelta(minutes=10)
FILLED_IN = timedelta(minutes=25)  # a form that was opened while the proof was fresh
CHALLENGE = timedelta(minutes=5)


def await_proof(request: Any, user: User, back: str, now: datetime) -> None:
    """Remember in a session of its own that this person gave the right password."""
    request.session = SessionStore()
    request.session["awaited"] = {
        "user": user.pk,
        "back": back,
        "at": now.timestamp(),
        "hash": user.get_session_auth_hash(),
    }
    request.session.set_expiry(AWAITED)


def awaited(request: Any, now: datetime) -> tuple[User, str] | None:
    """Who gave the password here, and where they want to go; None when too long ago, or when
    the password was changed since."""
    found = request.session.get("awaited")
    if not found or now.timestamp() - found["at"] > AWAITED.total_seconds():
        return None
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    if user is None or not secrets.compare_digest(user.get_session_auth_hash(), found["hash"]):
        return None
    return user, found["back"]


def prove(request: Any, now: datetime) -> None:
    """The person of this session has just proved again who they are."""
    request.session[PROVED] = now.timestamp()


def is_fresh(request: Any, now: datetime, within: timedelta = FRESH) -> bool:
    """Whether the full proof was given so lately."""
    at = request.session.get(PROVED)
    return at is not None and 0 <= now.timestamp() - at <= within.total_seconds()


def new_challenge(request: Any, now: datetime) -> bytes:
    """A challenge for a passkey, good once and for five minutes; it lies in the session."""
    challenge = secrets.token_bytes(32)
    _shorten(request)
    request.session["challenge"] = [base64.b64encode(challenge).decode(), now.timestamp()]
    return challenge


def take_challenge(request: Any, now: datetime) -> bytes | None:
    """The challenge given out last; None when there is none any more."""
    text, at = request.session.pop("challenge", ("", 0.0))
    if not text or now.timestamp() - at > CHALLENGE.total_seconds():
        return None
    return base64.b64decode(text)


def _shorten(request: Any) -> None:
    """A session that is nobody's yet is not kept for hours."""
    if request.session.is_empty():
        request.session.set_expiry(AWAITED)
