"""The book's part of an erasure and of handing over: what was booked, and what falls due."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from postroom.appointments.models import Appointment, DueItem
from postroom.clients.models import Client


def theirs(client: Client) -> Q:
    """Rows of a client, also those told by reference before the client was known."""
    return Q(client=client) | Q(client=None, client_ref=client.ref, practice=client.practice_id)


def count(clients: Collection[Client]) -> int:
    """How many rows these clients have in the book."""
    return sum(
        rows.filter(theirs(client)).count()
        for client in clients
        for rows in (Appointment.objects, DueItem.objects)
    )


def erase_client(client: Client) -> int:
    """Delete what was booked or falls due for a client; how many rows. In a transaction."""
    return sum(
        rows.filter(theirs(client)).delete()[0] for rows in (Appointment.objects, DueItem.objects)
    )


def export_client(client: Client) -> dict[str, Any]:
    """All of it, as docs/reference/access-export.md says."""
    booked = Appointment.objects.filter(theirs(client)).order_by("start", "pk")
    due = DueItem.objects.filter(theirs(client)).order_by("due_on", "pk")
    return {
        "appointments": [
            {
                "reference": row.ref,
                "start": row.start.isoformat(),
                "end": row.end.isoformat() if row.end else None,
                "state": row.state,
                "subject": row.subject,
                "practitioner": row.practitioner_name,
                "patient": row.patient.name if row.patient else row.patient_ref,
                "source": row.source.name,
                "imported_at": row.imported_at.isoformat(),
            }
            for row in booked.select_related("patient", "source")
        ],
        "due": [
            {
                "reference": row.ref,
                "kind": row.kind,
                "due_on": row.due_on.isoformat(),
                "done_on": row.done_on.isoformat() if row.done_on else None,
                "patient": row.patient.name if row.patient else row.patient_ref,
                "source": row.source.name,
                "imported_at": row.imported_at.isoformat(),
            }
            for row in due.select_related("patient", "source")
        ],
    }
