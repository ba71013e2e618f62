"""The book's part of a merge: appointments and due dates follow their client."""

from collections.abc import Iterable

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.merging import Twin
from postroom.clients.models import Client


def move_client(keep: Client, gone: Client, folded: Iterable[Twin]) -> int:
    """Give `keep` what was booked or falls due for `gone`; how many rows. In a transaction.

    The references told by the practice system stay as they were told.
    """
    moved = 0
    for rows in (Appointment.objects, DueItem.objects):
        mine = rows.filter(practice=keep.practice_id)
        moved += mine.filter(client=gone).update(client=keep)
        for twin in folded:
            mine.filter(patient=twin.gone).update(patient=twin.kept)
    return moved
