"""The word by which an answer finds its conversation, whatever its subject and its headers say.

It stands in the plus-tag of the address that answers go to, or in the Message-ID of what was
sent: letters, digits and hyphens only, since an address may come back in capitals.
"""

import base64
import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from postroom.kit.mime import Letter

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAC = 16  # bytes: 128 bits (RELIABILITY 4.5)
_LONGEST = 13  # base 36 of 64 bits
_NUMBER = rf"[0-9a-z]{{1,{_LONGEST}}}"
_TOKEN = re.compile(rf"(?<![0-9a-z-])({_NUMBER})-({_NUMBER})-([a-z2-7]{{26}})(?![0-9a-z-])")


def reply_token(practice: int, conversation: int) -> str:
    """Proof that an answer belongs to this conversation (`Thread`) of this practice.

    At most 54 characters, so that it fits behind a short local part (RFC 5321, 4.5.3.1.1).
    """
    mac = _macs(practice, conversation)[0]
    return f"{_base36(practice)}-{_base36(conversation)}-{mac}"


def conversation_of(token: str) -> tuple[int, int] | None:
    """(practice, conversation) of a token that was made here; None for any other word.

    Compared in constant time; tokens made with an older key of the key file hold too.
    """
    found = _TOKEN.fullmatch(token.strip().lower())
    if not found:
        return None
    practice, conversation = int(found[1], 36), int(found[2], 36)
    # Every key is looked at, whichever fits.
    fits = [constant_time_compare(found[3], mac) for mac in _macs(practice, conversation)]
    return (practice, conversation) if any(fits) else None


def conversations_named(letter: Letter) -> list[tuple[int, int]]:
    """What `conversation_of` says of every token in a letter's addresses and references."""
    words = (
        *(one.address for one in (*letter.to, *letter.cc)),
        *letter.in_reply_to,
        *reversed(letter.references),
    )
    named = (conversation_of(token) for token in _tokens(words))
    return list(dict.fromkeys(one for one in named if one))


def _tokens(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        yield from (m[0] for m in _TOKEN.finditer(word.lower().partition("@")[0][:400]))


def _macs(practice: int, conversation: int) -> list[str]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (
        salted_hmac(
            "register.reply", f"{practice}/{conversation}", secret=key, algorithm="sha256"
        ).digest()
        for key in keys
    )
    return [base64.b32encode(one[:_MAC]).decode().rstrip("=").lower() for one in made]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
