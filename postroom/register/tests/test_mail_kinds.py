"""What a letter is besides its text: told in words, its files reachable (XP-42)."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from postroom.kit.mime import Letter, read
from postroom.register.mail_words import kept_shut, what
from postroom.register.models import Entry
from postroom.register.reading import events_in
from postroom.register.tests.post import mail, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast
from tests.support.real_data import FOLDER

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
METHOD:{method}
BEGIN:VEVENT
UID:1@x
SEQUENCE:{sequence}
SUMMARY:Check-up <b>of Biscuit</b>
DTSTART;TZID=Europe/Paris:20261124T090000
DTEND;TZID=Europe/Paris:20261124T093000
LOCATION:12 Mill Lane
ORGANIZER;CN=Hollis:mailto:hollis@farrow.example
ATTENDEE;PARTSTAT=DECLINED;CN=Bob:mailto:bob@tern.example
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def page_of(cast: Cast, bob: Browser, raw: bytes) -> tuple[Entry, str]:
    entry = put(cast.practice, raw, clients=[cast.hollis])
    return entry, words(bob.get(f"/p/tern/entries/{entry.pk}"))


def with_file(name: str, media_type: str, data: bytes) -> bytes:
    kind, _, sub = media_type.partition("/")
    head = (
        b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    )
    said = f"\nsee\n--b\nContent-Type: {kind}/{sub}; name={name}\n".encode()
    return head + said + b"Content-Disposition: attachment\n\n" + data + b"\n--b--\n"


def ics(method: str, sequence: int = 0) -> bytes:
    return INVITATION.format(method=method, sequence=sequence).encode()


def test_a_bounce_says_which_address_failed_and_why(cast: Cast, bob: Browser) -> None:
    raw = (FOLDER / "bounces/sisimai/lhost-postfix-02.eml").read_bytes()
    entry, page = page_of(cast, bob, raw)
    (failure, *_) = read(raw).failures
    assert entry.automatic == "bounce"
    assert f"‹{failure.address}› did not get the message." in page
    assert "The mail server said:" in page
    assert "Delivery report" in page


def test_an_automatic_reply_is_called_one_where_it_waits_and_on_the_record(
    cast: Cast, bob: Browser
) -> None:
    raw = b"Auto-Submitted: auto-replied\n" + mail(subject="Out of office")
    put(cast.practice, raw, clients=[cast.hollis])
    put(cast.practice, raw)
    assert "Automatic reply" in words(bob.get("/p/tern/unresolved"))
    assert "Automatic reply" in words(bob.get(f"/p/tern/clients/{cast.hollis.pk}"))


@pytest.mark.parametrize(
    ("method", "sequence", "heading"),
    [
        ("REQUEST", 0, "Invitation"),
        ("REQUEST", 2, "Invitation, changed"),
        ("CANCEL", 1, "Cancelled"),
        ("REPLY", 0, "Bob ‹bob@tern.example› declines the invitation"),
        ("PUBLISH", 0, "Event"),
    ],
)
def test_an_invitation_is_told_in_words(
    cast: Cast, bob: Browser, method: str, sequence: int, heading: str
) -> None:
    cast.practice.time_zone = "America/Montreal"
    cast.practice.save()
    _, page = page_of(cast, bob, with_file("a.ics", "text/calendar", ics(method, sequence)))
    assert f'aria-label="{heading}"' in page
    assert "Check-up &lt;b&gt;of Biscuit&lt;/b&gt;" in page
    assert "24 Nov 2026, 03:00 – 03:30" in page
    assert "12 Mill Lane" in page
    assert "Hollis ‹hollis@farrow.example›" in page


def test_every_calendar_of_the_corpus_is_told_or_stays_a_file() -> None:
    files = sorted((FOLDER / "ical").rglob("*.ics"))
    told = [events_in(path.read_bytes(), ZoneInfo("Europe/Paris")) for path in files]
    assert len(files) > 150
    assert sum(bool(events) for events in told) >= 90


def test_the_files_of_a_winmail_dat_are_listed_and_downloaded(cast: Cast, bob: Browser) -> None:
    data = (FOLDER / "tnef/tnefparse/two-files.tnef").read_bytes()
    raw = mail(files=[("winmail.dat", "application/ms-tnef", data)])
    entry, page = page_of(cast, bob, raw)
    names = {a.name: a for a in entry.attachments.all()}
    assert set(names) == {"winmail.dat", "AUTHORS", "README"}
    assert "its files are listed too" in page
    for name, size in (("AUTHORS", 244), ("README", 893), ("winmail.dat", len(data))):
        answer = bob.get(f"/p/tern/attachments/{names[name].pk}")
        assert len(answer.content) == size


def forwarded() -> bytes:
    inner = mail(
        subject="The innermost", html="<p>Rich</p>", files=[("x.txt", "text/plain", b"deep")]
    )
    middle = with_file("inner.eml", "message/rfc822", inner).replace(
        b"From: a@b.example", b"From: a@b.example\nSubject: The middle"
    )
    return with_file(
        "middle.eml",
        "message/rfc822",
        middle.replace(b"boundary=b", b"boundary=c").replace(b"--b", b"--c"),
    )


def test_an_attached_message_opens_as_a_letter_with_its_own_files(cast: Cast, bob: Browser) -> None:
    entry, page = page_of(cast, bob, forwarded())
    path = f"/p/tern/attachments/{entry.attachments.get().pk}/message"
    assert path in page
    assert "The middle" in words(bob.get(path))
    inner = words(bob.get(f"{path}?in=1"))
    assert "The innermost" in inner
    assert "please fill in the form" in words(bob.get(f"{path}?in=1&view=text"))
    frame = bob.get(f"{path}/body?in=1")
    assert "Rich" in words(frame)
    assert "sandbox" in frame["Content-Security-Policy"]
    file = bob.get(f"{path}/file?in=1.1")
    assert file.content.strip() == b"deep"
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("place", ["9", "1.9", "1.1.1", "x", "0", "1" * 500, "1." * 40])
def test_a_place_that_is_none_is_not_there(cast: Cast, bob: Browser, place: str) -> None:
    entry, _ = page_of(cast, bob, forwarded())
    path = f"/p/tern/attachments/{entry.attachments.get().pk}/message"
    assert bob.get(f"{path}?in={place}").status_code == 404
    assert bob.get(f"{path}/body?in={place}").status_code == 404


def test_who_may_not_read_the_letter_may_not_read_what_is_in_it(cast: Cast) -> None:
    entry = put(cast.practice, forwarded(), clients=[cast.hollis])
    path = f"/p/tern/attachments/{entry.attachments.get().pk}/message"
    for page in (path, f"{path}/body", f"{path}/file"):
        assert cast.browser(cast.charlie).get(page).status_code == 404


def test_quotations_of_a_rich_letter_are_folded(cast: Cast, bob: Browser) -> None:
    raw = mail(html="<p>Yes!</p><blockquote>Would Tuesday suit you?</blockquote>")
    entry = put(cast.practice, raw, clients=[cast.hollis])
    frame = words(bob.get(f"/p/tern/entries/{entry.pk}/body"))
    assert "<details><summary>Show quoted text</summary><blockquote>Would Tuesday" in frame


@pytest.mark.parametrize(
    ("media_type", "name", "said"),
    [
        ("image/heic", "IMG_1.HEIC", "a photo from a phone"),
        ("audio/amr", "call.amr", "a voice message or a sound"),
        ("application/vnd.ms-outlook", "a.msg", "a message from Outlook"),
        ("application/octet-stream", "a.msg", "a message from Outlook"),
        ("message/rfc822", "a.eml", "a message"),
        ("text/calendar", "a.ics", "an invitation"),
        ("application/pkcs7-signature", "smime.p7s", "the signature"),
        ("application/pdf", "a.pdf", ""),
    ],
)
def test_a_word_says_what_a_file_is(media_type: str, name: str, said: str) -> None:
    assert what(media_type, name) == said


LOCKED = {
    "a.pdf": b"%PDF-1.7\n1 0 obj<</Filter/Standard>>endobj\ntrailer<</Encrypt 1 0 R>>",
    "a.zip": b"PK\x03\x04\x14\x00\x01\x00\x08\x00" + bytes(40),
    "a.docx": b"\xd0\xcf\x11\xe0" + bytes(60) + "EncryptedPackage".encode("utf-16-le"),
}


@pytest.mark.parametrize("name", LOCKED)
def test_a_file_with_a_password_says_so(cast: Cast, bob: Browser, name: str) -> None:
    raw = mail(files=[(name, "application/octet-stream", LOCKED[name])])
    assert "opens with a password" in page_of(cast, bob, raw)[1]
    plain = mail(files=[(name, "application/octet-stream", LOCKED[name][:6])])
    assert "opens with a password" not in page_of(cast, bob, plain)[1]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ('multipart/signed; protocol="application/pkcs7-signature"; boundary=b', "signed (S/MIME)"),
        ('multipart/signed; protocol="application/pgp-signature"; boundary=b', "signed (PGP)"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "encrypted (S/MIME)"),
        ("application/pkcs7-mime; smime-type=signed-data", "signed (S/MIME)"),
        (
            'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
            "encrypted (PGP)",
        ),
    ],
)
def test_signed_and_encrypted_letters_are_shown_as_such(kind: str, said: str) -> None:
    raw = f"From: a@b.example\nContent-Type: {kind}\n\n--b\n\nhello\n--b--\n".encode()
    (note,) = kept_shut(read(raw))
    assert said in note


def test_every_mail_of_the_corpus_with_machines_in_it_has_words() -> None:
    def told(path: Path) -> Letter:
        return read(path.read_bytes())

    letters = [told(path) for path in sorted((FOLDER / "bounces").rglob("*.eml"))]
    codes = {letter.automatic for letter in letters} - {""}
    assert codes <= {code for code, _ in Entry.AUTOMATIC}
