"""What a reader is told and asked: who vouches for the sender, pictures, links, opening files."""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client as Browser

from postroom.connections.models import MailAccount
from postroom.connections.trouble import Trouble
from postroom.practice.models import AuditEvent
from postroom.register.away import Away, place
from postroom.register.models import DirectOpening, Entry, PictureChoice
from postroom.register.outside import Outside
from postroom.register.safety import opened_as
from postroom.register.tests.post import PNG, mail, put
from postroom.register.tests.test_files import CLOSED
from postroom.register.tests.test_unresolved import words
from postroom.register.views import files
from tests.support.cast import Cast, make_client

SPY = "https://spy.example/1.gif?who=hollis"
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
OFFER = f'<p>Offer</p><img src="{SPY}"><a href="https://shop.example/a?b=1&amp;c">Look</a>'


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The web addresses that our machine asked for; each is a picture, with more behind it."""
    found: list[str] = []
    monkeypatch.setattr(files, "fetch", lambda address: (found.append(address), DOT + b"<b>")[1])
    return found


def offer(cast: Cast, **more: Any) -> Entry:
    return put(cast.practice, mail(html=OFFER), **{"clients": [cast.hollis], **more})


def at(entry: Entry, rest: str = "") -> str:
    return f"/p/tern/entries/{entry.pk}{rest}"


def once(page: str) -> str:
    return page.partition('name="pictures" value="')[2].partition('"')[0]


def picture_of(body: str) -> str:
    return body.partition('src="')[2].partition('"')[0] if "<img" in body else ""


# --- pictures from the internet


def test_pictures_are_shown_once_by_way_of_us(cast: Cast, bob: Browser, asked: list[str]) -> None:
    entry = offer(cast)
    page = words(bob.get(at(entry)))
    assert "1 picture from the internet is blocked" in page
    assert "outside/" not in words(bob.get(at(entry, "/body")))
    shown = words(bob.get(at(entry), {"pictures": once(page)}))
    assert "shown this once" in shown
    frame = shown.partition('<iframe src="')[2].partition('"')[0]
    address = picture_of(words(bob.get(frame.replace("&amp;", "&"))))
    assert f"/p/tern/entries/{entry.pk}/outside/" in address
    assert asked == []  # the page alone asks nobody
    answer = Browser().get(address)
    assert (answer.status_code, asked) == (200, [SPY])
    assert answer.content.startswith(PNG[:8])
    assert b"<b>" not in answer.content  # drawn anew
    assert (answer["Content-Type"], answer["Content-Security-Policy"]) == ("image/png", CLOSED)
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    assert not answer.cookies
    assert "is blocked" in words(bob.get(at(entry)))


@pytest.mark.parametrize("word", ["1", "yes", "x:y:z"])
def test_nobody_else_can_have_the_pictures_shown(cast: Cast, bob: Browser, word: str) -> None:
    entry, other = offer(cast), offer(cast)
    of_another = once(words(bob.get(at(other))))
    for pictures in (word, of_another):
        assert "is blocked" in words(bob.get(at(entry), {"pictures": pictures}))
        body = words(bob.get(at(entry, "/body"), {"pictures": pictures}))
        assert picture_of(body) == ""


def test_an_address_of_ours_gives_one_picture_of_one_letter_for_an_hour(
    cast: Cast, asked: list[str]
) -> None:
    entry, other = offer(cast), offer(cast)
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False) as clock:
        right = Outside("tern", entry.pk)(SPY)
        for wrong in (
            right.replace(f"/{entry.pk}/", f"/{other.pk}/"),
            right.replace("/tern/", "/other/"),
            right[:-1],
            Outside("other", entry.pk)(SPY),
        ):
            assert Browser().get(wrong).status_code == 404, wrong
        assert Browser().get(right).status_code == 200
        clock.shift(3601)
        assert Browser().get(right).status_code == 404
    assert asked == [SPY]


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b""])
def test_what_is_no_picture_is_not_given(
    cast: Cast, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "fetch", lambda address: content)
    assert Browser().get(Outside("tern", offer(cast).pk)(SPY)).status_code == 404


def test_a_server_that_does_not_answer_leaves_the_picture_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(address: str) -> bytes:
        raise Trouble("timeout")

    monkeypatch.setattr(files, "fetch", fails)
    assert Browser().get(Outside("tern", offer(cast).pk)(SPY)).status_code == 404


def test_a_client_is_trusted_with_pictures_until_they_are_blocked_again(
    cast: Cast, bob: Browser
) -> None:
    entry, next_one = offer(cast, verified=True), offer(cast, verified=True)
    ada = make_client(cast.practice, "1", "Ada Brook", [])
    others, forged = offer(cast, verified=True, clients=[ada]), offer(cast)
    assert "Always for this client" in words(bob.get(at(entry)))
    bob.post(at(entry, "/pictures"), {"for": "client"})
    assert "as chosen for this client" in words(bob.get(at(next_one)))
    assert "/outside/" in picture_of(words(bob.get(at(next_one, "/body"))))
    for blocked in (others, forged):  # who wrote the last one, nobody knows
        assert "is blocked" in words(bob.get(at(blocked)))
    bob.post(at(next_one, "/pictures"), {"for": "nobody"})
    assert "is blocked" in words(bob.get(at(entry)))
    lines = AuditEvent.objects.filter(object_kind="pictures").order_by("id")
    assert [(line.action, line.member, line.data) for line in lines] == [
        ("show", cast.bob, {"client": cast.hollis.pk}),
        ("block", cast.bob, {"client": cast.hollis.pk}),
    ]


def test_a_sender_is_trusted_only_where_the_server_confirms_it(cast: Cast, bob: Browser) -> None:
    sure, unsure = offer(cast, verified=True, clients=[]), offer(cast, clients=[])
    assert "Always from this sender" in words(bob.get(at(sure)))
    assert "Always from this sender" not in words(bob.get(at(unsure)))
    bob.post(at(unsure, "/pictures"), {"for": "sender"})
    assert not PictureChoice.objects.exists()
    bob.post(at(sure, "/pictures"), {"for": "sender"})
    assert "as chosen for this sender" in words(bob.get(at(sure)))
    assert "is blocked" in words(bob.get(at(unsure)))
    assert "is blocked" in words(cast.browser(cast.alice).get(at(offer(cast))))


def test_who_only_reads_shows_pictures_once_and_chooses_for_nobody(cast: Cast) -> None:
    rita, entry = cast.browser(cast.rita), offer(cast, verified=True)
    page = words(rita.get(at(entry)))
    assert "Show them once" in page
    assert "Always for" not in page
    assert rita.post(at(entry, "/pictures"), {"for": "client"}).status_code == 403


def test_pictures_of_an_attached_message_are_shown_once(cast: Cast, bob: Browser) -> None:
    inner = mail(html=OFFER)
    entry = put(cast.practice, mail(files=[("a.eml", "application/octet-stream", inner)]))
    address = f"/p/tern/attachments/{entry.attachments.get().pk}/message"
    page = words(bob.get(address))
    assert "is blocked" in page
    shown = words(bob.get(address, {"pictures": once(page)}))
    frame = shown.partition('<iframe src="')[2].partition('"')[0].replace("&amp;", "&")
    assert "/outside/" in picture_of(words(bob.get(frame)))
    assert picture_of(words(bob.get(f"{address}/body"))) == ""


# --- links


def leaving(cast: Cast, address: str) -> str:
    return words(cast.browser(cast.rita).get(Away("tern")(address)))


def test_a_link_goes_by_way_of_a_page_that_shows_its_host(cast: Cast, bob: Browser) -> None:
    text = put(cast.practice, mail(text="Look: https://shop.example/a?b=1&c"))
    for body in (words(bob.get(at(offer(cast), "/body"))), words(bob.get(at(text)))):
        link = body.partition('<a href="/p/tern/leave')[2].partition('"')[0].replace("&amp;", "&")
        page = words(bob.get(f"/p/tern/leave{link}"))
        assert "This link goes to shop.example" in page
        assert '<a class="btn primary" href="https://shop.example/a?b=1&amp;c"' in page
        assert 'rel="noopener noreferrer"' in page


def test_what_no_letter_linked_to_is_not_left_for(cast: Cast, bob: Browser) -> None:
    query = parse_qs(urlsplit(Away("tern")("https://shop.example/")).query)
    mark = query["mark"][0]
    for to in ("https://evil.example/", "javascript:alert(1)", ""):
        answer = bob.get("/p/tern/leave", {"to": to, "mark": mark})
        assert answer.status_code == 400
        assert "evil" not in words(answer)
    theirs = parse_qs(urlsplit(Away("other")("https://shop.example/")).query)["mark"][0]
    assert place("tern", "https://shop.example/", theirs) is None
    signed = parse_qs(urlsplit(Away("tern")("javascript:alert(1)")).query)["mark"][0]
    assert place("tern", "javascript:alert(1)", signed) is None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://bank.example@evil.example/", "It goes to evil.example"),
        ("https://xn--80ak6aa92e.com/", "letters that can look like others"),
        ("http://shop.example/", "not encrypted"),
    ],
)
def test_what_is_odd_about_an_address_is_said(cast: Cast, address: str, said: str) -> None:
    assert said in leaving(cast, address)
    assert said not in leaving(cast, "https://shop.example/")


def test_a_mail_address_and_a_number_stay_what_they_are(cast: Cast, bob: Browser) -> None:
    html = '<a href="mailto:a@b.example">write</a><a href="tel:+441">ring</a>'
    body = words(bob.get(at(put(cast.practice, mail(html=html)), "/body")))
    assert 'href="mailto:a@b.example"' in body
    assert 'href="tel:+441"' in body


# --- who vouches for the sender


def letter_with(cast: Cast, *lines: str, **more: Any) -> Entry:
    account = MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="imap.tern.example", user="desk@tern.example"
    )
    head = "".join(f"{line}\r\n" for line in lines).encode()
    return put(cast.practice, head + mail(), account=account, **more)


@pytest.mark.parametrize(
    ("line", "verified", "expected"),
    [
        (
            "Authentication-Results: mx.tern.example; dmarc=pass",
            True,
            ("Sender confirmed", "mx.tern.example confirmed that it really comes from"),
        ),
        (
            "Authentication-Results: mx.tern.example; dmarc=fail",
            False,
            ("Sender check failed", "mx.tern.example could not confirm that it really comes from"),
        ),
        (
            "Authentication-Results: mx.evil.example; dmarc=fail",
            False,
            ("Sender not confirmed", "did not say whether the address is genuine"),
        ),
    ],
)
def test_the_check_of_the_sender_is_said_in_words_and_by_whom(
    cast: Cast, bob: Browser, line: str, verified: bool, expected: tuple[str, str]
) -> None:
    page = words(bob.get(at(letter_with(cast, line, verified=verified))))
    for one in expected:
        assert one in page
    assert "From outside" in page


def test_a_colleague_is_from_inside_only_where_the_server_confirms_it(
    cast: Cast, bob: Browser
) -> None:
    own = cast.alice.user.email
    sure, unsure = (put(cast.practice, sender_norm=own, verified=yes) for yes in (True, False))
    assert "From outside" not in words(bob.get(at(sure)))
    assert "From outside" in words(bob.get(at(unsure)))


# --- opening files


FILES = [
    ("report.pdf", "application/pdf", b"%PDF-1.4 x"),
    ("scan.png", "image/png", PNG),
    ("note.txt", "text/plain", "Grüße".encode()),
    ("page.html", "text/html", b"<script>alert(1)</script>"),
    ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("false.pdf", "application/pdf", b"<script>alert(1)</script>"),
    ("sheet.csv", "text/csv", b"=cmd"),
]


def test_files_open_only_where_the_practice_chose_so_and_only_safe_ones(
    cast: Cast, bob: Browser
) -> None:
    entry = put(cast.practice, mail(files=FILES), clients=[cast.hollis])
    found = {one.name: f"/p/tern/attachments/{one.pk}/open" for one in entry.attachments.all()}
    assert "/open" not in words(bob.get(at(entry)))
    for address in found.values():
        assert bob.get(address)["Content-Disposition"].startswith("attachment")
    alice = cast.browser(cast.alice)
    settings = "/p/tern/settings/attachments"
    assert bob.get(settings).status_code == 403
    refused = alice.post(settings, {"do": "open"})
    assert refused.status_code == 422
    assert "you risk a virus infection" in words(refused)
    assert not DirectOpening.objects.exists()
    alice.post(settings, {"do": "open", "understood": "on"})
    assert "Alice Moreau acknowledged the risk." in words(alice.get(settings))
    types = {name: bob.get(address) for name, address in found.items()}
    opened = {
        name: answer["Content-Type"]
        for name, answer in types.items()
        if answer["Content-Disposition"].startswith("inline")
    }
    assert opened == {
        "report.pdf": "application/pdf",
        "scan.png": "image/png",
        "note.txt": "text/plain; charset=utf-8",
    }
    for answer in types.values():
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer["X-Content-Type-Options"] == "nosniff"
    page = words(bob.get(at(entry)))
    assert f'href="{found["report.pdf"]}" target="_blank" rel="noopener noreferrer"' in page
    assert found["page.html"] not in page
    alice.post(settings, {"do": "download"})
    assert bob.get(found["report.pdf"])["Content-Disposition"].startswith("attachment")
    done = AuditEvent.objects.filter(action__endswith="_attachments").order_by("id")
    assert [(line.action, line.member) for line in done] == [
        ("open_attachments", cast.alice),
        ("shut_attachments", cast.alice),
    ]


@pytest.mark.parametrize(
    ("declared", "content", "expected"),
    [
        ("text/plain", b"caf\xe9", "text/plain; charset=windows-1252"),
        ("text/plain", b"MZ\0\0", ""),
        ("text/html", b"<p>", ""),
        ("application/pdf", b" %PDF-", ""),
    ],
)
def test_a_file_opens_as_what_its_bytes_are(declared: str, content: bytes, expected: str) -> None:
    assert opened_as(declared, content) == expected
