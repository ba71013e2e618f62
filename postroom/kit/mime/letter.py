"""What reading a mail gives: nouns and limits."""

from dataclasses import dataclass
from datetime import datetime

from postroom.kit.addresses import normalise_email

PARSE_LIMIT = 50_000_000  # bytes of raw mail; above it the headers alone are read
HEADERS_LIMIT = 10_000  # header fields of one part
HEADER_LIMIT = 100_000  # bytes of one header field
PARTS_LIMIT = 1_000
DEPTH_LIMIT = 50  # multiparts inside one another
INSIDE = 10_000  # file n of a winmail.dat that is file m has the number m * INSIDE + n
TEXT_LIMIT = 2_000_000  # bytes of decoded text, and as many of HTML, shown as the letter's body
ADDRESSES_LIMIT = 1_000  # addresses of one kind (To, Cc ...)


@dataclass(frozen=True)
class Address:
    """A mailbox as written: `name` decoded, `address` trimmed; either may be ''."""

    name: str
    address: str

    @property
    def norm(self) -> str:
        """The address as compared, '' when it is not one."""
        return normalise_email(self.address)


@dataclass(frozen=True)
class File:
    """Something attached. `inline`: a picture which the letter's own page shows.

    `n` is its place among the mail's files, from 1; the files inside a winmail.dat that is file 2
    are 20,001, 20,002 ... and so are those inside an S/MIME signature. `locked`: it opens with a
    password only, as far as its bytes tell.
    """

    n: int
    name: str
    type: str
    size: int
    sha256: str
    content_id: str
    inline: bool
    locked: bool = False


@dataclass(frozen=True)
class Failure:
    """An address that a delivery report names.

    `permanent`: it is not tried again. `reason` is unknown (no such address), full, too-big,
    blocked or ''; `status` that of RFC 3463 or ''; `text` what the other server said.
    """

    address: str
    permanent: bool
    reason: str
    status: str
    text: str


@dataclass(frozen=True)
class Letter:
    """A mail that has been read; every string is clean (kit.text.clean).

    `auth_results` pairs each Authentication-Results with its place among all headers, and
    `received_at_header` is the place of the first Received (-1 without): what stands above that
    was written after the last journey.
    `encrypted` and `signed` are '', smime or pgp: neither is opened or checked here.
    `automatic` is '' or the kind of machine that wrote it (machines.py); a `bounce` has `failures`.
    `problems` are codes, listed in docs/reference/mail-differences.md.
    """

    message_id: str
    subject: str
    senders: tuple[Address, ...]
    from_headers: int
    sender: Address | None
    reply_to: tuple[Address, ...]
    original_from: tuple[Address, ...]  # X-Original-From: what a list put its own From before
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str
    files: tuple[File, ...]
    auth_results: tuple[tuple[int, str], ...]
    received_at_header: int
    automatic: str
    failures: tuple[Failure, ...]
    list_id: str
    encrypted: str
    signed: str
    problems: tuple[str, ...]
