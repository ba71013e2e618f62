"""What it means for a letter that a server answered, declined, or was lost."""

import logging

from postroom.connections.smtp import DOT, Declined, Lost, Reply
from postroom.connections.trouble import Trouble
from postroom.outbox import rules
from postroom.outbox.models import Message
from postroom.outbox.recording import Outcome

log = logging.getLogger(__name__)


def not_offered(message: Message, error: BaseException) -> Outcome:
    """What it means that a letter could not be handed over; the server has nothing of it."""
    match error:
        case Trouble():
            return Outcome(message, rules.UNTRIED, reason=rules.NOT_REACHED)
        case Declined() | Lost():
            return judged(message, error)
        case FileNotFoundError():
            return Outcome(message, rules.REFUSED, phase="read", reason=rules.FILE_MISSING)
    # A fault of ours must not end the account's post for good.
    log.error("message %s", message.pk, exc_info=error)
    said = type(error).__name__
    return Outcome(message, rules.LATER, reason=rules.NOT_REACHED, said=said)


def judged(message: Message, error: Declined | Lost) -> Outcome:
    """What an offer that failed means. Before the dot the server has nothing of it."""
    if isinstance(error, Lost):
        what = rules.UNKNOWN if error.phase == DOT else rules.LATER
        reason = rules.NO_ANSWER if error.phase == DOT else rules.NOT_REACHED
        return Outcome(message, what, error.phase, 0, str(error.trouble), reason)
    return by_reply(message, error.phase, error.reply, error.address)


def by_reply(message: Message, phase: str, reply: Reply, address: str = "") -> Outcome:
    """What the server's answer at this step means; `address`: the recipient it speaks of."""
    said = (phase, reply.code, reply.said)
    if reply.is_yes:
        return Outcome(message, rules.SENT, *said)
    data = {"address": address} if address else {}
    if reply.is_final:
        return Outcome(message, rules.REFUSED, *said, rules.SERVER_REFUSED, data)
    return Outcome(message, rules.LATER, *said, rules.SERVER_LATER, data)
