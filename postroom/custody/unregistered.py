"""What an access request brings besides the register: messages that were kept out of it."""

import shutil
import zipfile
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import QuerySet

from postroom.clients.erasing import with_merged
from postroom.clients.models import Client, Contact
from postroom.custody import packing
from postroom.outbox.erasing import messages_of
from postroom.outbox.models import Message
from postroom.practice.models import Member


def about(client: Client, member: Member | None) -> tuple[QuerySet[Message], int]:
    """Messages to or about this client that this member may hand over, the oldest first, and how
    many more left by other members' own accounts. None is who runs the server."""
    people = Contact.objects.filter(clients=client, professional=False)
    ids = [row.pk for row in with_merged(client)]
    every = messages_of(client.practice_id, ids, people).select_related("author", "client")
    if member is None:
        return every, 0
    mine = every.filter(pk__in=Message.objects.seen_by(member).values("pk"))
    return mine, every.count() - mine.count()


def put(archive: zipfile.ZipFile, messages: QuerySet[Message]) -> Iterator[dict[str, Any]]:
    """Each message's bytes into the archive; what docs/reference/access-export.md says of it."""
    for number, message in enumerate(messages.iterator(), 1):
        path, missing = f"unregistered/{number:05}.eml", False
        try:
            with message.path.open("rb") as raw, packing.member(archive, path, message.due) as file:
                shutil.copyfileobj(raw, file, 1 << 20)
        except FileNotFoundError:
            missing = True
        yield {
            "number": number,
            "kind": message.channel,
            "state": message.state,
            "due": message.due.isoformat(),
            "sent_at": message.sent_at.isoformat() if message.sent_at else None,
            "subject": message.subject,
            "from": message.sender,
            "to": {"name": message.to_name, "address": message.to_address},
            "recipients": message.recipients,
            "author": message.author.name if message.author else "",
            "about_the_record": message.client_id is not None,
            "mail": {
                "path": path,
                "size": message.size,
                "message_id": message.message_id,
                "missing": missing,
            },
        }


def counted(rows: Collection[dict[str, Any]], closed: int) -> dict[str, int]:
    """The counts of them, as client.json tells them."""
    missing = sum(row["mail"]["missing"] for row in rows)
    return {
        "unregistered": len(rows),
        "unregistered_missing": missing,
        "unregistered_left_out": closed,
    }
