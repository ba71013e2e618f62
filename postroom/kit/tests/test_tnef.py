"""winmail.dat: its files come out, and a damaged one harms nobody."""

import random
from base64 import encodebytes

import pytest

from postroom.kit.mime import INSIDE, content, read, tnef
from tests.support.real_data import FOLDER

# What the library tnefparse 1.4.0 finds in the same files; its own data, name for name.
FILES = {
    "IPM-DistList": [("XXXXnews", 19_965)],
    "body": [],
    "data-before-name": [("AUTOEXEC.BAT", 0), ("CONFIG.SYS", 0), ("boot.ini", 289)],
    "garbage-at-end": [],
    "long-filename": [("allproductsmar2000.dat", 279)],
    "missing-filenames": [
        ("generpts.src", 61_210),
        ("TechlibDEC99.doc", 33_792),
        ("TechlibDEC99-JAN00.doc", 34_304),
        ("TechlibNOV99.doc", 33_792),
    ],
    "multi-name-property": [],
    "multi-value-attribute": [("208225__5_seconds__Voice_Mail.mp3", 10_656)],
    "one-file": [("AUTHORS", 244)],
    "rtf": [],
    "triples": [],
    "two-files": [("AUTHORS", 244), ("README", 893)],
    "umlaut": [
        ("TBZ PARIV GmbH.jpg", 44_764),
        ("image003.jpg", 1_001),
        ("UmlautAnhang-äüö.txt", 14),
    ],
    "unicode-mapi-attr-name": [
        ("spaconsole2.cfg", 8_387),
        ("image001.png", 3_815),
        ("image002.png", 3_573),
        ("image003.png", 3_792),
    ],
    "unicode-mapi-attr": [("example.dat", 1_024)],
}
RTF = {"IPM-DistList": 3_781, "long-filename": 1_066, "rtf": 593, "triples": 247, "umlaut": 5_190}


def data(name: str) -> bytes:
    return (FOLDER / f"tnef/tnefparse/{name}.tnef").read_bytes()


def test_the_table_names_every_file_of_the_corpus() -> None:
    assert {path.stem for path in (FOLDER / "tnef").rglob("*.tnef")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_files_inside_are_those_that_others_find(name: str) -> None:
    found = tnef.unwrap(data(name)).files
    rtf = [one for one in found if one.name == "message.rtf"]
    assert [(one.name, len(one.data)) for one in found if one not in rtf] == FILES[name]
    if name in RTF:
        assert [len(one.data) for one in rtf] == [RTF[name]]
        assert rtf[0].data.startswith(b"{\\rtf1")
        assert rtf[0].data.rstrip(b"\x00\r\n").endswith(b"}")


def mail(wrapping: bytes, text: bytes = b"") -> bytes:
    return (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\n" + text + b"\n--b\n"
        b"Content-Type: application/ms-tnef; name=winmail.dat\n"
        b"Content-Transfer-Encoding: base64\n\n" + encodebytes(wrapping) + b"\n--b--\n"
    )


def test_files_inside_have_numbers_of_their_own_and_the_wrapping_keeps_its_own() -> None:
    raw = mail(data("two-files"), b"see")
    letter = read(raw)
    assert [(file.n, file.name) for file in letter.files] == [
        (1, "winmail.dat"),
        (INSIDE + 1, "AUTHORS"),
        (INSIDE + 2, "README"),
    ]
    assert content(raw, 1) == data("two-files")
    assert len(content(raw, INSIDE + 2)) == 893
    for missing in (INSIDE, INSIDE + 3, 2 * INSIDE + 1):
        with pytest.raises(LookupError):
            content(raw, missing)


def test_a_letter_without_words_of_its_own_has_those_of_the_wrapping() -> None:
    assert "Sample description" in read(mail(data("triples"))).text
    assert "<" in read(mail(data("body"))).html
    assert read(mail(data("triples"), b"mine")).text.strip() == "mine"


def test_damaged_wrappings_neither_raise_nor_grow() -> None:
    chance = random.Random(4)
    for name in FILES:
        whole = data(name)
        for _ in range(40):
            broken = bytearray(whole[: chance.randrange(6, len(whole))])
            for _ in range(5):
                broken[chance.randrange(4, len(broken))] = chance.randrange(256)
            found = tnef.unwrap(bytes(broken))
            size = sum(len(one.data) for one in found.files if one.name != "message.rtf")
            assert size <= len(broken) * 3


def test_compressed_rtf_has_its_limit() -> None:
    # Each pair repeats 17 bytes: 2 MB would be 15 MB.
    packed = b"\xff" + b"\x00\x1f" * 8
    bomb = b"\x00" * 4 + b"\xff\xff\xff\x7f" + b"LZFu" + b"\x00" * 4 + packed * 120_000
    assert len(tnef.rtf_of(bomb)) <= tnef.RTF_LIMIT
