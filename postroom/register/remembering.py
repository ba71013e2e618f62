"""Should a sender's address be remembered for the client one files to? (DESIGN 8.5)"""

from dataclasses import dataclass

from postroom.clients.matching import is_own
from postroom.clients.rules import general
from postroom.connections.models import MailAccount
from postroom.register.models import Entry
from postroom.register.rules import NOBODYS_ADDRESS


@dataclass(frozen=True)
class Remember:
    """Is the box there, is it ticked, and if not, why not (a code of words.unremembered)."""

    offered: bool
    ticked: bool = False
    why_not: str = ""


def remember(
    entry: Entry,
    client: int | None,
    holders: set[int],
    *,
    only_named: bool = False,
    hinted: bool = False,
    very_likely: bool = False,
    others_likelier: bool = False,
) -> Remember:
    """For a letter filed to `client` (None: not chosen yet); `holders` have its address now.

    `only_named`: nothing but the sender's name speaks for the client. A name is written by
    whoever sends, so it ticks nothing unless the receiving server confirmed the sender. `hinted`:
    something else that the message says speaks for the client; that ticks nothing either, unless
    several such things agree (`very_likely`) and the sender is confirmed. `others_likelier`: the
    letter is very likely somebody else's, whose next one must not file itself here.
    """
    if not entry.sender_norm or entry.reason in NOBODYS_ADDRESS or client in holders:
        return Remember(offered=False)
    if holders:
        return Remember(offered=True, why_not="held")
    if entry.reason == "professional":
        return Remember(offered=True, why_not="professional")
    if entry.reason == "dmarc":
        return Remember(offered=True, why_not="unconfirmed")
    if general(entry.sender_norm):
        return Remember(offered=True, why_not="general")
    if others_likelier:
        return Remember(offered=True, why_not="likelier")
    if hinted and not (very_likely and entry.verified):
        return Remember(offered=True, why_not="hinted")
    if only_named and not entry.verified:
        return Remember(offered=True, why_not="only-named")
    return Remember(offered=True, ticked=True)


def may_remember(entry: Entry, client: int, holders: set[int]) -> bool:
    """May a person who ticked the box add the address to this client? Never the practice's own.

    The reason alone does not tell: a letter taken off a record has another one.
    """
    return remember(entry, client, holders).offered and not _is_own(entry)


def _is_own(entry: Entry) -> bool:
    users = MailAccount.objects.users_of(entry.practice_id)
    return is_own(entry.practice_id, entry.sender_norm, users)
