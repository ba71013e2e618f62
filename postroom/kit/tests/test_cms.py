"""A letter wrapped in its S/MIME signature is read; one that is encrypted is not."""

import random
from base64 import encodebytes
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from postroom.kit.mime import INSIDE, cms, content, read

LETTER = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
    b"Signed words\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1,2\r\n--b--\r\n"
)
HEAD = b"From: a@b.example\nSubject: s\nContent-Type: application/pkcs7-mime; name=smime.p7m%s\n"
HEAD += b"Content-Transfer-Encoding: base64\n\n"


@pytest.fixture(scope="module")
def wrapped() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(LETTER)
    builder = builder.add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


@pytest.mark.parametrize("kind", [b"; smime-type=signed-data", b""])
def test_the_words_and_files_inside_are_read(wrapped: bytes, kind: bytes) -> None:
    raw = HEAD % kind + encodebytes(wrapped)
    letter = read(raw)
    assert letter.text.strip() == "Signed words"
    assert (letter.signed, letter.encrypted, letter.subject) == ("smime", "", "s")
    assert [(file.n, file.name) for file in letter.files] == [
        (1, "smime.p7m"),
        (INSIDE + 1, "a.csv"),
    ]
    assert content(raw, INSIDE + 1) == b"1,2"
    assert content(raw, 1) == wrapped


def test_a_string_in_pieces_without_length_is_put_together() -> None:
    pieces = b"\x24\x80\x04\x06Conten\x04\x02t-\x00\x00"
    inside = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010701") + b"\xa0\x80" + pieces
    signed = b"\x30\x80\x02\x01\x01\x31\x00" + inside + b"\x00\x00\x00\x00\x00\x00"
    whole = b"\x30\x80\x06\x09" + cms.SIGNED + b"\xa0\x80" + signed + b"\x00\x00\x00\x00"
    assert cms.signed_content(whole) == b"Content-"


def test_what_is_encrypted_stays_shut() -> None:
    letter = read(HEAD % b"; smime-type=enveloped-data" + encodebytes(b"\x30\x80\x06\x01\x2a"))
    assert (letter.text.strip(), letter.encrypted) == ("", "smime")


def test_damage_harms_nobody(wrapped: bytes) -> None:
    chance = random.Random(5)
    for _ in range(500):
        broken = bytearray(wrapped[: chance.randrange(1, len(wrapped))])
        for _ in range(3):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert len(cms.signed_content(bytes(broken))) <= len(broken)
    for deep in (b"\x30\x80" * 5_000, b"\x24\x80" * 5_000, b"\x30\x88" + b"\xff" * 100, b""):
        assert cms.signed_content(deep) == b""
