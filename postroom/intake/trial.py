"""A look at a mailbox's past: what filing would have done with its last letters. Only looks.

The folder is opened by EXAMINE and only headers are fetched: no flag changes, not even \\Recent,
nothing is stored but these counts, nobody is told and nothing is answered.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from postroom.clients.matching import match_all
from postroom.clients.rules import Several
from postroom.connections.imap import Header, Mailbox
from postroom.connections.models import MailAccount
from postroom.intake.placing import addresses_of, place, recipients_of
from postroom.intake.rules import kind_of_sender
from postroom.kit.addresses import normalise_email
from postroom.kit.mime import Letter, read_guarded
from postroom.practice.models import Practice
from postroom.register import threads
from postroom.register.models import Entry

SENDERS = 40  # shown at most, those of most letters first
SHARED = 40


@dataclass
class Sender:
    """Somebody whose letters would wait: how many, and what they look like."""

    address: str
    name: str = ""
    letters: int = 0
    lists: int = 0
    automatic: int = 0
    kind: str = ""  # of rules.kind_of_sender


@dataclass
class Look:
    """What was found, as JSON keeps it; clients by their ids."""

    folder: str
    looked: int = 0
    whole: bool = True  # False: there was no time for all that was asked for
    oldest: str = ""  # ISO, by the server's clock
    filed: int = 0
    clients: int = 0  # different ones
    ignored: int = 0  # set aside by a sender rule
    waiting: dict[str, int] = field(default_factory=dict)  # reason to number
    shared: list[dict[str, Any]] = field(default_factory=list)  # address, clients, letters
    senders: list[dict[str, Any]] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Way:
    """Whose mailbox it is, and how its letters would be filed."""

    practice: Practice
    host: str
    own: str
    to_group: bool
    owner: int | None


def look(
    mailbox: Mailbox,
    practice: Practice,
    folder: str,
    *,
    host: str,
    own: str,
    most: int,
    goes_on: Callable[[], bool],
    to_group: bool = False,
    owner: int | None = None,
) -> Look:
    """Judge the last `most` letters of a folder as filing would. Raises Trouble.

    `own` is the mailbox's own user name; `goes_on` is asked before each portion, so that a slow
    server does not hold a page for ever. `to_group` as the workflow has it; `owner` is the member
    (id) whose own mailbox it is.
    """
    found = Look(folder)
    way = _Way(practice, host, own, to_group, owner)
    senders: dict[str, Sender] = {}
    filed_on: set[int] = set()
    waiting: Counter[str] = Counter()
    shared: dict[str, dict[str, Any]] = {}
    for portion in mailbox.newest(folder, most):
        if not goes_on():
            found.whole = False
            break
        _judge(portion, way, found, senders, filed_on, waiting, shared)
    found.clients, found.waiting = len(filed_on), dict(waiting.most_common())
    found.shared = sorted(shared.values(), key=lambda one: -one["letters"])[:SHARED]
    found.senders = [asdict(one) for one in _guessed(senders.values())]
    return found


def _judge(
    portion: Iterable[Header],
    way: _Way,
    found: Look,
    senders: dict[str, Sender],
    filed_on: set[int],
    waiting: Counter[str],
    shared: dict[str, dict[str, Any]],
) -> None:
    letters = [(read_guarded(header.raw), header.received_at) for header in portion]
    norms = {norm for letter, _ in letters for norm in addresses_of(letter)}
    users = MailAccount.objects.users_of(way.practice.pk)
    own = [*users, way.own]
    matches = match_all(way.practice.pk, norms, own=own)
    asked = {norm for letter, _ in letters for norm in recipients_of(letter, matches)}
    matches |= match_all(way.practice.pk, asked - matches.keys(), own=own)
    sends = {normalise_email(way.own)}
    known = threads.earlier(way.practice.pk, way.owner, (letter for letter, _ in letters))
    for letter, received_at in letters:
        found.looked += 1
        found.oldest = _older(found.oldest, received_at)
        history = threads.history(letter, known)
        placed = place(
            *(letter, matches), host=way.host, history=history, to_group=way.to_group, own=sends
        )
        if placed.filing == Entry.RESOLVED:
            found.filed += 1
            filed_on |= set(placed.clients)
            continue
        if placed.filing == Entry.IGNORED:
            found.ignored += 1
            continue
        waiting[placed.reason] += 1
        norm = placed.sender.norm if placed.sender else ""
        if not norm:
            continue
        match matches.get(norm):
            case Several(clients):
                row = {"address": norm, "clients": sorted(clients), "letters": 0}
                shared.setdefault(norm, row)["letters"] += 1
            case _:
                _count(senders.setdefault(norm, Sender(norm)), letter)


def _count(sender: Sender, letter: Letter) -> None:
    sender.letters += 1
    sender.lists += bool(letter.list_id)
    sender.automatic += bool(letter.automatic)
    sender.name = sender.name or (letter.senders[0].name if letter.senders else "")[:80]


def _guessed(senders: Iterable[Sender]) -> list[Sender]:
    for one in senders:
        one.kind = kind_of_sender(
            one.address, letters=one.letters, lists=one.lists, automatic=one.automatic
        )
    return sorted(senders, key=lambda one: (-one.letters, one.address))[:SENDERS]


def _older(oldest: str, received_at: datetime | None) -> str:
    """ISO dates in UTC sort as text."""
    if received_at is None:
        return oldest
    moment = received_at.isoformat()
    return min(oldest, moment) if oldest else moment
