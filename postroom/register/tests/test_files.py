"""What is served as it came: frame, pictures, attachments, raw mail, and their headers."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.test import Client as Browser

from postroom.clients.models import Client
from postroom.kit import html
from postroom.register import letters
from postroom.register.inline import picture_token
from postroom.register.models import Attachment, Entry
from postroom.register.safety import picture_type
from postroom.register.tests.post import PNG, mail, put
from postroom.register.tests.test_unresolved import words
from postroom.register.views import files
from tests.support.cast import Cast, make_client

CLOSED = "sandbox; default-src 'none'"


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def with_picture(cast: Cast, media_type: str = "image/png", data: bytes = PNG) -> Entry:
    raw = mail(html='<p>Look</p><img src="cid:pic@x">', inline=[("pic@x", media_type, data)])
    return put(cast.practice, raw, clients=[cast.hollis])


def test_the_frames_document_runs_and_loads_nothing(cast: Cast, bob: Browser) -> None:
    raw = mail(html="<p onclick=alert(1)>Hi</p><script>alert(2)</script><form action=/x></form>")
    entry = put(cast.practice, raw, clients=[cast.hollis])
    answer = bob.get(f"/p/tern/entries/{entry.pk}/body")
    policy = answer["Content-Security-Policy"]
    for expected in (
        "default-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
        "img-src http://testserver",
        "frame-ancestors http://testserver",
        "sandbox allow-popups",
    ):
        assert expected in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    page = words(answer)
    assert "Hi" in page
    for gone in ("<script", "onclick", "<form"):
        assert gone not in page


def test_a_page_and_its_frame_read_and_clean_the_letter_once(
    cast: Cast, bob: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = with_picture(cast)
    done: list[str] = []
    read, safe = letters.read_guarded, html.safe
    monkeypatch.setattr(letters, "read_guarded", lambda raw: (done.append("read"), read(raw))[1])
    monkeypatch.setattr(html, "safe", lambda *a, **k: (done.append("safe"), safe(*a, **k))[1])
    for path in ("", "/body", "/body"):
        assert bob.get(f"/p/tern/entries/{entry.pk}{path}").status_code == 200
    assert done == ["read", "safe"]


def test_a_letter_made_safe_long_ago_has_fresh_pictures(cast: Cast) -> None:
    entry = with_picture(cast)
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False) as clock:
        for _ in range(2):
            page = words(cast.browser(cast.bob).get(f"/p/tern/entries/{entry.pk}/body"))
            address = page.partition('src="')[2].partition('"')[0]
            assert Browser().get(address).status_code == 200
            clock.shift(3700)


def test_a_letter_whose_file_is_gone_is_not_shown_from_memory(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    page = f"/p/tern/entries/{entry.pk}"
    assert "fill in the form" in bob.get(f"{page}/body").content.decode()
    entry.mails.get().path.unlink()
    assert "fill in the form" not in bob.get(f"{page}/body").content.decode()


def test_a_filed_letter_is_in_its_clients_language(cast: Cast, bob: Browser) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(language="fr")
    entry = put(cast.practice, clients=[cast.hollis])
    assert '<div class="body mailtext" lang="fr">' in words(bob.get(f"/p/tern/entries/{entry.pk}"))
    assert '<html lang="fr">' in words(bob.get(f"/p/tern/entries/{entry.pk}/body"))
    loud = put(cast.practice, mail(html="<b>loud</b>"), clients=[cast.hollis])
    assert '<html lang="fr">' in words(bob.get(f"/p/tern/entries/{loud.pk}/body"))


def test_a_letter_of_people_with_two_languages_is_in_neither(cast: Cast, bob: Browser) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(language="fr")
    ada = make_client(cast.practice, "1", "Ada Brook", [])
    entry = put(cast.practice, clients=[cast.hollis, ada])
    assert '<div class="body mailtext">' in words(bob.get(f"/p/tern/entries/{entry.pk}"))


def test_the_raw_mail_comes_a_piece_at_a_time_under_asgi(cast: Cast) -> None:
    entry = put(cast.practice, mail(text="x" * 200_000), clients=[cast.hollis])

    stored = entry.mails.get()

    async def pieces(answer: files.Streamed) -> list[bytes]:
        return [piece async for piece in answer]

    with stored.path.open("rb") as file:
        got = async_to_sync(pieces)(files.Streamed(file))
    assert b"".join(got) == stored.read()
    assert len(got) > 1


def test_the_frame_can_show_the_plain_text(cast: Cast, bob: Browser) -> None:
    raw = mail(html="<b>loud</b>", text="quiet words")
    entry = put(cast.practice, raw, clients=[cast.hollis])
    answer = bob.get(f"/p/tern/entries/{entry.pk}/body", {"view": "text"})
    assert "quiet words" in words(answer)
    assert "loud" not in words(answer)


def test_a_picture_in_the_letter_comes_by_a_signed_address_without_cookie(
    cast: Cast, bob: Browser
) -> None:
    entry = with_picture(cast)
    page = words(bob.get(f"/p/tern/entries/{entry.pk}/body"))
    address = page.partition('src="')[2].partition('"')[0]
    assert f"/p/tern/entries/{entry.pk}/inline/" in address
    picture = Browser().get(address)
    assert (picture.status_code, picture.content) == (200, PNG)
    assert picture["Content-Type"] == "image/png"
    assert picture["Content-Security-Policy"] == CLOSED
    assert picture["X-Content-Type-Options"] == "nosniff"


def test_a_signed_address_opens_one_picture_for_an_hour(cast: Cast) -> None:
    entry, other = with_picture(cast), with_picture(cast)
    foreign = put(cast.other, mail(html="<img src='cid:p'>", inline=[("p", "image/png", PNG)]))
    n = entry.attachments.get().n
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False) as clock:
        token = picture_token("tern", entry.pk, n)
        right = f"/p/tern/entries/{entry.pk}/inline/{n}/{token}"
        assert Browser().get(right).status_code == 200
        for wrong in (
            f"/p/tern/entries/{other.pk}/inline/{n}/{token}",
            f"/p/tern/entries/{entry.pk}/inline/{n + 1}/{token}",
            f"/p/other/entries/{foreign.pk}/inline/{n}/{token}",
            right[:-1],
            f"/p/tern/entries/{entry.pk}/inline/{n}/x",
        ):
            assert Browser().get(wrong).status_code == 404, wrong
        clock.shift(3601)
        assert Browser().get(right).status_code == 404


def test_a_token_of_one_practice_is_worth_nothing_in_another(cast: Cast) -> None:
    entry = with_picture(cast)
    n = entry.attachments.get().n
    token = picture_token("other", entry.pk, n)
    assert Browser().get(f"/p/other/entries/{entry.pk}/inline/{n}/{token}").status_code == 404


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("text/html", b"<script>alert(1)</script>"),
        ("image/png", b"<script>alert(1)</script>"),
        ("image/webp", b"RIFF....AVI "),
        ("image/jpeg", b""),
    ],
)
def test_only_true_pictures_are_served_inside_a_letter(
    cast: Cast, declared: str, content: bytes
) -> None:
    assert picture_type(declared, content) == ""
    entry = with_picture(cast)
    Attachment.objects.filter(entry=entry).update(type=declared)
    n = entry.attachments.get().n
    address = f"/p/tern/entries/{entry.pk}/inline/{n}/{picture_token('tern', entry.pk, n)}"
    expected = 200 if declared == "image/png" else 404  # the stored bytes are a true PNG
    assert Browser().get(address).status_code == expected


def test_an_attachment_is_downloaded_and_never_opened(cast: Cast, bob: Browser) -> None:
    name = "Rönt<gen> “Maple”.html"
    raw = mail(files=[(name, "text/html", b"<script>alert(1)</script>")])
    entry = put(cast.practice, raw, clients=[cast.hollis])
    found = entry.attachments.get()
    answer = bob.get(f"/p/tern/attachments/{found.pk}")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(found.name)}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == CLOSED
    assert "no-store" in answer["Cache-Control"]


def test_a_hostile_file_name_cannot_write_a_header(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, mail(files=[("a.pdf", "application/pdf", b"x")]))
    Attachment.objects.filter(entry=entry).update(name='a"\r\nSet-Cookie: x=1;.pdf')
    answer = bob.get(f"/p/tern/attachments/{entry.attachments.get().pk}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "\n" not in answer["Content-Disposition"]


def test_the_raw_mail_is_the_one_that_came(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    answer = bob.get(f"/p/tern/entries/{entry.pk}/raw")
    assert b"".join(answer.streaming_content) == entry.mails.get().read()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert ".eml" in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"] == CLOSED


def test_what_is_missing_on_the_disk_is_not_there(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, mail(files=[("a.pdf", "application/pdf", b"x")]))
    entry.mails.get().path.unlink()
    assert bob.get(f"/p/tern/entries/{entry.pk}/raw").status_code == 404
    assert bob.get(f"/p/tern/attachments/{entry.attachments.get().pk}").status_code == 404


def test_attachments_follow_the_right_to_read_their_letter(cast: Cast, bob: Browser) -> None:
    raw = mail(files=[("a.pdf", "application/pdf", b"x")])
    foreign = put(cast.other, raw).attachments.get()
    waiting = put(cast.practice, raw).attachments.get()
    private = put(cast.practice, raw, owner=cast.alice).attachments.get()
    assert bob.get(f"/p/tern/attachments/{foreign.pk}").status_code == 404
    assert bob.get(f"/p/other/attachments/{foreign.pk}").status_code == 404
    assert bob.get(f"/p/tern/attachments/{waiting.pk}").status_code == 200
    assert bob.get(f"/p/tern/attachments/{private.pk}").status_code == 404
    assert cast.browser(cast.rita).get(f"/p/tern/attachments/{waiting.pk}").status_code == 404
    assert Browser().get(f"/p/tern/attachments/{waiting.pk}").status_code == 302
