"""Resource bombs (RELIABILITY S6): each is read in a process of its own that may not grow."""

import json
import subprocess
import sys
from base64 import encodebytes
from pathlib import Path

import pytest

from postroom.kit.mime import PARSE_LIMIT

SECONDS = 10
MEMORY = 256 * 2**20

# What the child does; the mail comes from a file, so that the child holds it only once. Its peak
# is VmHWM: ru_maxrss would begin with the memory of the parent.
CHILD = """
import hashlib, json, re, sys, time
from postroom.kit import mime
raw = open(sys.argv[1], "rb").read()
start = time.process_time()
letter = mime.read(raw)
spent = time.process_time() - start
last = len(letter.files)
if last:
    start = time.process_time()
    sha = hashlib.sha256(mime.content(raw, last)).hexdigest()
    spent = max(spent, time.process_time() - start)
    assert sha == letter.files[-1].sha256
print(json.dumps({
    "seconds": spent,
    "bytes": int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) * 1024,
    "text": letter.text[:100],
    "files": last,
    "subject": letter.subject[:100],
    "problems": letter.problems,
}))
"""
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def read_in_a_child(raw: bytes, folder: Path) -> dict:
    path = folder / "mail.eml"
    path.write_bytes(raw)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        timeout=120,
        check=False,
    )
    path.unlink()
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)


def nested_parts(count: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(count)
    )
    closed = b"".join(b"\r\n--b%d--" % n for n in reversed(range(count)))
    return b"Subject: deep\r\n" + opened + b"\r\nhello" + closed


def many_parts(count: int, body: bytes = b"\r\nx") -> bytes:
    return MIXED + (b"--b\r\n" + body + b"\r\n") * count + b"--b--\r\n"


def big_base64(size: int) -> bytes:
    head = b"Subject: big\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    return (head + encodebytes(bytes(size * 3 // 4)))[:size]


