"""A short number that goes on at a desk, where the password or a passkey was given before.

Ten thousand numbers are soon tried: the hash is made of the number and the key of the
installation, so that a stolen database alone does not tell it.
"""

import re
from itertools import pairwise

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils.crypto import salted_hmac

from postroom.practice.models import User

SHAPE = re.compile(r"[0-9]{4,8}")
SALT = "postroom.practice.pins"


def is_easy(pin: str) -> bool:
    """All the same digit, or digits that count up or down: what is tried first."""
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    return steps in ({0}, {1}, {-1})


def set_pin(user: User, pin: str) -> None:
    """Keep this PIN of four to eight digits; "" takes it away."""
    user.pin = make_password(_mixed(user, pin, settings.SECRET_KEY)) if pin else ""
    user.save(update_fields=["pin"])


def is_right(user: User, pin: str) -> bool:
    """Whether this is the PIN, sealed by today's key or an older one that is still there."""
    if not user.pin or not SHAPE.fullmatch(pin):
        return False
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(check_password(_mixed(user, pin, key), user.pin) for key in keys)


def _mixed(user: User, pin: str, key: str) -> str:
    return salted_hmac(SALT, f"{user.pk} {pin}", secret=key, algorithm="sha256").hexdigest()
