"""The outbox's part of an erasure: drafts, what waits to be sent, and what left without a place in
the register. Custody calls it before the register's part, which takes the bytes off the disk.
"""

from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from postroom.clients.models import Contact, ContactPoint
from postroom.outbox import enclosures, rules
from postroom.outbox.addressing import typed
from postroom.outbox.models import Draft, Message
from postroom.register.erasing import unlink_unnamed
from postroom.register.models import mail_path


def erase_entries(practice: int, ids: Collection[int]) -> None:
    """Drafts that answer these entries, and their messages: what waits is not sent any more."""
    _erase(Draft.objects.filter(practice=practice, origin__in=ids))
    Message.objects.filter(practice=practice, entry__in=ids).delete()


def erase_client(practice: int, clients: Collection[int], people: QuerySet[Contact]) -> int:
    """Drafts about these clients or to their people, and messages to them that are in no
    register; how many messages. `people` are those who go with the clients."""
    points = ContactPoint.objects.filter(practice=practice, contact__in=people)
    addresses = set(points.filter(kind=ContactPoint.EMAIL).values_list("norm", flat=True))
    messages = Message.objects.filter(practice=practice, entry=None)
    envelopes = messages.values_list("pk", "recipients").iterator()
    sent_to = [pk for pk, people in envelopes if addresses & set(map(rules.compared, people))]
    messages = messages.filter(Q(contact_point__in=points) | Q(pk__in=sent_to))
    keys = set(messages.exclude(content_key="").values_list("content_key", flat=True))
    count = messages.count()
    drafts = Draft.objects.filter(practice=practice)
    to_them = [draft.pk for draft in drafts.iterator() if _addresses(draft) & addresses]
    about = Q(client__in=clients) | Q(contact__in=people) | Q(pk__in=to_them)
    _erase(drafts.filter(about))
    messages.delete()
    paths = {mail_path(practice, key) for key in keys}
    transaction.on_commit(partial(unlink_unnamed, practice, paths))
    return count


def _erase(drafts: QuerySet[Draft]) -> None:
    keys = set(drafts.exclude(enclosures=None).values_list("practice", "enclosures__content_key"))
    drafts.delete()
    transaction.on_commit(partial(enclosures.unlink_unnamed, keys))


def _addresses(draft: Draft) -> set[str]:
    people = [*draft.to, *(one for text in (draft.cc, draft.bcc) for one in typed(text)[0])]
    return {rules.compared(address) for _name, address in people}
