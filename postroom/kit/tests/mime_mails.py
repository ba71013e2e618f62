"""Invented mails for the tests and measurements of kit.mime."""

import random
from base64 import encodebytes
from quopri import encodestring

_TEXT = (
    "bonjour merci rendez-vous contrôle déjà reçu facture ordonnance patiente chien vaccin "
    "résultats analyse demain matin possible rappeler numéro dossier urgent côté à très bientôt "
    "hello please find attached the report of our visit next week kind regards"
)
_WORDS = _TEXT.split()
_RECEIVED = (
    "Received: from mx{n}.example.net (mx{n}.example.net [192.0.2.{n}])\r\n"
    "\tby imap.example.org (Postfix) with ESMTPS id 4F{n}ABC\r\n"
    "\tfor <desk@practice.example>; Tue, 1 Jul 2025 10:52:{n:02d} +0200 (CEST)\r\n"
)


def prose(rng: random.Random, count: int) -> str:
    """`count` words in lines of about twelve."""
    chosen = [rng.choice(_WORDS) for _ in range(count)]
    return "\n".join(" ".join(chosen[i : i + 12]) for i in range(0, count, 12)) + "\n"


def realistic(n: int) -> bytes:
    """Mail `n` of an invented practice: mean 60 kB, usual kinds and encodings, CRLF."""
    rng = random.Random(n)
    top = "".join(_RECEIVED.format(n=rng.randrange(10, 60)) for _ in range(4))
    top += (
        "Authentication-Results: imap.example.org; dkim=pass header.d=example.net;\r\n"
        "\tspf=pass smtp.mailfrom=anna@example.net; dmarc=pass\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=s1;\r\n"
        + "".join(f"\t{'bh0' * 20}\r\n" for _ in range(5))
        + "From: =?utf-8?q?Ann=C3=A9e_Dupr=C3=A9?= <anna@example.net>\r\n"
        'To: "Cabinet, accueil" <desk@practice.example>, Dr Jean <jean@practice.example>\r\n'
        "Cc: bob@example.net\r\n"
        f"Subject: =?utf-8?b?UmVuZGV6LXZvdXMgZMOpcGxhY8Op?= {n}\r\n"
        f"Message-ID: <{n}.{rng.random()}@example.net>\r\n"
        f"In-Reply-To: <{n - 1}@practice.example>\r\n"
        f"References: <{n - 2}@practice.example> <{n - 1}@practice.example>\r\n"
        "Date: Tue, 1 Jul 2025 10:52:37 +0200\r\nMIME-Version: 1.0\r\n"
    )
    words = prose(rng, rng.randrange(80, 400))
    text = leaf("text/plain; charset=utf-8", words.encode(), "quoted-printable")
    page = "<html><body>" + words.replace("\n", "<br>\n") + "</body></html>"
    html = leaf("text/html; charset=utf-8", page.encode(), "quoted-printable")
    kind = rng.random()
    if kind < 0.2:
        return top.encode() + leaf(
            "text/plain; charset=iso-8859-1", words.encode("latin-1"), "8bit"
        )
    both = multipart("alternative", [text, html], f"alt{n}")
    if kind < 0.45:
        return top.encode() + both
    if kind < 0.7:
        picture = leaf(
            "image/png", rng.randbytes(rng.randrange(8_000, 30_000)), "base64", "logo.png"
        )
        picture = b"Content-ID: <logo@x>\r\n" + picture
        both = multipart("related", [both, picture], f"rel{n}")
    files = [
        leaf(
            "application/pdf",
            rng.randbytes(rng.randrange(20_000, 90_000)),
            "base64",
            f"bilan-{i}.pdf",
        )
        for i in range(rng.randrange(1, 3))
    ]
    return top.encode() + multipart("mixed", [both, *files], f"mix{n}")


def leaf(kind: str, data: bytes, encoding: str = "7bit", name: str = "") -> bytes:
    """A part with its headers, its body ended by CRLF."""
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    if name:
        head += f'Content-Disposition: attachment; filename="{name}"\r\n'
    if encoding == "base64":
        data = encodebytes(data)
    elif encoding == "quoted-printable":
        data = encodestring(data)
    return head.encode() + b"\r\n" + data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def multipart(kind: str, children: list[bytes], boundary: str) -> bytes:
    """A multipart of these parts."""
    line = f"\r\n--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + b"\r\n" + child for child in children) + line + b"--\r\n"
