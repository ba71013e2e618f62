"""Who else among the clients got a letter that is filed: it is offered for their record (XP-43)."""

from postroom.clients.models import Client, ContactPoint
from postroom.practice.models import Member
from postroom.register.letters import letter
from postroom.register.models import Entry

MOST = 5  # a letter to the whole town is nobody's in particular


def also_to(member: Member, entry: Entry) -> list[Client]:
    """The clients whose address stands in To or Cc, and on whose record it is not."""
    mail = letter(entry)
    norms = {one.norm for one in (*mail.to, *mail.cc)} - {"", entry.sender_norm}
    if not norms:
        return []
    points = ContactPoint.objects.filter(
        practice=entry.practice_id,
        kind=ContactPoint.EMAIL,
        norm__in=norms,
        contact__professional=False,
    )
    clients = Client.objects.open_to(member).filter(contacts__points__in=points)
    return list(clients.exclude(placements__entry=entry).distinct().order_by("name", "pk")[:MOST])
