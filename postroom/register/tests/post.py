"""Letters put in the register by hand, with their raw mail on the disk."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from postroom.clients.models import Client
from postroom.kit.mime import content_key, read
from postroom.practice.models import Practice
from postroom.register import rules
from postroom.register.models import Attachment, Entry, EntryClient, StoredMail

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def mail(
    *,
    sender: str = "Hollis F. <hollis@farrow.example>",
    to: str = "Front desk <desk@tern.example>",
    subject: str = "Biscuit’s insurance form",
    text: str = "Hello,\n\nplease fill in the form.\n\nHollis",
    html: str = "",
    files: Iterable[tuple[str, str, bytes]] = (),
    inline: Iterable[tuple[str, str, bytes]] = (),
) -> bytes:
    """`files` are (name, type, bytes); `inline` are (content id, type, bytes)."""
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message["Subject"], message["Message-ID"] = (
        subject,
        f"<{subject.encode().hex()[:60]}@x.example>",
    )
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
        part = message.get_payload()[1]
        for content_id, media_type, data in inline:
            part.add_related(data, *media_type.split("/"), cid=f"<{content_id}>")
    for name, media_type, data in files:
        message.add_attachment(data, *media_type.split("/"), filename=name)
    return message.as_bytes()


def put(
    practice: Practice,
    raw: bytes = b"",
    *,
    clients: Iterable[Client] = (),
    at: datetime = NOON,
    **changes: Any,
) -> Entry:
    """An entry of this mail: waiting, or filed on these clients."""
    raw = raw or mail()
    letter, clients = read(raw), list(clients)
    sender = letter.senders[0] if letter.senders else None
    norm = sender.norm if sender else ""
    fields: dict[str, Any] = {
        "filing": Entry.RESOLVED if clients else Entry.UNRESOLVED,
        "reason": rules.ADDRESS if clients else rules.UNKNOWN_ADDRESS,
        "reason_data": {"address": norm},
        "subject": letter.subject,
        "snippet": letter.text[:100],
        "sender_name": sender.name if sender else "",
        "sender_norm": norm,
        "automatic": letter.automatic,
        "files": sum(not file.inline for file in letter.files),
        **changes,
    }
    entry = Entry.objects.create(practice=practice, at=at, created_at=at, **fields)
    stored = _store(entry, raw)
    for file in letter.files:
        listed = {name: value for name, value in vars(file).items() if name != "locked"}
        Attachment.objects.create(practice=practice, entry=entry, mail=stored, **listed)
    for client in clients:
        EntryClient.objects.create(practice=practice, entry=entry, client=client, at=at)
    return entry


def _store(entry: Entry, raw: bytes) -> StoredMail:
    raw += f"\n{entry.pk}".encode()  # the same words twice are two letters here
    stored = StoredMail.objects.create(
        practice=entry.practice,
        entry=entry,
        content_key=content_key(raw),
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
    )
    stored.path.parent.mkdir(parents=True, exist_ok=True)
    stored.path.write_bytes(raw)
    return stored


def pile(practice: Practice, count: int, **more: Any) -> list[Entry]:
    """So many letters, each a minute older than the one before."""
    return [
        put(practice, mail(subject=f"Letter {n}"), at=NOON - timedelta(minutes=n), **more)
        for n in range(count)
    ]
