"""The filters of the register, as they stand in its address and in a saved view. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

KINDS = ("email", "sms", "phone", "meeting", "letter", "note")
DIRECTIONS = ("in", "out")
HAND, BY_ITSELF = "hand", "auto"
# What one may ask of how an entry stands: where it is filed, or how far what was sent has come.
FILED, UNRESOLVED, IGNORED = "filed", "unresolved", "ignored"
SENDING = ("waiting", "sent", "failed", "uncertain")
STATES = (FILED, UNRESOLVED, *SENDING, IGNORED)
LONGEST = 200  # letters of a search
# What no entry can be, so that nobody looks through all of them for it.
_ONE_WAY = ("meeting", "note")
_SENT_HERE = ("email", "sms", "letter")


@dataclass(frozen=True)
class Wanted:
    """What is asked for; a field that asks for nothing is empty. `until` is a day, this one too.

    `oldest`: the oldest first. `how`: HAND (somebody wrote or filed it) or BY_ITSELF.
    """

    q: str = ""
    kind: str = ""
    direction: str = ""
    client: int | None = None
    group: int | None = None
    patient: int | None = None
    member: int | None = None
    since: date | None = None
    until: date | None = None
    how: str = ""
    files: bool = False
    state: str = ""
    archived: bool = False
    oldest: bool = False
    bare: bool = False  # without attachments

    @property
    def narrowed(self) -> bool:
        return replace(self, oldest=False) != Wanted()

    @property
    def in_small_index(self) -> bool:
        """Whether what is asked for lies in an index of few entries."""
        few = {UNRESOLVED, *SENDING} - {"sent"}
        placed = self.client or self.group or self.patient
        return bool(placed or self.archived or self.state in few)

    @property
    def impossible(self) -> bool:
        """Whether no entry can be like this, whatever there is."""
        if self.since and self.until and self.since > self.until:
            return True
        if (self.direction and self.kind in _ONE_WAY) or (self.files and self.bare):
            return True
        if self.state in SENDING:
            return self.direction == "in" or bool(self.kind and self.kind not in _SENT_HERE)
        return False

    @property
    def said(self) -> dict[str, str]:
        """What is asked for, as an address names it."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: _written(value) for name, value in values.items() if value}

    def query(self, **changes: Any) -> str:
        """The address's part after «?»: the same filters give the same words. "" for none."""
        return urlencode(replace(self, **changes).said)


def wanted_of(said: Mapping[str, str]) -> Wanted:
    """The filters an address names; what makes no sense narrows nothing."""
    return Wanted(
        q=" ".join(said.get("q", "").replace("\0", "").split())[:LONGEST],
        kind=_one_of(KINDS, said.get("kind", "")),
        direction=_one_of(DIRECTIONS, said.get("direction", "")),
        client=_number(said.get("client", "")),
        group=_number(said.get("group", "")),
        patient=_number(said.get("patient", "")),
        member=_number(said.get("member", "")),
        since=_day(said.get("since", "")),
        until=_day(said.get("until", "")),
        how=_one_of((HAND, BY_ITSELF), said.get("how", "")),
        files=said.get("files", "") == "1",
        bare=said.get("bare", "") == "1",
        state=_one_of(STATES, said.get("state", "")),
        archived=said.get("archived", "") == "1",
        oldest=said.get("oldest", "") == "1",
    )


def _written(value: Any) -> str:
    if value is True:
        return "1"
    return value.isoformat() if isinstance(value, date) else str(value)


def _one_of(known: tuple[str, ...], text: str) -> str:
    return text if text in known else ""


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) or None if plain else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Midnight of the first and the last day there are cannot be told in another time zone.
    return found if 1900 <= found.year <= 9000 else None
