"""Secrets at rest: AES-256-GCM with a key kept outside the database (RELIABILITY 4.8).

The key file holds one secret a line, the newest first. Each line gives, by HKDF, a key that
encrypts fields and a key that signs sessions, so that one file is all there is to keep safe.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST = 32  # characters of a line: less could be guessed


class KeyMissing(Exception):
    """There is no key, or not the one that sealed this value."""


class Tampered(Exception):
    """The value was changed, or moved to another row."""


@dataclass(frozen=True)
class Key:
    id: str
    cipher: AESGCM
    signing: str


class Keyring:
    """The keys of one installation; the first one seals, all of them open."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self.keys = [_key(line) for line in lines]

    @classmethod
    def from_file(cls, path: Path) -> "Keyring":
        """The keys in a file, or none where there is no file yet. Raises ValueError."""
        keyring = cls()
        keyring.load(path)
        return keyring

    def load(self, path: Path) -> None:
        """Read the keys again, after they were made or rotated. Raises ValueError."""
        if not path.exists():
            return
        lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
        if not lines:
            raise ValueError(f"{path} is empty: put your copy of the key file back.")
        for number, line in enumerate(lines, 1):
            if len(line) < SHORTEST:
                raise ValueError(
                    f"{path}, line {number}: a key needs at least {SHORTEST} characters."
                )
        self.keys = [_key(line) for line in lines]

    def signing_keys(self) -> list[str]:
        return [key.signing for key in self.keys]

    def seal(self, secret: str, place: str) -> str:
        """Encrypt; `place` names practice, row and field, and opens nothing elsewhere."""
        if not self.keys:
            raise KeyMissing("There is no key: run `postroom setup` first.")
        key, nonce = self.keys[0], os.urandom(12)
        sealed = key.cipher.encrypt(nonce, secret.encode(), place.encode())
        return f"{key.id}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Decrypt what `seal` made for the same place. Raises KeyMissing or Tampered."""
        name, _, text = sealed.partition(":")
        for key in self.keys:
            if key.id == name:
                data = base64.b64decode(text)
                try:
                    return key.cipher.decrypt(data[:12], data[12:], place.encode()).decode()
                except InvalidTag as error:
                    raise Tampered(f"The secret of {place} was changed or moved.") from error
        raise KeyMissing(f"The key {name!r} that sealed {place} is not in the key file.")


def create_key_file(path: Path) -> bool:
    """Make a key file readable by its owner alone; False where there is one already.

    Whole or not at all, and on the disk before anything is sealed with it: written aside,
    synced, then given its name.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return False
    finally:
        aside.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _key(line: str) -> Key:
    name = hashlib.sha256(b"postroom key id " + line.encode()).hexdigest()[:8]
    return Key(
        name,
        AESGCM(_derived(line, b"postroom fields")),
        base64.urlsafe_b64encode(_derived(line, b"postroom sessions")).decode(),
    )


def _derived(line: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose).derive(line.encode())
