"""Judgement of filing: pure, handed all it needs (RELIABILITY 1.1, MODEL decisions 1 to 5)."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeVar

from postroom.clients.rules import general
from postroom.kit.brought import EMPTY, LARGEST_FILE, PROGRAM, TOO_BIG, file_fault, file_type

__all__ = ["EMPTY", "LARGEST_FILE", "PROGRAM", "TOO_BIG", "file_fault", "file_type"]

BATCH_MAILS = 200  # filing 200 at once takes a quarter less processor than 50 four times
BATCH_BYTES = 24 * 1024 * 1024
# A first crash lays its suspicion on a whole batch, which is read again one by one; a second one on
# a single letter, which is read from then on in a process of its own: that one it cannot take with
# it, so that only what dies after the reading is laid to it. A worker that somebody kills again
# and again must not have innocent letters set aside.
TRUSTED_ATTEMPTS = 2
MOST_DEATHS = 6  # of a worker with one letter in its hands, before that is set aside unread
MOST_RESETS = 5  # of UIDVALIDITY in a row, before the account is paused


def written_at(date: datetime | None, received_at: datetime) -> datetime:
    """When a letter was written: by its own Date, unless that is absurd or not yet come.

    A Date in the future would hold the top of every list for ever.
    """
    if date is None or date > received_at or date < datetime(1980, 1, 1, tzinfo=UTC):
        return received_at
    return date


def asked_since(begins_at: datetime | None) -> date | None:
    """The day a server is asked from, so that nothing received since `begins_at` is left out.

    It compares days of its own calendar, which may be one behind ours (RFC 3501, 6.4.4).
    """
    return begins_at.astimezone(UTC).date() - timedelta(days=1) if begins_at else None


class Sized(Protocol):
    """Anything with a size in bytes."""

    @property
    def size(self) -> int: ...


S = TypeVar("S", bound=Sized)


def batches(seen: Iterable[S]) -> Iterable[list[S]]:
    """Groups of at most 200 mails and 24 MB, in the order given; a larger mail stands alone."""
    group: list[S] = []
    size = 0
    for one in seen:
        if group and (len(group) == BATCH_MAILS or size + one.size > BATCH_BYTES):
            yield group
            group, size = [], 0
        group.append(one)
        size += one.size
    if group:
        yield group


ODD, UNREADABLE = "odd", "unreadable"  # why a dropped file is not taken, beside those of the kit
ERASED = "erased"  # its content was erased here before
_UNFINISHED = ("part", "partial", "tmp", "temp", "crdownload", "download", "filepart")
_OF_SYSTEMS = ("thumbs.db", "desktop.ini", "ehthumbs.db")


def is_file_for_us(name: str) -> bool:
    """Not one that is being written under another name, nor one of a system's own."""
    low = name.casefold()
    hidden = low.startswith((".", "~$")) or low in _OF_SYSTEMS
    return not hidden and low.rpartition(".")[2] not in _UNFINISHED


# What a sender looks like who is no client, for the look at a mailbox's past.
LIST, AUTOMATIC, LABORATORY, SUPPLIER, GENERAL, OFTEN = (
    *("list", "automatic", "laboratory", "supplier", "general", "often"),
)
MANY_LETTERS = 5  # from one address: somebody one should know
_LABORATORY = re.compile(
    r"(^|[.@_-])(lab|labo|labor|labs|laboratory|laboratoire|patholog\w*|diagnost\w*|biolog\w*"
    r"|radiolog\w*|imagerie|results?|resultats?|befunde?)([.@_-]|$)"
)
_LABORATORY_NAMES = ("laboklin", "idexx", "synlab", "unilabs", "antech", "cerballiance", "biogroup")
_SUPPLIER = re.compile(
    r"^(no-?reply|do-?not-?reply|ne-?pas-?repondre|news(letter)?|orders?|commandes?|bestellung(en)?"
    r"|invoices?|billing|facturation|factures?|rechnung(en)?|accounts?|sales|marketing|shop|promo"
    r"|notifications?|alerts?|mailer|bounces?)([.+_-].*)?@"
)


def kind_of_sender(address: str, *, letters: int, lists: int, automatic: int) -> str:
    """What a sender without a record looks like: a code, or "" for a person like any other.

    A guess from the address and from what most of the letters say of themselves (List-Id,
    Precedence, Auto-Submitted); it decides nothing.
    """
    if lists * 2 > letters:
        return LIST
    if _LABORATORY.search(address) or any(name in address for name in _LABORATORY_NAMES):
        return LABORATORY
    if _SUPPLIER.search(address):
        return SUPPLIER
    if automatic * 2 > letters:
        return AUTOMATIC
    if general(address):
        return GENERAL
    return OFTEN if letters >= MANY_LETTERS else ""
