"""Doubtful messages whose template says «rather twice than never»: sent again when all evidence has
had its time (RELIABILITY 1.2)."""

import logging
from datetime import datetime

from django.db import transaction

from postroom.outbox import desk, rules
from postroom.outbox.evidence import came_back, has_come_back
from postroom.outbox.letter import NotSendable
from postroom.outbox.models import Message
from postroom.register.models import Spelt

log = logging.getLogger(__name__)
AT_ONCE = 100


def see_to(now: datetime) -> int:
    """Send again, once, what may be sent again by itself and what nothing is known of by now; how
    many. What cannot be is left to a person."""
    doubtful = Message.objects.filter(
        state=Spelt(Message.UNCERTAIN),
        resend_if_uncertain=True,
        settled_at__lte=now - rules.ON_DESK,
    ).exclude(reason=rules.REPLACED)
    return sum(_again(message, now) for message in doubtful.order_by("pk")[:AT_ONCE])


def _again(message: Message, now: datetime) -> bool:
    try:
        with transaction.atomic():
            if has_come_back(message):
                came_back(message.practice_id, [message.message_id], now=now)
                return False
            desk.send_again(message, by=None, now=now)
            return True
    except desk.TooLate:  # somebody has decided meanwhile
        return False
    except (NotSendable, OSError):
        log.exception("message %s is not sent again", message.pk)
        Message.objects.filter(pk=message.pk).update(resend_if_uncertain=False)
        return False
