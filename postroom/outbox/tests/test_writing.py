"""What leaves is what was meant, in any mail program."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit.mime import content, read
from postroom.outbox import rules
from postroom.outbox.writing import Sheet, write

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
name = text.map(rules.one_line)


def sheet(**changes):
    given = {
        "message_id": "<a1@practice.example>",
        "date": NOW,
        "sender": ("Dr Ines Roux", "ines@practice.example"),
        "reply_to": [],
        "to": [("Anna Berg", "anna@client.example")],
        "cc": [],
        "subject": "Your appointment",
        "text": "Good morning\n\nSee you on Monday.\n",
        "html": "",
        "files": [],
    }
    return Sheet(**{**given, **changes})


def parsed(raw):
    return message_from_bytes(raw, policy=policy.default)


@given(subject=name, person=name, words=text)
def test_any_subject_name_and_text_are_read_back_as_they_were_meant(subject, person, words):
    raw = write(sheet(subject=subject, to=[(person, "anna@client.example")], text=words))
    letter = read(raw)
    assert letter.subject == subject
    assert [(one.name, one.address) for one in letter.to] == [(person, "anna@client.example")]
    assert raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) < 999
    body = parsed(raw).get_content().replace("\r\n", "\n")
    meant = words.replace("\r\n", "\n").replace("\r", "\n")
    assert body == (meant if meant.endswith("\n") else meant + "\n")


@given(st.text(max_size=80))
def test_nothing_in_a_name_or_subject_makes_a_header_of_its_own(hostile):
    cleaned = rules.one_line(hostile)
    raw = write(
        sheet(
            subject=cleaned,
            sender=(cleaned, "a@b.example"),
            to=[(cleaned, "c@d.example")],
            files=[(cleaned, "text/plain", b"x")],
        )
    )
    message = parsed(raw)
    wanted = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    assert message.keys() == wanted
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "text/plain", "text/plain")
    ]


@pytest.mark.parametrize("hostile", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "a\r\n b"])
def test_a_break_in_a_header_is_never_written(hostile):
    with pytest.raises(ValueError):
        write(sheet(to=[("Anna", f"{hostile}@client.example")]))


def test_text_html_and_files_stand_in_their_places():
    files = [("Röntgen links; Knie.png", "image/png", bytes(range(256)) * 40)]
    raw = write(sheet(text="Grüße", html="<p>Grüße</p>", files=files))
    message = parsed(raw)
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png")
    ]
    letter = read(raw)
    assert (letter.text.strip(), letter.html.strip()) == ("Grüße", "<p>Grüße</p>")
    assert letter.files[0].name == "Röntgen links; Knie.png"
    assert content(raw, 1) == files[0][2]


def test_a_message_that_is_sent_along_is_not_read_as_part_of_ours():
    raw = write(sheet(files=[("old.eml", "message/rfc822", b"Subject: x\r\n\r\ny")]))
    assert parsed(raw).get_payload(1).get_content_type() == "application/octet-stream"
