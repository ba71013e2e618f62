"""Should a sender's address be remembered for the client one files to? (DESIGN 8.5)"""

from dataclasses import dataclass

from postroom.clients.rules import general
from postroom.register.models import Entry

# Filing such a letter says nothing about who uses the address.
NEVER = ("no-sender", "several-senders", "own-address")


@dataclass(frozen=True)
class Remember:
    """Is the box there, is it ticked, and if not, why not (a code of words.unremembered)."""

    offered: bool
    ticked: bool = False
    why_not: str = ""


def remember(entry: Entry, client: int | None, holders: set[int]) -> Remember:
    """For a letter filed to `client` (None: not chosen yet); `holders` have its address now."""
    if not entry.sender_norm or entry.reason in NEVER or client in holders:
        return Remember(offered=False)
    if holders:
        return Remember(offered=True, why_not="held")
    if entry.reason == "professional":
        return Remember(offered=True, why_not="professional")
    if entry.reason == "dmarc":
        return Remember(offered=True, why_not="unconfirmed")
    if general(entry.sender_norm):
        return Remember(offered=True, why_not="general")
    return Remember(offered=True, ticked=True)
