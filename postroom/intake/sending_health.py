"""How sending stands: held by a person, an account paused or in trouble, messages in doubt."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from postroom.connections.models import SmtpAccount
from postroom.connections.smtp_words import state
from postroom.outbox import catching_up, rules
from postroom.outbox.models import Message, SendingHold
from postroom.practice.models import Practice

MANY = 200
# Of somebody's own account no server is named (MG-3).
PRIVATELY = _("the sending server of their own cannot be used.")


@dataclass(frozen=True)
class SendingState:
    """One thing that stands in the way. `subject`: which; `code` and `facts` are for the words."""

    code: str
    subject: str
    since: datetime | None
    alarm: bool
    facts: dict[str, Any] = field(default_factory=dict)


def look_at_sending(practice: Practice, *, now: datetime) -> Iterator[SendingState]:
    """All that keeps messages from leaving, or needs a person. Of somebody's own account, its
    owner's name alone."""
    for hold in SendingHold.objects.filter(practice=practice):
        yield SendingState("sending-held", hold.channel, hold.since, False)
    if asked := catching_up.question(Message.objects.filter(practice=practice)):
        yield SendingState("sending-asked", "", asked.oldest, True, {"n": asked.count})
    accounts = SmtpAccount.objects.working().filter(practice=practice).select_related("owner")
    for account in accounts.order_by("pk"):
        name = account.owner.name if account.owner else account.name
        facts = {"account": name, "owner": account.owner_id}
        if account.paused_at:
            more = {**facts, "n": account.refused}
            yield SendingState("sending-paused", str(account.pk), account.paused_at, True, more)
        elif account.trouble:
            said = str(PRIVATELY) if account.owner else state(account).sentence
            # A line that broke once is no matter: what lasts is.
            lasts = account.failures >= 3
            more = {**facts, "said": said}
            yield SendingState(
                "sending-trouble", str(account.pk), account.trouble_since, lasts, more
            )
    doubtful = Message.objects.filter(practice=practice, state=Message.UNCERTAIN)
    waits = doubtful.exclude(reason=rules.REPLACED).filter(settled_at__lte=now - rules.ON_DESK)
    since = list(waits.order_by("settled_at").values_list("settled_at", flat=True)[:MANY])
    if since:
        yield SendingState("sending-doubtful", "", since[0], True, {"n": len(since)})
