"""From a letter's parts to the bytes of an Internet message (RFC 5322, MIME), line ends CRLF.

The same letter always gives the same bytes, so that a letter delivered twice is known as one.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

PRACTICE = "desk@ternthistle.example"
HELLO = "hello@ternthistle.example"  # for everybody who is no client: read by the team together
PRACTICE_NAME = "Tern & Thistle Vets"


@dataclass(frozen=True)
class File:
    """An attachment; `kind` is its media type, such as `image/png`."""

    name: str
    kind: str
    data: bytes


@dataclass(frozen=True)
class Mail:
    """A letter before it is put in its envelope; an empty field is left out of the message."""

    name: str
    address: str
    subject: str
    text: str
    when: datetime
    html: str = ""
    quote_line: str = ""
    quoted: str = ""
    files: tuple[File, ...] = ()
    inline: File | None = None
    calendar: str = ""
    charset: str = "utf-8"
    answers_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    number: str = ""
    to: str = PRACTICE

    @property
    def message_id(self) -> str:
        """Made from the letter itself unless it carries a `number` (a thread names it early)."""
        seed = self.number or f"{self.address}|{self.when.isoformat()}|{self.subject}|{self.text}"
        return message_id(seed, self.address.rpartition("@")[2])


def message_id(seed: str, domain: str) -> str:
    """A Message-ID that only depends on the seed."""
    return f"<{hashlib.sha256(seed.encode()).hexdigest()[:24]}@{domain}>"


def build(mail: Mail) -> bytes:
    """The whole message as it would come over SMTP."""
    message = EmailMessage(policy=SMTP)
    local, _, domain = mail.address.rpartition("@")
    message["From"] = Address(mail.name, local, domain)
    message["To"] = Address(PRACTICE_NAME, *mail.to.split("@"))
    if mail.subject:
        message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.when)
    message["Message-ID"] = mail.message_id
    if mail.answers_to:
        message["In-Reply-To"] = mail.answers_to[-1]
        message["References"] = " ".join(mail.answers_to)
    for name, value in mail.headers:
        message[name] = value
    _fill(message, mail)
    _name_boundaries(message, mail.message_id)
    return message.as_bytes()


def html_of(text: str, quote_line: str = "", quoted: str = "", picture: str = "") -> str:
    """The HTML that a mail program makes of a plain letter; `picture` is a Content-ID, bare."""
    parts = [_paragraphs(text)]
    if picture:
        parts.append(f'<p><img src="cid:{picture}" alt="" width="320"></p>')
    if quoted:
        parts.append(
            f"<div><p>{html.escape(quote_line)}</p><blockquote style="
            '"margin:0 0 0 8px;border-left:1px solid #ccc;padding-left:8px">'
            f"{_paragraphs(quoted)}</blockquote></div>"
        )
    body = "\n".join(parts)
    return f'<html><head><meta charset="utf-8"></head><body dir="ltr">\n{body}\n</body></html>\n'


def _paragraphs(text: str) -> str:
    lines = (html.escape(part, quote=False).replace("\n", "<br>\n") for part in text.split("\n\n"))
    return "\n".join(f"<p>{line}</p>" for line in lines)


def _fill(message: EmailMessage, mail: Mail) -> None:
    text = mail.text
    if mail.quoted:
        older = "\n".join(f"> {line}".rstrip() for line in mail.quoted.split("\n"))
        text = f"{text}\n\n{mail.quote_line}\n{older}"
    message.set_content(text + "\n", charset=_charset(text, mail.charset), cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.inline:
        kind, _, subkind = mail.inline.kind.partition("/")
        page = message.get_payload()[-1]  # type: ignore[index]
        page.add_related(  # type: ignore[union-attr]
            mail.inline.data,
            kind,
            subkind,
            cid=f"<{content_id(mail.inline)}>",
            filename=mail.inline.name,
            disposition="inline",
        )
    if mail.calendar:
        message.add_alternative(
            mail.calendar, subtype="calendar", cte="base64", params={"method": "REQUEST"}
        )
    for file in mail.files:
        kind, _, subkind = file.kind.partition("/")
        message.add_attachment(file.data, kind, subkind, filename=file.name)


def content_id(picture: File) -> str:
    """The bare Content-ID of an inline picture, made from its bytes."""
    return f"{hashlib.sha256(picture.data).hexdigest()[:16]}@picture"


def _charset(text: str, wished: str) -> str:
    try:
        text.encode(wished)
    except UnicodeEncodeError:
        return "utf-8"
    return wished


def _name_boundaries(message: EmailMessage, seed: str) -> None:
    # The library's own boundaries are random: they would give every run other bytes.
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()
            part.set_boundary(f"=_{digest[:24]}")
