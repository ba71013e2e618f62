"""Mails such as a practice gets, from a seed: the same number gives the same mail for ever.

Most are small: a few lines, or text beside its page of HTML. About one in ten carries photographs
or documents, and these make up most of the bytes. The mean is about 60 kB.
"""

import base64
import quopri
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from html import escape

from bench.words import paragraphs, some

CLIENTS = 300
FROM_CLIENTS = 0.8  # share of mails that come from a client's address
KINDS = {"plain": 33, "page": 45, "logo": 12, "files": 10}  # in a hundred
_FIRST = "Anna Béatrice Chloé Daniel Émile Farah Georges Hélène Ivan Jane Karim Louise"
_LAST = "Müller Dubois Smith García Okafor Lefèvre Novák Brown Costa Petit Wójcik Young"
_PROVIDERS = ("mail.test", "home.test", "post.test", "free.test", "orchard.test")
_MAILERS = ("iPhone Mail (20G75)", "Thunderbird 115.3", "Outlook 16.0", "Webmail 1.6.2")
_STYLE = "margin:0;padding:8px 12px;font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#{}"


@dataclass(frozen=True)
class Mail:
    """A raw mail with CRLF line ends, and the reference of the client it is from, or None."""

    raw: bytes
    client: str | None


@dataclass(frozen=True)
class _Sender:
    name: str
    address: str
    client: str | None


def client_rows() -> list[dict[str, str]]:
    """The clients as rows for `postroom import clients`."""
    people = (_client(number) for number in range(1, CLIENTS + 1))
    return [{"reference": p.client or "", "name": p.name, "email": p.address} for p in people]


def make_mails(count: int, seed: int = 1) -> Iterator[Mail]:
    """`count` mails, no two alike, one at a time: together they may not fit in memory."""
    for number in range(1, count + 1):
        yield _mail(number, random.Random(f"{seed}/{number}"))


def _mail(number: int, rng: random.Random) -> Mail:
    sender = _sender(number, rng)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    written = paragraphs(rng, int(rng.lognormvariate(6.6, 0.9)))
    if rng.random() < 0.45:
        written += _quoted(rng)
    if kind == "plain":
        head, body = _text("\n\n".join(written), "plain", rng)
    else:
        head, body = _alternative(written, rng)
    if kind == "logo":
        logo = _file("image/png", "logo.png", _PNG + rng.randbytes(rng.randint(3_000, 14_000)))
        head, body = _multipart("related", [(head, body), logo], rng)
    if kind == "files":
        attached = [_attachment(rng) for _ in range(rng.choice((1, 1, 1, 2)))]
        head, body = _multipart("mixed", [(head, body), *attached], rng)
    text = f"{_headers(sender, number, rng)}MIME-Version: 1.0\n{head}\n"
    return Mail((text.encode() + body).replace(b"\n", b"\r\n"), sender.client)


def _sender(number: int, rng: random.Random) -> _Sender:
    if rng.random() < FROM_CLIENTS:
        return _client(rng.randint(1, CLIENTS))
    return _Sender(_name(rng), f"someone{number}@{rng.choice(_PROVIDERS)}", None)


def _client(number: int) -> _Sender:
    rng = random.Random(f"client {number}")
    name = _name(rng)
    return _Sender(name, f"client{number}@{rng.choice(_PROVIDERS)}", f"B{number:04}")


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST.split())} {rng.choice(_LAST.split())}"


# -- headers -------------------------------------------------------------------------------


