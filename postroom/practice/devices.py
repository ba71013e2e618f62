"""A browser in which somebody signed in before: it may go on when strangers guess (throttle.py).

The cookie is a random word for the browser and a digest for each account, signed. It lets nobody
in; it only says which count a wrong password is held against.
"""

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.crypto import salted_hmac

SALT = "postroom.practice.devices"
AGE = 365 * 24 * 3600  # seconds
ACCOUNTS = 10  # of one browser: the desk is shared


def known(request: Any, account: str) -> str:
    """The word for this browser if the account has signed in here before, else ""."""
    word, accounts = _read(request)
    return word if _digest(account) in accounts else ""


def desk(request: Any) -> str:
    """What names this browser in the table of those signed in: a digest of its word, or ""."""
    word = _read(request)[0] or getattr(request, "device_word", "")
    return hashlib.sha256(f"desk {word}".encode()).hexdigest() if word else ""


def name_desk(request: Any) -> str:
    """The same, of a browser that is given its word with this answer (see `remember`)."""
    if not _read(request)[0]:
        request.device_word = secrets.token_hex(16)
    return desk(request)


def remember(request: Any, response: HttpResponseBase, account: str) -> None:
    """Put the account on this browser's cookie."""
    word, accounts = _read(request)
    digest = _digest(account)
    newest = [digest, *(one for one in accounts if one != digest)][:ACCOUNTS]
    response.set_signed_cookie(
        settings.DEVICE_COOKIE_NAME,
        ".".join([word or getattr(request, "device_word", secrets.token_hex(16)), *newest]),
        salt=SALT,
        max_age=AGE,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: Any) -> tuple[str, list[str]]:
    value = request.get_signed_cookie(
        settings.DEVICE_COOKIE_NAME, default="", salt=SALT, max_age=AGE
    )
    word, *accounts = value.split(".")
    return word, accounts


def _digest(account: str) -> str:
    return salted_hmac(SALT, account.strip().lower(), algorithm="sha256").hexdigest()[:32]
