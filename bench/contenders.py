"""Who takes the mails out of the folder: each in processes of its own, each result checked.

A contender is called with a round's server, user and empty folder; it returns what its parts
cost, or raises when what it left behind is not what it should be.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Cost, run, settle
from tests.support.dovecot import Dovecot
from tests.support.postroom import ROOT, House

FOLDER = "Incoming"
Wanted = Mapping[str, str | None]  # content key to the client's reference


@dataclass(frozen=True)
class Round:
    """One turn of one contender: a mailbox that nobody has touched, and room for its files."""

    server: Dovecot
    user: str
    folder: Path
    wanted: Wanted

    @property
    def address(self) -> tuple[str, str, str, str]:
        """Host, port, user, password."""
        server = self.server
        return server.host, str(server.ports["none"]), self.user, server.password


def fetch(turn: Round) -> dict[str, Cost]:
    """The floor: the mails fetched in batches of 50 and thrown away."""
    argv = [sys.executable, "-m", "bench.floor", *turn.address]
    settle()
    whole = run([*argv, FOLDER], cwd=ROOT, env=os.environ)
    settle()
    with turn.server.connect(turn.user) as mailbox:
        mailbox.append("Resolved", b"Subject: only this one\r\n\r\n")
    return {"whole": whole, "start": run([*argv, "Resolved"], cwd=ROOT, env=os.environ)}


def postroom(turn: Round, furnished: House) -> dict[str, Cost]:
    """`postroom sync` in a house with its clients; then once more, with nothing to do."""
    with furnished.copy(turn.folder / "house") as house:
        house.add_account(turn.server, turn.user, security="none")
        argv, env = house.command("sync"), house.environment()
        settle()
        whole = run(argv, cwd=ROOT, env=env)
        settle()
        start = run(argv, cwd=ROOT, env=env)
        _check_filed(turn, house)
    return {"whole": whole, "start": start}


def mbsync_and_notmuch(turn: Round) -> dict[str, Cost]:
    """`mbsync` into an empty Maildir, then `notmuch new` into an empty index of its own."""
    mail, config = turn.folder / "mail", turn.folder / "mbsyncrc"
    mail.mkdir()
    host, port, user, password = turn.address
    config.write_text(
        _MBSYNC.format(host=host, port=port, user=user, password=password, mail=mail, name=FOLDER)
    )
    notmuch = turn.folder / "notmuch-config"
    notmuch.write_text(f"[database]\npath={mail}\n[user]\nname=Desk\nprimary_email={user}\n")
    env = {**os.environ, "HOME": str(turn.folder), "NOTMUCH_CONFIG": str(notmuch)}
    settle()
    fetched = run(["mbsync", "-q", "-c", str(config), "filing"], cwd=turn.folder, env=env)
    indexed = run(["notmuch", "new", "--quiet"], cwd=turn.folder, env=env)
    _check_fetched(turn, mail, env)
    return {"whole": fetched + indexed, "mbsync": fetched, "notmuch": indexed}


_MBSYNC = """\
FSync yes

IMAPAccount desk
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore server
Account desk

MaildirStore here
Path {mail}/
Inbox {mail}/Inbox

Channel filing
Far :server:{name}
Near :here:{name}
Create Near
Sync Pull New
SyncState *
"""


def _check_filed(turn: Round, house: House) -> None:
    """Every mail once in the register, on its client, and moved on the server."""
    lines = house.register()
    filed = {line["sha256"]: (line["clients"] or [None])[0] for line in lines}
    if filed != turn.wanted or len(lines) != len(turn.wanted):
        raise RuntimeError(f"{len(lines)} lines in the register, not as they should be")
    resolved = sum(client is not None for client in turn.wanted.values())
    held = {"Resolved": resolved, "Unresolved": len(turn.wanted) - resolved, FOLDER: 0}
    with turn.server.connect(turn.user) as mailbox:
        found = {name: mailbox.select(name, readonly=True) for name in held}
    if found != held:
        raise RuntimeError(f"the server holds {found}, not {held}")


def _check_fetched(turn: Round, mail: Path, env: Mapping[str, str]) -> None:
    files = sum(1 for part in ("cur", "new") for _ in (mail / FOLDER / part).iterdir())
    said = subprocess.run(["notmuch", "count"], env=env, capture_output=True, text=True)
    indexed = int(said.stdout or 0)
    if files != len(turn.wanted) or indexed != len(turn.wanted):
        raise RuntimeError(f"mbsync left {files} files and notmuch knows {indexed}")
