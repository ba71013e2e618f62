"""The three books compared: what was put in, what the server holds, what the register says.

The register is `postroom register --json`: one line for each entry and stored mail.
"""

import collections
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .mailbox import Folder
from .mails import Mail

CHECKS = {
    "lost_on_server": "put in, in no folder",
    "extra_on_server": "more copies than were put in",
    "lost_in_register": "put in, without an entry",
    "twice_in_register": "one mail, several entries",
    "ghosts": "an entry whose mail was never put in",
    "left_behind": "still in a folder that mails come in by",
    "wrong_place": "filed, but in Resolved without a client or in Unresolved with one",
    "wrong_folder": "the register says one folder, the server another",
    "wrong_uid": "the register's UID is another mail's or nobody's",
    "wrong_client": "another client than the sender's, or one where there is none",
    "wrong_bytes": "the register's raw digest is not that of the server's bytes",
    "wrong_attachments": "attachments lost, invented or damaged",
    "wrong_fold": "two deliveries of one mail in two entries, or two mails in one",
    "flags_lost": "\\Flagged when it came, and no more",
}


@dataclass(frozen=True)
class Places:
    """The folders of a workflow, by the names they have on the server."""

    incoming: tuple[str, ...] = ("Incoming",)
    resolved: str = "Resolved"
    unresolved: str = "Unresolved"


@dataclass
class Finding:
    """What does not agree: for each check the mails concerned. `held` when there are none."""

    found: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in CHECKS})

    @property
    def held(self) -> bool:
        return not self.wrong

    @property
    def wrong(self) -> dict[str, list[str]]:
        """Only the checks that found something."""
        return {name: rows for name, rows in self.found.items() if rows}

    def __str__(self) -> str:
        lines = [f"{n} ({CHECKS[n]}): {len(r)}, {r[:5]}" for n, r in self.wrong.items()]
        return "\n".join(lines) or "all held"


def compare(
    mails: Sequence[Mail],
    server: Mapping[str, Folder],
    register: Iterable[Mapping],
    *,
    places: Places = Places(),
    meddled: Iterable[str] = (),
    uids: bool = True,
) -> Finding:
    """Compare the books.

    meddled  content keys that another hand moved, copied or deleted: they need not be filed, but
             what the register says of them must still be so
    uids     False after a UIDVALIDITY reset the register has had no reason to hear of
    """
    held = collections.defaultdict(list)
    for name, folder in server.items():
        for message in folder.messages:
            held[message.sha256].append((name, message))
    lines = collections.defaultdict(list)
    for line in register:
        lines[line["sha256"]].append(line)
    finding, meddled = Finding(), set(meddled)
    for mail in mails:
        _look_at_server(finding.found, mail, held[mail.key], places, mail.key in meddled)
        _look_at_register(
            finding.found, mail, held[mail.key], lines[mail.key], places, mail.key in meddled
        )
        if uids and lines[mail.key]:
            _look_at_uid(finding.found, mail, lines[mail.key][0], server)
    _look_at_folds(finding.found, mails, lines)
    known = {mail.key for mail in mails}
    finding.found["ghosts"] = [
        _name(line) for key, ls in lines.items() if key not in known for line in ls
    ]
    return finding


def _look_at_server(found, mail: Mail, here: list, places: Places, meddled: bool) -> None:
    name = _title(mail)
    if meddled:
        return
    if len(here) < mail.copies:
        found["lost_on_server"].append(name)
    if len(here) > mail.copies:
        found["extra_on_server"].append(f"{name} {[folder for folder, _ in here]}")
    if any(folder in places.incoming for folder, _ in here):
        found["left_behind"].append(name)
    wanted = places.resolved if mail.client else places.unresolved
    astray = [folder for folder, _ in here if folder not in (wanted, *places.incoming)]
    if astray:
        found["wrong_place"].append(f"{name} is in {astray}")
    if sum("\\Flagged" in message.flags for _, message in here) < mail.flagged:
        found["flags_lost"].append(name)


def _look_at_register(found, mail: Mail, here, lines, places: Places, meddled: bool) -> None:
    name = _title(mail)
    if len(lines) > 1:  # byte-identical twins are one correspondence
        found["twice_in_register"].append(name)
    if not lines:
        if not meddled:
            found["lost_in_register"].append(name)
        return
    line, folders = lines[0], [folder for folder, _ in here]
    if (line["folder"] is not None or not meddled) and line["folder"] not in folders:
        found["wrong_folder"].append(f"{name} says {line['folder']}, is in {folders}")
    if list(line["clients"]) != ([mail.client] if mail.client else []):
        found["wrong_client"].append(f"{name} {line['clients']}, should be {mail.client}")
    if line["filing"] != ("resolved" if mail.client else "unresolved"):
        found["wrong_place"].append(f"{name} is {line['filing']}: {line['reason']}")
    if here and line["raw_sha256"] not in {message.raw_sha256 for _, message in here}:
        found["wrong_bytes"].append(name)
    said = sorted((a["name"], a["size"], a["sha256"]) for a in line["attachments"])
    if said != sorted(mail.attachments):
        found["wrong_attachments"].append(f"{name} {said}")


def _look_at_uid(found, mail: Mail, line, server: Mapping[str, Folder]) -> None:
    folder = server.get(line["folder"])
    if folder is None or line["uid"] is None or line["uidvalidity"] is None:
        return  # a mail whose folder is unknown has no UID to be wrong about
    here = {m.uid: m.sha256 for m in folder.messages}
    if line["uidvalidity"] != folder.uidvalidity or here.get(line["uid"]) != mail.key:
        found["wrong_uid"].append(f"{_title(mail)} says {line['uidvalidity']}/{line['uid']}")


def _look_at_folds(found, mails: Sequence[Mail], lines) -> None:
    entries = {mail.key: {line["entry"] for line in lines[mail.key]} for mail in mails}
    owners = collections.defaultdict(set)
    for mail in mails:
        root = mail.folds_under or mail.key
        both_filed = entries[mail.key] and entries.get(root)
        if both_filed and entries[mail.key] != entries[root]:
            found["wrong_fold"].append(f"{_title(mail)} stands apart")
        for entry in entries[mail.key]:
            owners[entry].add(root)
    for entry, roots in owners.items():
        if len(roots) > 1:
            found["wrong_fold"].append(f"entry {entry} holds {len(roots)} different mails")


def read_register(text: str) -> list[dict]:
    """The lines of `postroom register --json`."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _title(mail: Mail) -> str:
    return f"{mail.kind} {mail.key[:12]}"


def _name(line: Mapping) -> str:
    return line["message_id"] or line["sha256"][:12]
