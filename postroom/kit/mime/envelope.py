"""The letter's header fields as nouns."""

import re

from postroom.kit.mime import dates, mailboxes
from postroom.kit.mime.headers import Fields
from postroom.kit.mime.letter import Address, Failure, File, Letter
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.words import header_text, shown, words

IDS_LIMIT = 1_000
SAME_FIELDS_LIMIT = 50  # From, To ... repeated

_ID = re.compile(r"<([^<>]++)>")


def letter(
    fields: Fields,
    notes: Notes,
    text: str = "",
    html: str = "",
    files: tuple[File, ...] = (),
    encrypted: str = "",
    signed: str = "",
    automatic: str = "",
    failures: tuple[Failure, ...] = (),
) -> Letter:
    """The Letter of these fields and this body."""
    date_value = fields.first(b"date")
    date = dates.parse(date_value)
    if date_value and date is None:
        notes.add("date")
    return Letter(
        message_id=next(iter(_ids(fields, b"message-id")), ""),
        subject=shown(fields.first(b"subject")),
        senders=_mailboxes(fields, b"from"),
        from_headers=fields.names.count(b"from"),
        sender=next(iter(_mailboxes(fields, b"sender")), None),
        reply_to=_mailboxes(fields, b"reply-to"),
        original_from=_mailboxes(fields, b"x-original-from"),
        to=_mailboxes(fields, b"to"),
        cc=_mailboxes(fields, b"cc"),
        date=date,
        in_reply_to=_ids(fields, b"in-reply-to"),
        references=_ids(fields, b"references"),
        text=text,
        html=html,
        files=files,
        auth_results=tuple(
            (place, words(header_text(fields.values[place])))
            for place in fields.places(b"authentication-results")[:SAME_FIELDS_LIMIT]
        ),
        received_at_header=next(iter(fields.places(b"received")), -1),
        automatic=automatic,
        failures=failures,
        list_id=words(fields.first(b"list-id")),
        encrypted=encrypted,
        signed=signed,
        problems=notes.problems,
    )


def _mailboxes(fields: Fields, name: bytes) -> tuple[Address, ...]:
    if name not in fields.names:
        return ()
    return mailboxes.parse_all(fields.all(name)[:SAME_FIELDS_LIMIT])


def _ids(fields: Fields, name: bytes) -> tuple[str, ...]:
    """Message-IDs in angle brackets; without any brackets, the words as they stand."""
    value = fields.first(name)
    if not value:
        return ()
    found = [f"<{''.join(inner.split())}>" for inner in _ID.findall(value)[:IDS_LIMIT]]
    return tuple(filter(None, map(words, found or value.split()[:IDS_LIMIT])))
