"""Where a letter belongs once its sender is known: on a record, or with a person, and why.

Nothing is filed but by an exact address, by a thread that a person has filed, or on a whole group
where the practice wants it so (RX-103, RX-115, MG-6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from postroom.clients.rules import Form, Ignored, Match, Nobody, One, Own, Professional, Several
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
    sent: bool = False  # by ourselves, from another program


@dataclass(frozen=True)
class Asked:
    """A letter being placed: by which address it is looked for, and what is known besides."""

    sender: Address
    data: dict[str, Any]
    verified: bool
    history: Sequence[Earlier] = ()
    to_group: bool = False

    @classmethod
    def of(cls, norm: str, name: str, history: Sequence[Earlier] = ()) -> "Asked":
        """A letter that waits already, by what its entry says of its sender."""
        return cls(Address(name, norm), {"address": norm}, False, history)

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


def by_form(letter: Letter, matches: Mapping[str, Match], asked: Asked) -> Placed:
    """A trusted form: whoever filled it in stands in Reply-To, once (PE-25)."""
    person = only(letter.reply_to)
    found = matches.get(person.norm, Nobody()) if person else Own()
    if person is None or isinstance(found, Own | Form):
        return asked.waits(reasons.FORM_UNCLEAR, {})
    return matched(found, _behind(asked, person, "form"))


def by_list(letter: Letter, matches: Mapping[str, Match], asked: Asked) -> Placed:
    """Our own address wrote, and our own server vouches for it: a list of ours may have put it
    where the writer's stood (PE-26)."""
    person = only(letter.original_from)
    if not letter.original_from and letter.list_id and " via " in asked.sender.name:
        person = only(letter.reply_to)
    found = matches.get(person.norm, Nobody()) if person else Own()
    if person is None or isinstance(found, Own | Form):
        return matched(Own(), asked)
    return matched(found, _behind(asked, person, "list"))


def by_recipients(letter: Letter, matches: Mapping[str, Match], asked: Asked) -> Placed:
    """We sent it ourselves, from another program: it belongs to the one client it went to
    (AK-111). To several, or to nobody known, a person is asked; to ourselves alone, it is no
    letter that was sent."""
    others = [one for one in (*letter.to, *letter.cc) if _outside(one, matches)]
    if not others:
        return matched(Own(), asked)
    holders: dict[int, str] = {}
    for one in others:
        match matches.get(one.norm):
            case One(client):
                holders.setdefault(client, one.norm)
            case Several(clients):
                holders |= dict.fromkeys(clients, one.norm)
    if len(holders) != 1:
        return replace(matched(Own(), asked), sent=True)
    [(client, norm)] = holders.items()
    sent = asked.filed(reasons.SENT_TO, [client], {"address": norm, "sender": asked.sender.norm})
    return replace(sent, sent=True)


def _outside(address: Address, matches: Mapping[str, Match]) -> bool:
    return bool(address.norm) and not isinstance(matches.get(address.norm), Own)


def only(addresses: Sequence[Address]) -> Address | None:
    """The one address that stands there; None for several, for none, and for one of no use."""
    norms = {address.norm for address in addresses}
    return addresses[0] if len(norms) == 1 and "" not in norms else None


def _behind(asked: Asked, person: Address, name: str) -> Asked:
    """The same letter, looked for by the person behind its sender, for whom nobody vouches."""
    data = {"address": person.norm, name: asked.sender.norm}
    return Asked(person, data, False, asked.history, asked.to_group)


def matched(found: Match, asked: Asked) -> Placed:
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
