"""Guessing is slow at every field that proves who somebody is (throttle.py)."""

import math
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import ngettext

from postroom.practice import devices, throttle
from postroom.practice.models import User

WAIT = "wait"  # the code of the error: the page's status is 429


def place_of_codes(request: Any, user: User) -> throttle.Place:
    """Codes are counted apart from passwords: whoever guesses them has the password."""
    return throttle.Place(f"codes of {user.pk}", request.META.get("REMOTE_ADDR", ""))


def place_of_password(request: Any, account: str) -> throttle.Place:
    """Where a password of this account is tried from."""
    return throttle.Place(
        account, request.META.get("REMOTE_ADDR", ""), devices.known(request, account)
    )


def take_try(place: throttle.Place) -> None:
    """Count a try. Raises ValidationError with how long to wait."""
    if wait := throttle.take_try(place, timezone.now()):
        raise ValidationError(patience(wait), code=WAIT)


def patience(wait: timedelta) -> str:
    """How long to wait, in words."""
    minutes = math.ceil(wait.total_seconds() / 60)
    return ngettext(
        "That was wrong too often. Try again in %(n)d minute.",
        "That was wrong too often. Try again in %(n)d minutes.",
        minutes,
    ) % {"n": minutes}
