"""Where a letter belongs: on a client's record, or with a person, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from postroom.clients.rules import Match, Nobody, One, Own, Professional, Several
from postroom.intake.rules import dmarc
from postroom.kit.mime import Address, Letter
from postroom.register import rules as reasons
from postroom.register.models import Entry


@dataclass(frozen=True)
class Placed:
    """A decision about one letter; `reason` is a code of register.rules, `data` what it names."""

    filing: str
    reason: str
    data: dict[str, Any] = field(default_factory=dict)
    clients: tuple[int, ...] = ()
    sender: Address | None = None
    verified: bool = False


def place(letter: Letter, matches: Mapping[str, Match], *, host: str) -> Placed:
    """File on exactly one client by the exact address of From; in any doubt, ask a person.

    RX-19, RX-103, RX-115, RX-118, MG-5, MG-6 and MODEL decisions 4 and 5.
    """
    named = {address.norm: address for address in letter.senders if address.norm}
    sender = next(iter(named.values()), letter.senders[0] if letter.senders else None)
    if not named:
        return Placed(Entry.UNRESOLVED, reasons.NO_SENDER, sender=sender)
    if len(named) > 1 or letter.from_headers > 1:
        several = {"addresses": list(named)[:5]}
        return Placed(Entry.UNRESOLVED, reasons.SEVERAL_SENDERS, several, sender=sender)
    norm = next(iter(named))
    verdict = dmarc([value for _, value in letter.auth_results], host)
    if verdict == "fail":
        data = {"address": norm, "domain": norm.rpartition("@")[2]}
        return Placed(Entry.UNRESOLVED, reasons.DMARC, data, sender=sender)
    return _matched(matches.get(norm, Nobody()), norm, sender, verified=verdict == "pass")


def _matched(match: Match, norm: str, sender: Address | None, *, verified: bool) -> Placed:
    data: dict[str, Any] = {"address": norm}
    match match:
        case One(client):
            return Placed(
                Entry.RESOLVED, reasons.ADDRESS, data, (client,), sender=sender, verified=verified
            )
        case Several(clients, group):
            data["clients"] = sorted(clients)
            reason = reasons.SEVERAL_CLIENTS
            if group is not None:
                data["group"], reason = group, reasons.SAME_GROUP
        case Professional(contact):
            data["contact"], reason = contact, reasons.PROFESSIONAL
        case Own():
            reason = reasons.OWN_ADDRESS
        case Nobody():
            reason = reasons.UNKNOWN_ADDRESS
    return Placed(Entry.UNRESOLVED, reason, data, sender=sender, verified=verified)
