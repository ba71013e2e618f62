"""What the demo remembers between two runs, in the folder `demo` of its data folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

# No letter or figure that is easily taken for another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Four groups of four signs, about 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


@dataclass
class State:
    """`done` names finished steps, `delivered` counts the letters of the first burst."""

    password: str = field(default_factory=new_password)
    mail_password: str = field(default_factory=new_password)
    born: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    imap_port: int = 0
    account_port: int = 0
    delivered: int = 0
    book_day: str = ""  # for which day the book was last brought in
    done: list[str] = field(default_factory=list)


class Folder:
    """The demo's own files. Secrets among them are readable by their owner only."""

    def __init__(self, data: Path) -> None:
        self.path = data / "demo"
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = self.path / "mail.log"
        self.web_log = self.path / "postroom.log"

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Holds the folder; gives False when another demo holds it."""
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def load(self) -> State:
        """The state of the last run, or a new one."""
        try:
            kept = json.loads((self.path / "state.json").read_text())
        except FileNotFoundError:
            return State()
        known = {one.name for one in fields(State)}
        return State(**{name: value for name, value in kept.items() if name in known})

    def save(self, state: State) -> None:
        """Whole or not at all."""
        new = self.write("state.new", json.dumps(asdict(state), indent=1))
        new.replace(self.path / "state.json")

    def write(self, name: str, text: str) -> Path:
        """A file that only its owner may read."""
        path = self.path / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return path

    @contextlib.contextmanager
    def secret(self, name: str, text: str) -> Iterator[str]:
        """A password file for the time of one command; gives its path."""
        path = self.write(name, text + "\n")
        try:
            yield str(path)
        finally:
            path.unlink(missing_ok=True)

    def keep_waiting(self, letters: list[bytes]) -> None:
        """Letters that nobody fetched before the mail server stopped."""
        place = self.path / "waiting"
        place.mkdir(exist_ok=True)
        for number, raw in enumerate(letters):
            (place / f"{number:05d}.eml").write_bytes(raw)

    def take_waiting(self) -> list[bytes]:
        """The letters kept, oldest first. Call `forget_waiting` once they are safe."""
        return [path.read_bytes() for path in sorted((self.path / "waiting").glob("*.eml"))]

    def forget_waiting(self) -> None:
        for path in (self.path / "waiting").glob("*.eml"):
            path.unlink()
