"""What must hold for any bytes at all."""

import hashlib
import time
from base64 import encodebytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.kit.addresses import normalise_email
from postroom.kit.mime import charsets, content, mailboxes, params, read, reading, transfer, words
from postroom.kit.mime.notes import Notes
from postroom.kit.tests.mime_mails import realistic
from postroom.kit.text import NAME_LIMIT, clean, fold, safe_file_name, snippet

# Pieces of which mails are made, so that chance finds more than noise.
PIECES = st.sampled_from(
    [
        b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n", b"--bb\n", b"--", b" ", b"\t",
        b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text/html\n",
        b"Content-Type: multipart/alternative; boundary=bb\r\n", b"Content-Type: message/rfc822\n",
        b"Content-Type: multipart/related; boundary=\r\n", b"Content-Type: text/plain; charset=",
        b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Transfer-Encoding: x-uuencode\n", b"begin 644 a\n", b"#86)C\n", b"end\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''%C3;", b"filename*1=x", b'name="',
        b"From: ", b"Subject: ", b"Date: Tue, 1 Jul 2025 10:00:00 +9999\n", b"a@b", b"<", b">",
        b"=?utf-8?q?", b"=?iso-2022-jp?b?", b"?=", b"=C3=A9", b"=", b"=\n", b"QUJD", b"\x00",
        b"\xff", b"\xc3\xa9", b"\x1b$B", b'"', b"\\", b"(", b")", b",", b";", b":", b"utf-16\n",
        b"<table><tr><td>", b"cid:x", b"Content-ID: <x>\n", b"> a \n",
        b"format=flowed; delsp=yes\n",
    ]
)  # fmt: skip
MAILS = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=60).map(b"".join),
)


@settings(max_examples=600, deadline=None)
@given(MAILS)
def test_any_bytes_are_a_letter_and_its_files_are_what_they_are_said_to_be(raw):
    # Without the net of read(), so that a fault of ours is seen.
    letter = reading._read(reading._lined(raw), Notes())
    assert letter == read(raw)
    for file in letter.files:
        assert hashlib.sha256(content(raw, file.n)).hexdigest() == file.sha256
        assert file.name == safe_file_name(file.name) != ""
    for text in (letter.subject, letter.text, letter.html, *letter.references):
        assert clean(text) == text


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 299), st.integers(0, 10_000), st.binary(min_size=1, max_size=9))
def test_a_damaged_mail_is_still_a_letter(n, place, noise):
    raw = realistic(n)
    place = place * len(raw) // 10_000
    raw = raw[:place] + noise + raw[place + len(noise) :]
    letter = reading._read(reading._lined(raw), Notes())
    for file in letter.files:
        assert hashlib.sha256(content(raw, file.n)).hexdigest() == file.sha256


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b"QUJD", b"\r\n", b"=", b"A", b" ", b"!", b"\x00"]), max_size=40))
def test_quick_base64_never_differs_from_the_guarded_way(pieces):
    data = b"QUJD" * 200 + b"".join(pieces) + b"QUJD" * 100
    quick = transfer.quick_base64(data)
    assert quick is None or (quick, "") == transfer.base64_guarded(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600), st.integers(4, 100))
def test_base64_in_chunks_is_the_same_as_in_one(data, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "CHUNK", size)
        assert transfer.base64_guarded(encodebytes(data)) == (data, "")
        assert transfer.base64_guarded(encodebytes(data) + b"QQ==\n") == (data + b"A", "")
        damaged = transfer.base64_guarded(b"!" + encodebytes(data).rstrip(b"=\n"))
        assert damaged == (data, "base64")


def test_quick_base64_is_sure_of_every_single_byte():
    taken = 0
    for byte in range(256):
        for place in (0, 401, 799, 1196, 1199):
            data = bytearray(b"QUJD" * 300)
            data[place] = byte
            quick = transfer.quick_base64(bytes(data))
            if quick is not None:
                taken += 1
                assert (quick, "") == transfer.base64_guarded(bytes(data))
    assert taken >= 64 * 5


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120))
def test_any_text_may_stand_in_a_header(text):
    words.words(text)
    params.content_type(text)
    params.disposition("attachment; filename=" + text)
    for address in mailboxes.parse(text):
        assert address.norm == normalise_email(address.norm)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=30), st.booleans())
def test_any_bytes_are_text_in_any_charset(data, charset, html):
    assert isinstance(charsets.decode(data, charset, Notes(), html), str)
    assert isinstance(charsets.decode_word(data, charset), str)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_words_made_plain_once_stay_as_they_are(text):
    assert clean(clean(text)) == clean(text)
    clean(text).encode()
    assert fold(fold(text)) == fold(text)
    name = safe_file_name(text)
    assert safe_file_name(name) == name
    assert len(name) <= NAME_LIMIT and not set(name) & set("/\\\x00\n\r\u202e:")
    assert len(snippet(text, 40)) <= 40 and "\n" not in snippet(text, 40)


def test_a_realistic_mail_takes_a_few_milliseconds_at_most():
    mails = [realistic(n) for n in range(100)]
    assert 40_000 < sum(map(len, mails)) / len(mails) < 90_000
    start = time.process_time()
    for raw in mails:
        assert read(raw).problems == ()
    # 0.4 ms where it was measured; the bound is for slow and busy machines.
    assert (time.process_time() - start) / len(mails) < 0.004
