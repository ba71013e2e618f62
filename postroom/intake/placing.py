"""Where a letter belongs that has just come: on a client's record, or with a person, and why."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from postroom.clients.rules import Form, Ignored, Match, Nobody, Own
from postroom.kit.mime import Letter, dmarc
from postroom.register import rules as reasons
from postroom.register.deciding import (
    Asked,
    Placed,
    by_form,
    by_list,
    by_recipients,
    matched,
    only,
)
from postroom.register.models import Entry
from postroom.register.rules import Earlier

__all__ = ["Placed", "addresses_of", "place", "recipients_of"]


def addresses_of(letter: Letter) -> Iterator[str]:
    """The addresses by which a letter may be placed: what `place` wants the matches of."""
    behind = (only(letter.reply_to), only(letter.original_from))
    for address in (*letter.senders, *behind):
        if address is not None and address.norm:
            yield address.norm


def recipients_of(letter: Letter, matches: Mapping[str, Match]) -> Iterator[str]:
    """To whom one of our own addresses wrote: `place` wants their matches too."""
    if any(isinstance(matches.get(one.norm), Own) for one in letter.senders):
        yield from (one.norm for one in (*letter.to, *letter.cc, *letter.reply_to) if one.norm)


def place(
    letter: Letter,
    matches: Mapping[str, Match],
    *,
    host: str,
    history: Sequence[Earlier] = (),
    to_group: bool = False,
    own: Collection[str] = (),
) -> Placed:
    """File on exactly one client by the exact address of From; in any doubt, ask a person.

    AK-111, RX-19, RX-103, RX-115, RX-118, MG-5, MG-6 and MODEL decisions 4 and 5. `history` is the
    thread so far, the nearest first; `to_group` the workflow's wish to file on a whole group; `own`
    the addresses that send from this very mailbox, whose letters nobody needs to vouch for.
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
        case Own():
            behind = by_list(letter, matches, asked) if asked.verified else matched(found, asked)
            ours = asked.verified or sender.norm in own
            by_us = behind.reason == reasons.OWN_ADDRESS and ours and _by_ourselves(letter, matches)
            return by_recipients(letter, matches, asked) if by_us else behind
    return matched(found, asked)


def _by_ourselves(letter: Letter, matches: Mapping[str, Match]) -> bool:
    """Whether nobody else wrote it, by a list of ours or a form: their mark would be on it."""
    answers = (one.norm for one in letter.reply_to)
    through = letter.list_id or letter.original_from
    return not through and all(isinstance(matches.get(one), Own) for one in answers)
