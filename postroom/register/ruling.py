"""What may be said at the desk of a letter's sender, once for all."""

from postroom.clients.models import SenderRule
from postroom.clients.rules import refusal
from postroom.clients.senders import may_set
from postroom.kit.addresses import domains_of
from postroom.practice.models import Member
from postroom.register.models import Entry
from postroom.register.rules import NO_SENDER, SEVERAL_SENDERS

KINDS = (SenderRule.IGNORE, SenderRule.PROFESSIONAL, SenderRule.OWN, SenderRule.FORM)


def offered(member: Member, entry: Entry) -> list[tuple[str, str]]:
    """Pairs of a kind and an address or domain: the rules this member may make here.

    None where it is not known who wrote, nor in somebody's own mailbox.
    """
    norm = entry.sender_norm
    if not norm or entry.owner_id or entry.reason in (NO_SENDER, SEVERAL_SENDERS):
        return []
    # The domain itself, not those it lies under: what a company is cannot be told from here.
    patterns = (norm, *domains_of(norm)[:1])
    return [
        (kind, pattern)
        for kind in KINDS
        if may_set(member, kind)
        for pattern in patterns
        if not refusal(pattern, kind)
    ]
