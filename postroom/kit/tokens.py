"""The secret part of a link or a key: shown once, kept only as its digest."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, fit for an address (RFC 4648, section 5)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 in hexadecimal. No salt and no stretching: the token is random."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
