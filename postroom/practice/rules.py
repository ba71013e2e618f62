"""Rights and the roles a new practice starts with (SPEC 7.3, MODEL decision 7); which days are
closed; what a signature's placeholders become. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

SETTINGS = "settings"  # practice settings, accounts, integrations
MEMBERS = "members"
READ = "read"  # the register of clients one has access to
WRITE = "write"  # create entries; unassign one's own
RESOLVE = "resolve"  # file what waits in Unresolved
UNASSIGN = "unassign"  # others' entries
AUDIT = "audit"  # audit, export, erase

RIGHTS = (SETTINGS, MEMBERS, READ, WRITE, RESOLVE, UNASSIGN, AUDIT)

ADMINISTRATOR = "administrator"
_STAFF = (READ, WRITE, RESOLVE)
ROLES: dict[str, tuple[str, ...]] = {
    ADMINISTRATOR: RIGHTS,
    "practitioner": _STAFF,
    "reception": _STAFF,
    "assistant": _STAFF,
    "read-only": (READ,),
}

# What a new practice calls those it looks after, and whom they bring, until it says otherwise.
NOUNS = {
    "veterinary": ("client", "animal"),
    "dental": ("patient", "none"),
    "medical": ("patient", "none"),
    "accounting": ("client", "none"),
}

# What a signature may hold, in braces; {job|Reception} has a word for when there is none.
PLACEHOLDERS = ("first_name", "last_name", "name", "title", "job", "practice", "telephone")
_PLACE = re.compile(r"\{([^{}|\n]*)(?:\|([^{}\n]*))?\}")


def rights_of_role(key: str, ticked: Iterable[str]) -> list[str]:
    """The rights a role has when these are ticked, in their own order.

    Everybody reads, or no page would open; an administrator keeps `members`, or nobody could give
    it back.
    """
    kept = {READ, *ticked} | ({MEMBERS} if key == ADMINISTRATOR else set())
    return [right for right in RIGHTS if right in kept]


def may_give(giver_role: str, has: Collection[str], gives: Iterable[str]) -> bool:
    """Nobody hands out, or takes away, more than they have; an administrator may do it all."""
    return giver_role == ADMINISTRATOR or set(gives) <= set(has)


def is_closed(
    day: date, weekdays: Collection[int], holidays: Collection[date], own: Mapping[date, bool]
) -> bool:
    """Whether the practice is closed; `own` says of a day that it is open (True) or closed, and
    wins over public holidays and weekdays (Monday is 0)."""
    if day in own:
        return not own[day]
    return day in holidays or day.weekday() in weekdays


def fill(text: str, values: Mapping[str, str]) -> str:
    """A signature with its placeholders filled in; a line of which nothing is left goes."""
    lines = []
    for line in text.splitlines():
        filled = _PLACE.sub(lambda m: values.get(m[1].strip()) or m[2] or "", line)
        if filled != line:
            filled = " ".join(filled.split())
            if not re.search(r"\w", filled):
                continue
        lines.append(filled)
    return "\n".join(lines).strip()


def unknown_places(text: str) -> list[str]:
    """What stands in braces and is no placeholder, in the order of the text."""
    return [m[1] for m in _PLACE.finditer(text) if m[1].strip() not in PLACEHOLDERS]


def first_and_last(name: str) -> tuple[str, str]:
    """«Ines de la Cour» gives Ines and de la Cour."""
    first, _, last = name.strip().partition(" ")
    return first, last.strip()
