"""Where a letter belongs: on a client's record, or with a person, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from postroom.clients.rules import Form, Ignored, Match, Nobody, One, Own, Professional, Several
from postroom.intake.rules import dmarc
from postroom.kit.mime import Address, Letter
from postroom.register import rules as reasons
from postroom.register.models import Entry
from postroom.register.rules import Earlier


@dataclass(frozen=True)
class Placed:
    """A decision about one letter; `reason` is a code of register.rules, `data` what it names."""

    filing: str
    reason: str
    data: dict[str, Any] = field(default_factory=dict)
    clients: tuple[int, ...] = ()
    sender: Address | None = None
    verified: bool = False


@dataclass(frozen=True)
class _Asked:
    """A letter being placed: by which address it is looked for, and what is known besides."""

    sender: Address
    data: dict[str, Any]
    verified: bool
    history: Sequence[Earlier]
    to_group: bool

    def filed(self, reason: str, clients: Sequence[int], more: Mapping[str, Any]) -> Placed:
        return self._placed(Entry.RESOLVED, reason, more, clients)

    def waits(self, reason: str, more: Mapping[str, Any]) -> Placed:
        return self._placed(Entry.UNRESOLVED, reason, more)

    def ignored(self, pattern: str) -> Placed:
        return self._placed(Entry.IGNORED, reasons.SENDER_RULE, {"rule": pattern})

    def _placed(
        self, filing: str, reason: str, more: Mapping[str, Any], clients: Sequence[int] = ()
    ) -> Placed:
        data = {**self.data, **more}
        return Placed(filing, reason, data, tuple(clients), self.sender, self.verified)


def addresses_of(letter: Letter) -> Iterator[str]:
    """The addresses by which a letter may be placed: what `place` wants the matches of."""
    behind = (_only(letter.reply_to), _only(letter.original_from))
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
    verdict = dmarc([value for _, value in letter.auth_results], host)
    asked = _Asked(sender, {"address": sender.norm}, verdict == "pass", history, to_group)
    if isinstance(found, Ignored):  # whoever forges such a sender has only himself set aside
        return _matched(found, asked)
    if verdict == "fail":
        return asked.waits(reasons.DMARC, {"domain": sender.norm.rpartition("@")[2]})
    match found:
        case Form():
            return _by_form(letter, matches, asked)
        case Own() if asked.verified:
            return _by_list(letter, matches, asked)
    return _matched(found, asked)


def _by_form(letter: Letter, matches: Mapping[str, Match], asked: _Asked) -> Placed:
    """A trusted form: whoever filled it in stands in Reply-To, once (PE-25)."""
    person = _only(letter.reply_to)
    found = matches.get(person.norm, Nobody()) if person else Own()
    if person is None or isinstance(found, Own | Form):
        return asked.waits(reasons.FORM_UNCLEAR, {})
    return _matched(found, _behind(asked, person, "form"))


def _by_list(letter: Letter, matches: Mapping[str, Match], asked: _Asked) -> Placed:
    """Our own address wrote, and our own server vouches for it: a list of ours may have put it
    where the writer's stood (PE-26)."""
    person = _only(letter.original_from)
    if not letter.original_from and letter.list_id and " via " in asked.sender.name:
        person = _only(letter.reply_to)
    found = matches.get(person.norm, Nobody()) if person else Own()
    if person is None or isinstance(found, Own | Form):
        return _matched(Own(), asked)
    return _matched(found, _behind(asked, person, "list"))


def _only(addresses: Sequence[Address]) -> Address | None:
    """The one address that stands there; None for several, for none, and for one of no use."""
    norms = {address.norm for address in addresses}
    return addresses[0] if len(norms) == 1 and "" not in norms else None


def _behind(asked: _Asked, person: Address, name: str) -> _Asked:
    """The same letter, looked for by the person behind its sender, for whom nobody vouches."""
    data = {"address": person.norm, name: asked.sender.norm}
    return _Asked(person, data, False, asked.history, asked.to_group)


def _matched(found: Match, asked: _Asked) -> Placed:
    answers = reasons.clients_of(asked.history)
    more: dict[str, Any] = {"thread": answers} if answers else {}
    match found:
        case One(client):
            return asked.filed(reasons.ADDRESS, [client], {})
        case Ignored(pattern):
            return asked.ignored(pattern)
        case Several(clients, group):
            if chosen := reasons.chosen_before(asked.history, asked.sender.norm, clients):
                return asked.filed(reasons.THREAD, chosen, {})
            more["clients"] = sorted(clients)
            reason = reasons.SEVERAL_CLIENTS
            if group is not None:
                more["group"], reason = group, reasons.SAME_GROUP
                if asked.to_group:
                    return asked.filed(reasons.GROUP, sorted(clients), more)
        case Professional(contact):
            reason = reasons.PROFESSIONAL
            if contact is not None:
                more["contact"] = contact
        case Own() | Form():
            reason = reasons.OWN_ADDRESS
        case Nobody():
            reason = reasons.OTHER_ADDRESS if answers else reasons.UNKNOWN_ADDRESS
    return asked.waits(reason, more)
