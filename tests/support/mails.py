"""Nasty mails made to order, each with what must become of it."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from .mailbox import content_key

CLIENTS = 40  # client n has reference C000n and two addresses
SHARED = "shared@home.test"  # an address that the clients 1 and 2 have both
_WEIGHTS = {
    "plain": 24,
    "attachment": 14,
    "html": 12,
    "second-address": 6,
    "no-id": 6,
    "odd-header": 5,
    "8bit": 5,
    "empty": 5,
    "unknown": 10,
    "shared": 4,
    "no-from": 3,
    "same-id": 3,
    "relayed": 3,
}
KINDS = tuple(_WEIGHTS)


@dataclass(frozen=True)
class Mail:
    """One mail put in, `copies` times byte for byte, and what must become of it.

    client       the reference it belongs to; None: it must wait in Unresolved
    attachments  (name, size, SHA-256) of each
    folds_under  content key of the mail it is a mere other delivery of
    """

    raw: bytes
    kind: str
    client: str | None
    copies: int = 1
    flagged: int = 0
    attachments: tuple[tuple[str, int, str], ...] = ()
    folds_under: str | None = None

    @property
    def key(self) -> str:
        """The content key, by which the mail is known everywhere."""
        return content_key(self.raw)


def client_rows() -> list[dict[str, str]]:
    """Rows for `postroom import clients`: the people the mails come from."""
    rows = []
    for number in range(1, CLIENTS + 1):
        addresses = [_address(number), f"Second.Address{number}@Work.TEST"]
        if number <= 2:
            addresses.append(SHARED)
        rows.append(
            {
                "reference": _reference(number),
                "name": f"Someone Number {number}",
                "email": ";".join(addresses),
            }
        )
    return rows


def make_mails(count: int, rng: random.Random, twins: float = 0.05) -> list[Mail]:
    """`count` different mails. The first few are one of each kind, the rest at random."""
    mails: list[Mail] = []
    while len(mails) < count:
        number = len(mails) + 1
        if number <= len(KINDS):
            kind = KINDS[number - 1]
        else:
            kind = rng.choices(KINDS, list(_WEIGHTS.values()))[0]
        if kind in ("same-id", "relayed"):
            mails.append(_like(rng.choice([m for m in mails if m.kind == "plain"]), kind, rng))
            continue
        mails.append(_new(kind, number, rng, twins, second=number == 2))
    return mails


def put(mailbox, folder: str, mails: Sequence[Mail]) -> None:
    """Append mails through a connected Mailbox, copies and flags and all."""
    for mail in mails:
        for copy in range(mail.copies):
            mailbox.append(folder, mail.raw, ["\\Flagged"] if copy < mail.flagged else [])


def _new(kind: str, number: int, rng: random.Random, twins: float, *, second: bool) -> Mail:
    who = rng.randint(1, CLIENTS)
    client: str | None = _reference(who)
    sender = _address(who)
    if kind == "second-address":
        sender = f"second.address{who}@work.test"
    elif kind in ("unknown", "shared", "no-from"):
        client = None
        sender = SHARED if kind == "shared" else f"stranger{number}@nowhere.test"
    message = EmailMessage()
    if kind != "no-from":
        message["From"] = f"Someone <{sender}>"
    message["To"] = "desk@practice.test"
    message["Subject"] = f"Mail {number} {rng.getrandbits(64):x}"
    if kind != "no-id":
        message["Message-ID"] = f"<{number}.{rng.getrandbits(64):x}@proof.test>"
    message.set_content("" if kind == "empty" else "word " * rng.randint(1, 400) + "\n")
    attachments: tuple = ()
    if kind == "html":
        message.add_alternative("<p>Hello <b>you</b></p>", subtype="html")
    elif kind == "attachment":
        attachments = (_attach(message, number, rng),)
    if message.is_multipart():
        message.set_boundary(f"--{rng.getrandbits(96):x}")  # the usual one is not the seed's
    raw = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if kind == "odd-header":
        raw = b"X-Odd: \xff\xfe caf\xe9\r\nSubject:\r\n =?utf-8?q?=ZZ?=\r\n" + raw
    elif kind == "8bit":
        raw += "naïve Æ 本\r\n".encode() + b"\xff\x80\r\n"
    copies = 2 if second or rng.random() < twins else 1
    flagged = sum(rng.random() < 0.15 for _ in range(copies))
    return Mail(raw, kind, client, copies, flagged, attachments)


def _attach(message: EmailMessage, number: int, rng: random.Random) -> tuple[str, int, str]:
    content, name = rng.randbytes(rng.randint(1, 60_000)), f"scan {number} é.bin"
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return (name, len(content), hashlib.sha256(content).hexdigest())


def _like(mail: Mail, kind: str, rng: random.Random) -> Mail:
    """Another mail with the Message-ID of `mail`: other words, or the same by another way."""
    mark = f"{rng.getrandbits(64):x}"
    if kind == "same-id":
        return Mail(mail.raw + f"And one thing more: {mark}\r\n".encode(), kind, mail.client)
    received = f"Received: from relay.test by post.test with ESMTP id {mark}\r\n".encode()
    return Mail(received + mail.raw, kind, mail.client, folds_under=mail.key)


def _reference(number: int) -> str:
    return f"C{number:04}"


def _address(number: int) -> str:
    return f"client{number}@home.test"
