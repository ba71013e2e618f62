"""What the register holds of the threads that letters answer (PE-24, PE-31)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice

from postroom.kit.mime import Letter
from postroom.register.models import Entry, EntryClient, StoredMail
from postroom.register.rules import BY_MEMBER, TAKEN_BACK, THREAD, Earlier, thread_ids

BATCH = 500


def earlier(
    practice_id: int, owner_id: int | None, letters: Iterable[Letter]
) -> dict[str, list[Earlier]]:
    """Message-ID -> the letters of that name: two queries for each 500 of them at most.

    `owner_id`: a member's own mailbox says nothing about letters elsewhere, nor they about it.
    """
    found: dict[str, list[Earlier]] = defaultdict(list)
    wanted = iter({one for letter in letters for one in ids_of(letter)})
    while batch := list(islice(wanted, BATCH)):
        mails = StoredMail.objects.filter(
            practice=practice_id, message_id__in=batch, entry__owner=owner_id
        ).order_by("-id")
        rows = list(
            mails.values_list(
                *("message_id", "entry", "entry__sender_norm", "entry__filing", "entry__reason")
            )
        )
        filed = _filed({row[1] for row in rows if row[3] == Entry.RESOLVED})
        for message_id, entry, sender, filing, reason in rows:
            chosen = filing == Entry.RESOLVED and reason in (BY_MEMBER, THREAD)
            back = filing != Entry.RESOLVED and reason == TAKEN_BACK
            clients = frozenset(filed.get(entry, ()))
            found[message_id].append(Earlier(sender, clients, chosen, back))
    return found


def history(letter: Letter, known: Mapping[str, Iterable[Earlier]]) -> list[Earlier]:
    """The earlier letters of a letter's thread, the nearest first."""
    return [one for message_id in ids_of(letter) for one in known.get(message_id, ())]


def ids_of(letter: Letter) -> list[str]:
    return thread_ids(letter.in_reply_to, letter.references)


def _filed(entries: set[int]) -> dict[int, set[int]]:
    if not entries:
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    rows = EntryClient.objects.filter(entry__in=entries)
    for entry, client in rows.values_list("entry", "client"):
        found[entry].add(client)
    return found
