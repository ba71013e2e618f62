"""The outbox's part of an erasure, of retention and of handing over: drafts, what waits to be sent,
and what left without a place in the register.
Custody calls it before the register's part, which takes the bytes off the disk.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from postroom.clients.models import Contact, ContactPoint
from postroom.outbox import enclosures, rules
from postroom.outbox.addressing import typed
from postroom.outbox.models import Draft, Message
from postroom.register.erasing import unlink_unnamed
from postroom.register.models import Tombstone, mail_path


def erase_entries(practice: int, ids: Collection[int]) -> None:
    """Drafts that answer these entries, and their messages: what waits is not sent any more."""
    _erase(Draft.objects.filter(practice=practice, origin__in=ids))
    Message.objects.filter(practice=practice, entry__in=ids).delete()


def erase_client(
    practice: int, clients: Collection[int], people: QuerySet[Contact], *, now: datetime
) -> int:
    """Drafts about these clients or to their people, and messages about or to them that are in no
    register; how many messages. `people` are those who go with the clients."""
    addresses = _points_of(practice, people)[1]
    ids = list(_going(practice, clients, people).values_list("pk", flat=True))
    drafts = Draft.objects.filter(practice=practice)
    to_them = [draft.pk for draft in drafts.iterator() if _addresses(draft) & addresses]
    about = Q(client__in=clients) | Q(contact__in=people) | Q(pk__in=to_them)
    _erase(drafts.filter(about))
    erase_messages(practice, ids, now=now)
    return len(ids)


def messages_going(practice: int, clients: Collection[int], people: QuerySet[Contact]) -> int:
    """How many messages `erase_client` would erase."""
    return _going(practice, clients, people).count()


def erase_messages(practice: int, ids: Collection[int], *, now: datetime) -> None:
    """Erase messages that are in no register; a copy of one, seen in a mailbox later, is not taken
    in. Call within a transaction; the files go when it has committed."""
    messages = _unregistered(practice).filter(pk__in=ids)
    keys = set(messages.exclude(content_key="").values_list("content_key", flat=True))
    Tombstone.objects.bury(practice, dict.fromkeys(keys, ""), now=now)
    messages.delete()
    transaction.on_commit(
        partial(unlink_unnamed, practice, {mail_path(practice, key) for key in keys})
    )


def messages_of(
    practice: int, clients: Collection[int], people: QuerySet[Contact]
) -> QuerySet[Message]:
    """What was sent, or was to be, and is in no register: about these clients, or to these people
    and about nobody else's record."""
    to_them = Q(client=None) & _to(practice, people)
    about_them = _unregistered(practice).filter(Q(client__in=clients) | to_them)
    return about_them.order_by("due", "pk")


def too_old(practice: int, until: datetime) -> QuerySet[Message]:
    """The practice's letters in no register that were to leave before that moment, and of which
    nothing is open any more. What left by a member's own account is that member's business."""
    settled = (Message.SENT, Message.FAILED, Message.CANCELLED, Message.WITHDRAWN)
    rows = _unregistered(practice).filter(channel=Message.EMAIL, account__owner=None)
    return rows.filter(due__lt=until, state__in=settled)


def sent_to(messages: QuerySet[Message], addresses: Collection[str]) -> list[int]:
    """Those of these messages (ids) that went to one of these addresses, whoever else got them."""
    if not addresses:
        return []
    wanted, envelopes = set(addresses), messages.values_list("pk", "recipients").iterator()
    return [pk for pk, people in envelopes if wanted & set(map(rules.compared, people))]


def _unregistered(practice: int) -> QuerySet[Message]:
    return Message.objects.filter(practice=practice, entry=None)


def _going(practice: int, clients: Collection[int], people: QuerySet[Contact]) -> QuerySet[Message]:
    return _unregistered(practice).filter(Q(client__in=clients) | _to(practice, people))


def _to(practice: int, people: QuerySet[Contact]) -> Q:
    points, addresses = _points_of(practice, people)
    return Q(contact_point__in=points) | Q(pk__in=sent_to(_unregistered(practice), addresses))


def _points_of(practice: int, people: QuerySet[Contact]) -> tuple[QuerySet[ContactPoint], set[str]]:
    points = ContactPoint.objects.filter(practice=practice, contact__in=people)
    return points, set(points.filter(kind=ContactPoint.EMAIL).values_list("norm", flat=True))


def _erase(drafts: QuerySet[Draft]) -> None:
    keys = set(drafts.exclude(enclosures=None).values_list("practice", "enclosures__content_key"))
    drafts.delete()
    transaction.on_commit(partial(enclosures.unlink_unnamed, keys))


def _addresses(draft: Draft) -> set[str]:
    people = [*draft.to, *(one for text in (draft.cc, draft.bcc) for one in typed(text)[0])]
    return {rules.compared(address) for _name, address in people}
