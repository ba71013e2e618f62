"""Secrets at rest: AES-256-GCM with a key kept outside the database (RELIABILITY 4.8).

The key file holds one secret a line, the newest first. Each line gives, by HKDF, a key that
encrypts fields and a key that signs sessions, so that one file is all there is to keep safe.
"""

import base64
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
        self._path: Path | None = None
        self._state: tuple[int, int, int] | None = None

    @classmethod
    def from_file(cls, path: Path) -> "Keyring":
        """The keys in a file, or none where there is no file yet. Raises ValueError."""
        keyring = cls()
        keyring.load(path)
        return keyring

    def load(self, path: Path) -> None:
        """Read the keys again, after they were made or rotated. Raises ValueError."""
        self._path = path
        if not path.exists():
            return
        state = _state(path)
        self.keys = [_key(line) for line in lines_of(path)]
        self._state = state

    def signing_keys(self) -> list[str]:
        return [key.signing for key in self.keys]

    def seal(self, secret: str, place: str) -> str:
        """Encrypt; `place` names practice, row and field, and opens nothing elsewhere."""
        self._refresh()
        if not self.keys:
            raise KeyMissing("There is no key: run `postroom setup` first.")
        key, nonce = self.keys[0], os.urandom(12)
        sealed = key.cipher.encrypt(nonce, secret.encode(), place.encode())
        return f"{key.id}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Decrypt what `seal` made for the same place. Raises KeyMissing or Tampered."""
        name, _, text = sealed.partition(":")
        key = self._named(name)
        if key is None:
            self._refresh()
            key = self._named(name)
        if key is None:
            raise KeyMissing(f"The key {name!r} that sealed {place} is not in the key file.")
        try:
            data = base64.b64decode(text)
            return key.cipher.decrypt(data[:12], data[12:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Tampered(f"The secret of {place} was changed or moved.") from error

    def _named(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.id == name), None)

    def _refresh(self) -> None:
        """Another process may have rotated the keys. A file that cannot be read changes nothing:
        what was read at the start still holds."""
        if self._path is None:
            return
        try:
            if _state(self._path) != self._state:
                self.load(self._path)
        except (OSError, ValueError):
            return


def lines_of(path: Path) -> list[str]:
    """The lines of a key file. Raises ValueError where one is missing or too short."""
    lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    if not lines:
        raise ValueError(f"{path} is empty: put your copy of the key file back.")
    for number, line in enumerate(lines, 1):
        if len(line) < SHORTEST:
            raise ValueError(f"{path}, line {number}: a key needs at least {SHORTEST} characters.")
    return lines


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
    _sync_folder(path)
    return True


def add_key(path: Path) -> str:
    """Put a fresh line above the others; the id of the new key. Raises OSError or ValueError."""
    line = secrets.token_urlsafe(48)
    with _alone(path):
        _replace(path, [line, *lines_of(path)])
    return _key(line).id


def keep_first(path: Path) -> int:
    """Drop all lines but the first, for ever; how many went. Raises OSError or ValueError."""
    with _alone(path):
        first, *others = lines_of(path)
        if others:
            _replace(path, [first])
    return len(others)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One rotation at a time on this machine."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, lines: list[str]) -> None:
    """Whole or not at all; with the owner and the permissions the file had."""
    before = path.stat()
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _state(path: Path) -> tuple[int, int, int]:
    """Another one after each change of the file."""
    now = path.stat()
    return now.st_ino, now.st_size, now.st_mtime_ns


def _key(line: str) -> Key:
    name = hashlib.sha256(b"postroom key id " + line.encode()).hexdigest()[:8]
    return Key(
        name,
        AESGCM(_derived(line, b"postroom fields")),
        base64.urlsafe_b64encode(_derived(line, b"postroom sessions")).decode(),
    )


def _derived(line: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose).derive(line.encode())
