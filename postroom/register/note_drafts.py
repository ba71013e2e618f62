"""What somebody is typing and has not saved: kept on the server, for them alone (DESIGN 1.3).

In the browser it would lie on a shared machine; there it waits only where it cannot be saved here
(docs/decisions/0016).
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from postroom.practice.models import Member
from postroom.register.kinds import BY_HAND, NAMES
from postroom.register.models import NoteDraft

KEPT = timedelta(days=30)
LONGEST = 100_000  # letters of one field
TYPED = ("body", "direction", "at", "who", "role", "subject", *NAMES)
BOXES = ("add_contact", "call_back")
LISTS = ("clients", "patients")


def place_of(kind: str, client: int | None, entry: int | None = None) -> str:
    """Where it is written: one place for each kind, and client or note it began from."""
    return f"entry:{entry}" if entry else f"{kind}:{client or ''}"


def typed_in(data: Any) -> dict[str, Any]:
    """What stands in the fields of a form that was sent, whether it would be saved or not."""
    typed: dict[str, Any] = {
        name: data[name][:LONGEST] for name in TYPED if name in data and name not in BOXES
    }
    typed |= {name: bool(data.get(name)) for name in BOXES}
    return typed | {name: data.getlist(name)[:200] for name in LISTS}


def keep(member: Member, place: str, typed: dict[str, Any], *, now: datetime) -> None:
    """Keep the latest of it; a form with no words in it is nothing to keep."""
    words = any(str(typed.get(name, "")).strip() for name in ("body", "subject", *OWN_WORDS))
    if not words:
        drop(member, place)
        return
    NoteDraft.objects.update_or_create(
        member=member,
        place=place,
        defaults={"practice_id": member.practice_id, "typed": typed, "saved_at": now},
    )


def kept(member: Member, place: str) -> NoteDraft | None:
    return NoteDraft.objects.filter(member=member, place=place).first()


def drop(member: Member, place: str) -> None:
    NoteDraft.objects.filter(member=member, place=place).delete()


def erase_clients(practice: int, clients: Collection[int]) -> None:
    """Forget what is being typed about these clients, among others or alone."""
    theirs = {str(pk) for pk in clients}
    for draft in NoteDraft.objects.filter(practice=practice):
        what, _colon, began = draft.place.partition(":")
        of_them = what != "entry" and began in theirs  # an entry's number is no client's
        if of_them or theirs & set(map(str, draft.typed["clients"])):
            draft.delete()


def sweep(now: datetime) -> int:
    """Forget what nobody came back to in a month."""
    return NoteDraft.objects.filter(saved_at__lt=now - KEPT).delete()[0]


def _words() -> Iterable[str]:
    numbers = ("minutes", "method", "call_back")
    return (name for kind in BY_HAND.values() for name in kind.fields if name not in numbers)


OWN_WORDS = tuple(dict.fromkeys(_words()))
