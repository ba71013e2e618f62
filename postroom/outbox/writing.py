"""From a letter to the bytes that leave: headers nobody can slip a line into, parts, CRLF.

Seven-bit but for addresses, so that it passes any server unchanged: other letters stand in RFC 2047
words (headers), RFC 2231 (file names) and quoted-printable or base64 (parts).
"""

import base64
import binascii
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

LINE = 76  # characters of a line we fold ourselves (RFC 2047 allows no longer encoded one)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_LONG = re.compile(rb"[^\n]{999}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")


@dataclass(frozen=True)
class Sheet:
    """All that a mail says, each word of it already judged: no line breaks but in the text."""

    message_id: str
    date: datetime  # with the zone to write
    sender: tuple[str, str]
    reply_to: Sequence[tuple[str, str]]
    to: Sequence[tuple[str, str]]
    cc: Sequence[tuple[str, str]]
    subject: str
    text: str
    html: str
    files: Sequence[tuple[str, str, bytes]]
    in_reply_to: str = ""
    references: Sequence[str] = ()
    extra: Sequence[tuple[str, str]] = ()  # further headers: a name, an ASCII value


def write(sheet: Sheet) -> bytes:
    """The mail, with CRLF and a line end last. Raises ValueError for a break in a header."""
    _refuse_breaks(sheet)
    headers = [
        f"From: {_people([sheet.sender], len('From: '))}",
        *(_address_lines("Reply-To", sheet.reply_to)),
        *(_address_lines("To", sheet.to)),
        *(_address_lines("Cc", sheet.cc)),
        f"Subject: {_unstructured(sheet.subject, len('Subject: '))}",
        f"Date: {format_datetime(sheet.date)}",
        f"Message-ID: {sheet.message_id}",
    ]
    if sheet.in_reply_to:
        headers.append(f"In-Reply-To: {sheet.in_reply_to}")
    if sheet.references:
        headers.append("References: " + "\r\n ".join(sheet.references))
    headers += [f"{name}: {value}" for name, value in sheet.extra]
    headers.append("MIME-Version: 1.0")
    head = "\r\n".join(headers)
    # Beyond ASCII there are addresses alone: a server is asked for SMTPUTF8 then (RFC 6532).
    return head.encode() + b"\r\n" + _body(sheet)


def _refuse_breaks(sheet: Sheet) -> None:
    """The last line of defence: whoever made the sheet has looked, and cleaned, before."""
    people = (sheet.sender, *sheet.reply_to, *sheet.to, *sheet.cc)
    words = [sheet.message_id, sheet.subject, sheet.in_reply_to, *sheet.references]
    words += [part for pair in (*people, *sheet.extra) for part in pair]
    words += [name for name, *_ in sheet.files]
    if any(_CONTROL.search(word) for word in words):
        raise ValueError("a line break in a header")


def _body(sheet: Sheet) -> bytes:
    words = _text(sheet.text, "plain")
    if sheet.html:
        words = _multipart("alternative", [words, _text(sheet.html, "html")])
    if not sheet.files:
        return words
    return _multipart("mixed", [words, *(_file(*one) for one in sheet.files)])


def _text(text: str, kind: str) -> bytes:
    """A text part with its own headers."""
    body = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not body.endswith(b"\n"):
        body += b"\n"
    plain = body.isascii() and b"\0" not in body and not _LONG.search(body)
    # A line «From » is turned into «>From » on the way by some mailboxes.
    if plain and not re.search(rb"(?m)^From |[ \t]$", body):
        encoding = "7bit"
    else:
        encoding = "quoted-printable"
        body = binascii.b2a_qp(body, istext=True)
        body = re.sub(rb"(?m)^From ", b"=46rom ", body)
    charset = "us-ascii" if body.isascii() and encoding == "7bit" else "utf-8"
    head = (
        f"Content-Type: text/{kind}; charset={charset}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + body.replace(b"\n", b"\r\n")


def _file(name: str, type_: str, content: bytes) -> bytes:
    """A file part. A message inside is sent as any other file: some servers would look in it."""
    kind = type_.lower().strip()
    if not _TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    head = (
        f"Content-Type: {kind}{_parameter('name', name)}\r\n"
        f"Content-Disposition: attachment{_parameter('filename', name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _parameter(key: str, value: str) -> str:
    """`; key="value"` on a line of its own, by RFC 2231 in pieces where it is not plain."""
    if value.isascii() and len(value) < 60:
        inner = value.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {key}="{inner}"'
    spelt = quote(value, safe="")
    pieces = re.findall(r"(?:%..|.){1,18}", spelt)
    if len(pieces) == 1:
        return f";\r\n {key}*=UTF-8''{spelt}"
    lead = [f"UTF-8''{pieces[0]}", *pieces[1:]]
    return "".join(f";\r\n {key}*{n}*={piece}" for n, piece in enumerate(lead))


def _multipart(kind: str, parts: Iterable[bytes]) -> bytes:
    boundary = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'
    line = f"--{boundary}\r\n".encode()
    return b"".join([head.encode(), *(line + part for part in parts), line[:-2] + b"--\r\n"])


def _address_lines(name: str, people: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{name}: {_people(people, len(name) + 2)}"] if people else []


def _people(people: Sequence[tuple[str, str]], used: int) -> str:
    return ",\r\n ".join(_person(*one, used) for one in people)


def _person(name: str, address: str, used: int) -> str:
    if not name:
        return address
    if name.isascii():
        shown = name if _ATOMS.fullmatch(name) else _quoted(name)
        if len(shown) + used < 200:
            return f"{shown} <{address}>" if len(shown) < LINE else f"{shown}\r\n <{address}>"
    return f"{_encoded(name, used)}\r\n <{address}>"


def _quoted(name: str) -> str:
    inner = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def _unstructured(text: str, used: int) -> str:
    """A subject: as it is where it is plain, folded at its spaces; else in encoded words."""
    # «=?» would be read as an encoded word of somebody else's.
    if not text.isascii() or "=?" in text or any(len(word) > LINE for word in text.split(" ")):
        return _encoded(text, used)
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) + used >= LINE:
            lines.append(line)
            line, used = word, 1
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _encoded(text: str, used: int) -> str:
    """RFC 2047 words in base64, none longer than 75 characters, never within a letter."""
    words: list[str] = []
    chunk = b""
    room = (LINE - used - len("=?utf-8?b??=")) // 4 * 3
    for letter in text:
        byte = letter.encode("utf-8", "replace")
        if chunk and len(chunk) + len(byte) > room:
            words.append(base64.b64encode(chunk).decode())
            chunk, room = b"", (LINE - 1 - len("=?utf-8?b??=")) // 4 * 3
        chunk += byte
    words.append(base64.b64encode(chunk).decode())
    return "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words)
