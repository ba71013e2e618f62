"""Closing a conversation, and opening it again (MG-1): handling, whatever its letters' filing is.

The mail server follows by itself: intake moves what does not lie where the conversation's state
wants it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from postroom.practice import audit, events
from postroom.practice.models import Member
from postroom.register.models import Conversation


class AlreadyHandled(Exception):
    """Somebody was faster; `conversation` says who and when."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__(f"conversation {conversation.pk} was changed meanwhile")
        self.conversation = conversation


def close(conversation: Conversation, *, by: Member, now: datetime, version: int) -> None:
    """Nothing is left to do about it. `version` is the one the person saw.

    Raises AlreadyHandled; nothing is changed then.
    """
    changes = {"state": Conversation.CLOSED, "closed_by": by, "closed_at": now}
    _turn(conversation, Conversation.OPEN, changes, "close", by=by, now=now, version=version)


def reopen(conversation: Conversation, *, by: Member, now: datetime, version: int) -> None:
    """Somebody has to look at it again. Raises AlreadyHandled; nothing is changed then."""
    changes = {"state": Conversation.OPEN, "closed_by": None, "closed_at": None}
    _turn(conversation, Conversation.CLOSED, changes, "reopen", by=by, now=now, version=version)


def read(conversation: Conversation) -> None:
    """Somebody who handles it has opened it."""
    if conversation.unread:
        _mark(conversation, unread=False)


def unread(conversation: Conversation) -> None:
    """It was opened, and is still to be dealt with (BS-106)."""
    _mark(conversation, unread=True)


def _mark(conversation: Conversation, *, unread: bool) -> None:
    conversation.unread = unread
    Conversation.objects.filter(pk=conversation.pk).update(unread=unread)


@transaction.atomic
def _turn(
    conversation: Conversation,
    state: str,
    changes: Mapping[str, object],
    action: str,
    *,
    by: Member,
    now: datetime,
    version: int,
) -> None:
    row = Conversation.objects.filter(pk=conversation.pk, version=version, state=state)
    changed = row.update(**changes, version=version + 1, to_follow=True)
    conversation.refresh_from_db()
    if not changed:
        raise AlreadyHandled(conversation)
    audit.record(
        conversation.practice_id,
        action,
        "conversation",
        conversation.pk,
        by=by,
        now=now,
        data={"version": conversation.version},
    )
    letters = conversation.entries.values_list("pk", flat=True)
    events.tell(conversation.practice_id, events.ENTRY_FILING, letters, now=now)
