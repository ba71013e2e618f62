"""Why an entry lies where it lies: codes, with their words in words.py."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ADDRESS = "address"  # the sender's address is this one client's
SENT_TO = "sent-to"  # we sent it by another program, to an address of this one client
GROUP = "group"  # several clients of one group have it, and the workflow files on all of them
THREAD = "thread"  # a person filed an earlier letter of this thread, from this address, there
SENDER_RULE = "sender-rule"  # a rule says that nothing from there is a client's
UNKNOWN_ADDRESS = "unknown-address"
OTHER_ADDRESS = "other-address"  # it answers a client's letter, but nobody has its address
SEVERAL_CLIENTS = "several-clients"
SAME_GROUP = "same-group"
NO_SENDER = "no-sender"
SEVERAL_SENDERS = "several-senders"
OWN_ADDRESS = "own-address"
PROFESSIONAL = "professional"
FORM_UNCLEAR = "form-unclear"  # a trusted form, without one usable Reply-To
DMARC = "dmarc"
TOO_BIG = "too-big"
LIMITS = "limits"  # reading it takes more memory or time than one letter may
UNREADABLE = "unreadable"
SET_ASIDE = "set-aside"
BY_MEMBER = "by-member"
NOTED = "noted"  # written by hand: a call, a meeting, a letter, a note
NOTE_IMPORTED = "note-imported"  # written by hand elsewhere, before Postroom
TAKEN_BACK = "taken-back"  # a person undid the filing
NOT_A_CLIENT = "not-a-client"
OWN_MAILBOX = "own-mailbox"  # a client's, in a member's own mailbox: not filed by itself
FILE_NAME = "file-name"  # of a dropped file: its name is one client's
NO_FILE_NAME = "no-file-name"  # it names nobody we know
SEVERAL_FILE_NAMES = "several-file-names"
ONLY_NUMBERS = "only-numbers"  # a reference alone, which may be a scanner's counter

# Whose the sender's address is says nothing of whom such a letter is about.
NOBODYS_ADDRESS = (NO_SENDER, SEVERAL_SENDERS, OWN_ADDRESS, FORM_UNCLEAR)

# Such a letter waits because of whose its address was: that may have changed since.
BY_ADDRESS = (UNKNOWN_ADDRESS, OTHER_ADDRESS, SEVERAL_CLIENTS, SAME_GROUP)

DOUBTED = (DMARC, SEVERAL_SENDERS)  # the sender may be somebody else

# Such a letter is in its conversation because it says so itself.
CLAIMED = (*DOUBTED, UNKNOWN_ADDRESS, OTHER_ADDRESS, NO_SENDER)

# How long a thread is looked back at: what lies further says nothing about this letter.
MOST_IDS = 20


def thread_ids(in_reply_to: Iterable[str], references: Sequence[str]) -> list[str]:
    """The Message-IDs a letter answers, the nearest first, as the register keeps them."""
    nearest = [*in_reply_to, *reversed(references)]
    return list(dict.fromkeys(one[:400] for one in nearest))[:MOST_IDS]


@dataclass(frozen=True)
class Earlier:
    """A letter of the same thread. `clients`: where it is filed, empty while it waits; `chosen`:
    by a person, or by one's earlier choice; `taken_back`: off its records again."""

    sender: str
    clients: frozenset[int]
    chosen: bool
    taken_back: bool


def chosen_before(history: Iterable[Earlier], sender: str, holders: Iterable[int]) -> list[int]:
    """Where a person filed the nearest letter of this thread from the same, shared address.

    Only where that address is theirs still (PE-24); a choice that was taken back is none.
    """
    for one in history:
        if one.sender != sender or not (one.chosen or one.taken_back):
            continue
        return sorted(one.clients) if one.chosen and one.clients <= set(holders) else []
    return []


def clients_of(history: Iterable[Earlier]) -> list[int]:
    """The clients on whose records letters of this thread are."""
    return sorted({client for one in history for client in one.clients})


# What programs of many languages put before the subject of an answer or a forwarded letter.
_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|vs|ref|rif|r|fw|fwd|wg|tr|rv|enc|vl|i|pd|odp)"
    r"(?:\s?\[\d+\]|\s?\(\d+\))?\s*:|\[[^\]\[]{1,40}\](?=\s*\S))",
    re.IGNORECASE,
)


def bare_subject(subject: str) -> str:
    """A subject without «Re:», «TR :», «[list]» and the like, for comparing."""
    bare = " ".join(subject.split()).casefold()
    while found := _PREFIX.match(bare):
        bare = bare[found.end() :].strip()
    return bare


def changed_subject(before: str, subject: str) -> bool:
    """Does a letter speak of something else than the one before it? Without a subject, it says
    nothing."""
    old, new = bare_subject(before), bare_subject(subject)
    return bool(old and new) and old != new


def fold_key(
    message_id: str, senders: Iterable[str], text: str, html: str, files: Iterable[str]
) -> str:
    """What two copies of one letter share though their bytes differ: "" without Message-ID.

    Same Message-ID, same body, same attachments (AK-112): the same letter by two ways. And the
    same From: else a stranger who repeats a short letter could hide the client who wrote it.
    """
    if not message_id:
        return ""
    said = hashlib.sha256()
    for part in (message_id, " ".join(senders), text, html, *files):
        said.update(hashlib.sha256(part.encode("utf-8", "replace")).digest())
    return said.hexdigest()
