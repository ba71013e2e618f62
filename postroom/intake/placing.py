"""Where a letter belongs that has just come: on a client's record, or with a person, and why."""

from collections.abc import Iterator, Mapping, Sequence

from postroom.clients.rules import Form, Ignored, Match, Nobody, Own
from postroom.kit.mime import Letter, dmarc
from postroom.register import rules as reasons
from postroom.register.deciding import Asked, Placed, by_form, by_list, matched, only
from postroom.register.models import Entry
from postroom.register.rules import Earlier

__all__ = ["Placed", "addresses_of", "place"]


def addresses_of(letter: Letter) -> Iterator[str]:
    """The addresses by which a letter may be placed: what `place` wants the matches of."""
    behind = (only(letter.reply_to), only(letter.original_from))
    for address in (*letter.senders, *behind):
        if address is not None and address.norm:
            yield address.norm


def place(
    letter: Letter,
    matches: Mapping[str, Match],
    *,
    host: str,
    history: Sequence[Earlier] = (),
    to_group: bool = False,
) -> Placed:
    """File on exactly one client by the exact address of From; in any doubt, ask a person.

    RX-19, RX-103, RX-115, RX-118, MG-5, MG-6 and MODEL decisions 4 and 5. `history` is the thread
    so far, the nearest first; `to_group` the workflow's wish to file on a whole group.
    """
    named = {address.norm: address for address in letter.senders if address.norm}
    sender = next(iter(named.values()), letter.senders[0] if letter.senders else None)
    if not named or sender is None:
        return Placed(Entry.UNRESOLVED, reasons.NO_SENDER, sender=sender)
    if len(named) > 1 or letter.from_headers > 1:
        several = {"addresses": list(named)[:5]}
        return Placed(Entry.UNRESOLVED, reasons.SEVERAL_SENDERS, several, sender=sender)
    found = matches.get(sender.norm, Nobody())
    verdict = dmarc((value for _, value in letter.auth_results), host).result
    asked = Asked(sender, {"address": sender.norm}, verdict == "pass", history, to_group)
    if isinstance(found, Ignored):  # whoever forges such a sender has only himself set aside
        return matched(found, asked)
    if verdict == "fail":
        return asked.waits(reasons.DMARC, {"domain": sender.norm.rpartition("@")[2]})
    match found:
        case Form():
            return by_form(letter, matches, asked)
        case Own() if asked.verified:
            return by_list(letter, matches, asked)
    return matched(found, asked)