# Name -> mail, problems that must be named, files that must be kept.
BOMBS = {
    "1,000 nested parts": (lambda: nested_parts(1000), {"too-deep"}, 1),
    "1,000 nested mails": (
        lambda: b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"Subject: x\r\n\r\nhello",
        set(),
        1,
    ),
    "100,000 headers": (
        lambda: b"Subject: x\n" + b"X-A: some words\n" * 100_000 + b"\nbody",
        {"too-many-headers"},
        0,
    ),
    "10,000 parts": (lambda: many_parts(10_000), {"too-many-parts"}, 1),
    "50 MB base64": (lambda: big_base64(PARSE_LIMIT), set(), 1),
    "50 MB broken base64": (
        lambda: (
            b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
            + b"QUJD!=A=" * 6_200_000
        ),
        {"base64"},
        1,
    ),
    "50 MB of emoji": (
        lambda: b"Content-Type: text/plain; charset=utf-8\n\n" + "é😀".encode() * 8_000_000,
        {"text-cut"},
        1,
    ),
    "24 MB of broken quoted-printable": (
        lambda: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=Z = \n" * 4_000_000,
        {"quoted-printable", "text-cut"},
        1,
    ),
    "50 MB of spaces": (
        lambda: b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * 49_000_000,
        {"text-cut"},
        1,
    ),
    "24 MB uuencoded": (
        lambda: (
            b"Content-Type: image/png\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n"
            + b"#86)C\n" * 4_000_000
        ),
        set(),
        1,
    ),
    "10 million lines like delimiters": (
        lambda: MIXED + b"\n--bx" * 9_900_000,
        {"too-many-parts"},
        1,
    ),
    "12 million delimiters": (lambda: MIXED + b"\n--b" * 12_000_000, {"too-many-parts"}, 1),
    "50 boundaries of one beginning": (
        lambda: (
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%s\n\n--b%s\n" % (b"x" * n, b"x" * n)
                for n in range(49)
            )
            + (b"\n--b" + b"x" * 25 + b"y") * 1_500_000
        ),
        {"too-many-parts"},
        1,
    ),
    "a boundary of 90 kB": (
        lambda: (
            b'Content-Type: multipart/mixed; boundary="%s"\n\n\n' % (b"-" * 90_000)
            + b"-" * 49_000_000
        ),
        {"boundary", "text-cut"},
        1,
    ),
    "a header of 48 MB": (
        lambda: b"Subject: " + b"a b " * 12_000_000 + b"\n\nbody",
        {"header-cut"},
        0,
    ),
    "a header of 16 million lines": (
        lambda: b"Subject: a" + b"\n x" * 16_000_000 + b"\n\nbody",
        {"header-cut"},
        0,
    ),
    "300 senders of brackets": (
        lambda: (b"From: " + b"(" * 90_000 + b"\n") * 300 + b"\n",
        set(),
        0,
    ),
    "300 senders of quotes": (
        lambda: (b"From: " + b'"\\' * 40_000 + b"a@b:;" * 1000 + b"\n") * 300 + b"\n",
        set(),
        0,
    ),
    "encoded words without end": (
        lambda: (
            (b"Subject: " + b"=?utf-8?q?a" * 9000 + b"\nTo: " + b"=?x?b?YQ" * 9000 + b"\n") * 50
            + b"\n"
        ),
        set(),
        0,
    ),
    "parameters without end": (
        lambda: (
            b"Content-Type: text/plain"
            + b"; a*0*=b" * 11_000
            + b"\nContent-Disposition: attachment"
            + b";  a  " * 15_000
            + b"\n\nx"
        ),
        set(),
        1,
    ),
    "999 texts of unknown letters": (
        lambda: many_parts(999, b"Content-Type: text/plain\n\n" + bytes(range(128, 256)) * 300),
        {"charset", "text-cut"},
        300,
    ),
    "500 mails of 9,990 headers": (
        lambda: many_parts(500, b"Content-Type: message/rfc822\n\n" + b"A: b\n" * 9990),
        set(),
        500,
    ),
    "odd lines for headers": (
        lambda: many_parts(999, b"junk line\n" * 800 + b"Subject: x\n\ntext"),
        {"headers"},
        0,
    ),
    "tags without end": (
        lambda: b"Content-Type: text/html\n\n" + b"<script" * 280_000,
        set(),
        0,
    ),
    "59,000 nested tags": (lambda: b"Content-Type: text/html\n\n" + b"<div>" * 59_000, set(), 0),
    "a table of 2,500 lines and 240,000 columns": (
        lambda: (
            b"Content-Type: text/html\n\n<table><tr><td>"
            + b"a<br>" * 2500
            + b"</td><td>"
            + b"w" * 240_000
            + b"</td></tr></table>"
        ),
        set(),
        0,
    ),
    "999 pages": (
        lambda: many_parts(999, b"Content-Type: text/html\n\n" + b"<p>x <b>y</b>" * 150),
        set(),
        0,
    ),
    "2 MB of flowed lines": (
        lambda: b"Content-Type: text/plain; format=flowed; delsp=yes\n\n" + b"a \n" * 660_000,
        set(),
        0,
    ),
    "24 million CR": (lambda: b"Subject: x\r\r" + b"a\r" * 24_000_000, {"text-cut"}, 1),
    "60 MB": (lambda: b"Subject: big\n\n" + b"x" * 60_000_000, {"too-big"}, 0),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_within_its_time_and_memory(name, tmp_path):
    made, problems, files = BOMBS[name]
    found = read_in_a_child(made(), tmp_path)
    assert found["seconds"] <= SECONDS
    assert found["bytes"] <= MEMORY
    assert problems <= set(found["problems"])
    assert found["files"] >= files
    assert "unreadable" not in found["problems"]


def test_a_mail_above_the_limit_still_has_its_headers(tmp_path):
    found = read_in_a_child(b"Subject: big\n\n" + b"x" * PARSE_LIMIT, tmp_path)
    assert (found["subject"], found["text"], found["problems"]) == ("big", "", ["too-big"])


def test_the_body_after_too_many_headers_is_read(tmp_path):
    found = read_in_a_child(b"Subject: x\n" + b"X-A: b\n" * 100_000 + b"\nbody", tmp_path)
    assert (found["subject"], found["text"]) == ("x", "body")
