"""A live test of a mailbox: each step on the way in, then each folder."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from postroom.connections.imap import Mailbox
from postroom.connections.mailboxes import open_mailbox
from postroom.connections.reaching import ENCRYPTION, GREETING, NAME, PORT, SIGN_IN, Settings
from postroom.connections.trouble import CERTIFICATE, HOST_PRIVATE, NO_TLS, Trouble

FOLDERS, FOLDER = "folders", "folder"
# A server that lacks one of these is filed from all the same, in a slower way.
NO_MOVE, NO_IDLE = "no-move", "no-idle"


@dataclass(frozen=True)
class Step:
    """One step of a test: what was tried, and the trouble it met ("" is well)."""

    name: str  # of reaching.py, or folders, folder
    code: str = ""
    detail: str = ""  # for a folder its name, else the server's words
    said: str = ""  # the server's words of a folder

    @property
    def ok(self) -> bool:
        return not self.code


@dataclass
class Trial:
    """What a live test of a mailbox found. `folders` are all the server has, `prefix` is what it
    wants before the name of a new one, `notes` what it cannot do."""

    steps: list[Step] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    prefix: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Trial":
        return cls(**{**data, "steps": [Step(**step) for step in data.get("steps", ())]})


def try_account(
    settings: Settings, folders: Iterable[str] = (), *, create_folders: bool = False
) -> Trial:
    """Connect for real, sign in, list the folders and open each named one. Changes nothing,
    except that missing folders are made where that was asked for. Never raises."""
    trial = Trial()
    passed: list[str] = []
    try:
        with open_mailbox(settings, passed.append) as mailbox:
            trial.folders = sorted(mailbox.folders())
            passed.append(FOLDERS)
            trial.prefix, trial.notes = mailbox.prefix(), _notes(mailbox)
            tried = [_try_folder(mailbox, name, create=create_folders) for name in folders]
            trial.steps = [*map(Step, passed), *tried]
    except Trouble as trouble:
        if not trial.steps:
            failed = Step(failed_step(passed, trouble, settings), trouble.code, trouble.detail)
            trial.steps = [*map(Step, passed), failed]
    return trial


def failed_step(passed: list[str], trouble: Trouble, settings: Settings) -> str:
    """The step that was being tried when this happened."""
    if trouble.code == HOST_PRIVATE:
        return NAME
    if trouble.code in (NO_TLS, CERTIFICATE):
        return ENCRYPTION
    way = [NAME, PORT, GREETING, ENCRYPTION, SIGN_IN, FOLDERS]
    if settings.security == "tls":
        way.remove(GREETING)  # encryption comes first there, and the greeting with it
    if settings.security == "none":
        way.remove(ENCRYPTION)
    return next((step for step in way if step not in passed), FOLDERS)


def _notes(mailbox: Mailbox) -> list[str]:
    notes = [] if mailbox.can_move else [NO_MOVE]
    return notes if mailbox.can_idle else [*notes, NO_IDLE]


def _try_folder(mailbox: Mailbox, name: str, *, create: bool) -> Step:
    try:
        if create:
            mailbox.create(name)
        mailbox.open(name, to_move=True)
    except Trouble as trouble:
        return Step(FOLDER, trouble.code, name, "" if trouble.detail == name else trouble.detail)
    return Step(FOLDER, "", name)