def _headers(sender: _Sender, number: int, rng: random.Random) -> str:
    sent = datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(seconds=rng.randrange(200 * 86_400))
    domain = sender.address.partition("@")[2]
    lines = [f"Return-Path: <{sender.address}>", "Delivered-To: desk@practice.test"]
    for hop in range(rng.randint(2, 5)):
        when = format_datetime(sent + timedelta(seconds=9 - hop))
        lines.append(
            f"Received: from out{hop}.{domain} (out{hop}.{domain} [192.0.2.{40 + hop}])\n"
            f"\tby mx{hop}.practice.test (Postfix) with ESMTPS id {rng.getrandbits(64):016X}\n"
            f"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
            f"\tfor <desk@practice.test>; {when}"
        )
    lines += [
        f"Authentication-Results: mx0.practice.test; dkim=pass header.d={domain};\n"
        f"\tspf=pass smtp.mailfrom={sender.address}; dmarc=pass header.from={domain}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s2026;\n"
        f"\th=from:to:subject:date:message-id:mime-version:content-type;\n"
        f"\tbh={_base64(rng.randbytes(32)).strip()};\n"
        f"\tb={_base64(rng.randbytes(256)).strip().replace(chr(10), chr(10) + chr(9) + ' ')}",
        f"From: {_encoded(sender.name)} <{sender.address}>",
        'To: "The practice" <desk@practice.test>',
        f"Subject: {_encoded(' '.join(some(rng, rng.randint(2, 9))).capitalize())}",
        f"Date: {format_datetime(sent)}",
        f"Message-ID: <{number}.{rng.getrandbits(80):020x}@{domain}>",
        f"X-Mailer: {rng.choice(_MAILERS)}",
    ]
    if rng.random() < 0.4:
        before = [f"<{rng.getrandbits(96):024x}@practice.test>" for _ in range(rng.randint(1, 4))]
        lines += [f"In-Reply-To: {before[-1]}", "References: " + "\n ".join(before)]
    return "\n".join(lines) + "\n"


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=70).encode()


# -- bodies: each a head (lines of text) and the bytes that follow it ------------------------

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def _alternative(written: list[str], rng: random.Random) -> tuple[str, bytes]:
    page = _page(written, rng)
    offers = [_text("\n\n".join(written), "plain", rng), _text(page, "html", rng)]
    return _multipart("alternative", offers, rng)


def _page(written: list[str], rng: random.Random) -> str:
    """HTML as mail programs write it: each paragraph in its table, and styles everywhere."""
    style = _STYLE.format(f"{rng.getrandbits(24):06x}")
    rows = "\n".join(
        f'<tr><td style="{style}"><p class="MsoNormal" style="line-height:1.4"><span '
        f'lang="EN-GB">{escape(text)}</span></p></td></tr>'
        for text in written
    )
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>'
        + "".join(f".c{n} {{ {style} }}\n" for n in range(rng.randint(2, 40)))
        + f'</style></head><body><table width="600" cellpadding="0">{rows}</table></body></html>\n'
    )


def _quoted(rng: random.Random) -> list[str]:
    lines = " ".join(paragraphs(rng, rng.randint(200, 3_000))).split()
    quoted = "\n".join("> " + " ".join(lines[n : n + 11]) for n in range(0, len(lines), 11))
    return ["On Mon, 5 Jan 2026 at 09:12, The practice <desk@practice.test> wrote:", quoted]


def _text(text: str, subtype: str, rng: random.Random) -> tuple[str, bytes]:
    kind = f'Content-Type: text/{subtype}; charset="utf-8"\nContent-Transfer-Encoding: '
    if rng.random() < 0.3:
        return f"{kind}base64\n", base64.encodebytes(text.replace("\n", "\r\n").encode())
    return f"{kind}quoted-printable\n", quopri.encodestring(text.encode()) + b"\n"


def _attachment(rng: random.Random) -> tuple[str, bytes]:
    size = int(50_000 * 16 ** rng.random())  # 50 to 800 kB, the small ones more often
    name = "_".join(some(rng, 2))
    if rng.random() < 0.6:
        data = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + rng.randbytes(size) + b"\xff\xd9"
        return _file("image/jpeg", f"IMG_{rng.randint(1, 9999):04}.jpg", data)
    data = b"%PDF-1.7\n1 0 obj\nstream\n" + rng.randbytes(size) + b"\nendstream\n%%EOF\n"
    return _file("application/pdf", name + ".pdf", data)


def _file(kind: str, name: str, data: bytes) -> tuple[str, bytes]:
    place = "inline" if name == "logo.png" else "attachment"
    head = (
        f'Content-Type: {kind}; name="{_encoded(name)}"\nContent-ID: <{name.encode().hex()}>\n'
        f'Content-Disposition: {place}; filename="{_encoded(name)}"\n'
        "Content-Transfer-Encoding: base64\n"
    )
    return head, base64.encodebytes(data)


def _multipart(
    subtype: str, parts: list[tuple[str, bytes]], rng: random.Random
) -> tuple[str, bytes]:
    boundary = f"=_{rng.getrandbits(96):024x}"
    opening = f"--{boundary}\n"
    body = b"\n".join(f"{opening}{head}\n".encode() + data for head, data in parts)
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n'
    return head, body + f"\n--{boundary}--\n".encode()


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode()
