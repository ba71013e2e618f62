"""Letters' bodies, whole: a broken line must not become a broken letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from imapclient import IMAPClient

from postroom.connections.trouble import DISCONNECTED, Trouble

PIECE = 8 * 1024 * 1024  # a larger mail is fetched in ranges of so many bytes


@dataclass(frozen=True)
class Seen:
    """What a letter's envelope says before its body is fetched."""

    uid: int
    size: int  # bytes, by RFC822.SIZE
    received_at: datetime | None  # INTERNALDATE, UTC; None from a server that gives none


def whole_bodies(client: IMAPClient, seen: Iterable[Seen]) -> list[tuple[Seen, bytes]]:
    """The raw bytes of each, in one request; those gone meanwhile are left out.

    A body that is not as long as the server said is fetched again. The same bytes twice are the
    letter, and the size was wrong. Raises Trouble when they differ.
    """
    whole = {one.uid: one for one in seen}
    given: list[tuple[Seen, bytes]] = []
    small = [uid for uid, s in whole.items() if s.size <= PIECE]
    if small:
        answer = client.fetch(sorted(small), ["BODY.PEEK[]"])
        for uid, row in answer.items():
            if uid in whole and row.get(b"BODY[]") is not None:
                given.append((whole[uid], _checked(client, whole[uid], row[b"BODY[]"])))
    for one in (s for s in whole.values() if s.size > PIECE):
        raw = _in_pieces(client, one)
        if raw:
            given.append((one, _checked(client, one, raw)))
    return given


def _checked(client: IMAPClient, one: Seen, raw: bytes) -> bytes:
    if len(raw) != one.size and _in_pieces(client, one) != raw:
        raise Trouble(DISCONNECTED, f"UID {one.uid}: {len(raw)} bytes of {one.size}")
    return raw


def _in_pieces(client: IMAPClient, one: Seen) -> bytes:
    """A whole body in ranges, until the server has no more of it."""
    pieces: list[bytes] = []
    start = 0
    while True:
        answer = client.fetch([one.uid], [f"BODY.PEEK[]<{start}.{PIECE}>"])
        row = answer.get(one.uid, {})
        piece = next((v for k, v in row.items() if k.startswith(b"BODY[]<")), None)
        if piece:
            pieces.append(piece)
            start += len(piece)
        if not piece or len(piece) < PIECE:
            return b"".join(pieces)
