"""Writing a letter: drafts that survive, one sending, people, files and templates."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import Client, Contact, Patient
from postroom.custody.actions import merge
from postroom.outbox import drafting, template_actions
from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message
from postroom.outbox.template_actions import Wording
from postroom.outbox.tests.composing import COMPOSE, HOLLIS, asked, begin, press, push, sent, words
from postroom.register.models import Entry
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_client


def test_a_letter_to_a_client_is_addressed_written_and_queued(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="A **good** day")
    assert draft.to == [["Hollis Farrow", HOLLIS]]
    assert (draft.client, draft.to_register, draft.replies) == (cast.hollis, True, Draft.TEAM)
    answer = push(browser, draft, "send")
    assert answer.url == f"/p/tern/clients/{cast.hollis.pk}"
    message = Message.objects.get()
    letter = sent(message)
    assert letter["To"] == f"Hollis Farrow <{HOLLIS}>"
    assert words(letter).startswith("A good day\n\nBob Adeyemi\n")
    assert "<p>A <strong>good</strong> day</p>" in words(letter, "html")
    assert list(message.entry.clients.all()) == [cast.hollis]
    wait = message.not_before - message.created_at
    assert wait == timedelta(seconds=10)


def test_nothing_is_kept_of_a_page_that_was_only_looked_at(cast: Cast, browser: Browser) -> None:
    browser.get(COMPOSE)
    browser.get(f"{COMPOSE}?client={cast.hollis.pk}")
    assert Draft.objects.count() == 0


def test_a_draft_is_there_on_another_device_and_nobody_else_sees_it(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", text="half a sent")
    elsewhere = cast.browser(cast.bob)
    assert b"half a sent" in elsewhere.get(f"/p/tern/drafts/{draft.pk}").content
    assert b"half a sent" in elsewhere.get("/p/tern/drafts").content
    alice = cast.browser(cast.alice)
    assert alice.get(f"/p/tern/drafts/{draft.pk}").status_code == 404
    assert b"half a sent" not in alice.get("/p/tern/drafts").content


def test_one_page_saved_twice_is_one_draft(cast: Cast, browser: Browser) -> None:
    page = browser.get(COMPOSE)
    press(browser, COMPOSE, page, text="a")
    press(browser, COMPOSE, page, text="ab", version=2)
    assert [draft.text for draft in Draft.objects.all()] == ["ab"]


def test_two_devices_do_not_write_over_one_another(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, text="first")
    url = f"/p/tern/drafts/{draft.pk}"
    here = browser.get(url)
    push(browser, draft, "save", text="from the phone")
    told = press(browser, url, here, text="from the desk")
    assert told.status_code == 409
    assert b"from the desk" in told.content
    draft.refresh_from_db()
    assert draft.text == "from the phone"
    press(browser, url, here, f"mine:{draft.version}", text="from the desk")
    draft.refresh_from_db()
    assert draft.text == "from the desk"


def test_pressed_twice_it_is_sent_once(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    page = browser.get(f"/p/tern/drafts/{draft.pk}")
    for _ in range(2):
        press(browser, f"/p/tern/drafts/{draft.pk}", page, "send")
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("seconds", "words", "undo"),
    [(0, "is on its way", False), (1, "in 1 second.", True), (60, "in 60 seconds.", True)],
)
def test_a_letter_waits_as_long_as_its_writer_has_chosen(
    cast: Cast, browser: Browser, seconds: int, words: str, undo: bool
) -> None:
    cast.bob.undo_seconds = seconds
    cast.bob.save()
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Soon", text="Good morning")
    push(browser, draft, "send")
    message = Message.objects.get()
    assert message.not_before - message.created_at == timedelta(seconds=seconds)
    told = browser.get("/p/tern/").content.decode()
    assert words in told
    assert (f'data-stays="{seconds}"' in told, "/undo" in told) == (undo, undo)


def test_sending_is_undone_within_ten_seconds_and_nothing_is_lost(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Not yet")
    push(browser, draft, "send")
    home = browser.get("/p/tern/")
    assert f"/p/tern/drafts/{draft.pk}/undo" in home.content.decode()
    browser.post(f"/p/tern/drafts/{draft.pk}/undo")
    assert Message.objects.get().state == Message.CANCELLED
    assert Entry.objects.count() == 0
    push(browser, draft, "send", text="Now")
    kept = Message.objects.get(state=Message.QUEUED)
    assert "Now" in words(sent(kept))


def test_what_has_left_cannot_be_taken_back(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Gone")
    push(browser, draft, "send")
    Message.objects.update(state=Message.SENT)
    answer = browser.post(f"/p/tern/drafts/{draft.pk}/undo", follow=True)
    assert "too late" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.sent_at


def test_it_leaves_later_by_the_practices_clock(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    assert push(browser, draft, "later", later="").status_code == 422
    assert push(browser, draft, "later", later="2020-07-01T08:00").status_code == 422
    cast.practice.time_zone = "Europe/Paris"
    cast.practice.save()
    push(browser, draft, "later", later="2099-07-01T08:00")
    assert Message.objects.get().not_before.isoformat() == "2099-07-01T06:00:00+00:00"


def test_what_waits_is_edited_by_whoever_may_write_and_leaves_once(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Not yet")
    push(browser, draft, "attach", file=SimpleUploadedFile("plan.pdf", b"%PDF"))
    draft.refresh_from_db()
    push(browser, draft, "send")
    first = Message.objects.get()
    assert b'id="edit"' in browser.get(f"/p/tern/outbox/{first.pk}").content
    colleague = cast.browser(cast.alice)
    answer = colleague.post(f"/p/tern/outbox/{first.pk}/edit")
    mine = Draft.objects.of(cast.alice).get()
    assert answer.url == f"/p/tern/drafts/{mine.pk}"
    assert (mine.text, mine.client, mine.sent_at) == ("Not yet", cast.hollis, None)
    assert [one.read() for one in mine.enclosures.all()] == [b"%PDF"]
    first.refresh_from_db()
    assert first.state == Message.CANCELLED
    told = browser.post(f"/p/tern/drafts/{draft.pk}/undo", follow=True).content.decode()
    assert "A colleague has taken it back" in told
    browser.post(f"/p/tern/outbox/{first.pk}/edit")  # its author comes second, and is told
    assert Message.objects.count() == 1
    push(colleague, mine, "send", text="Now")
    assert "Now" in words(sent(Message.objects.get(state=Message.QUEUED)))


def test_what_has_left_is_not_edited(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Gone")
    push(browser, draft, "send")
    Message.objects.update(state=Message.SENDING)
    message = Message.objects.get()
    told = browser.post(f"/p/tern/outbox/{message.pk}/edit", follow=True)
    assert "Nothing was changed" in told.content.decode()
    draft.refresh_from_db()
    assert draft.sent_at and b'id="edit"' not in told.content


# --- people, files, templates -------------------------------------------------------------------


def test_people_are_found_among_clients_and_correspondents(cast: Cast, browser: Browser) -> None:
    other = Client.objects.get(pk=cast.hollis.pk)
    Contact.objects.create(
        practice=cast.practice,
        name="Farrow Laboratory",
        professional=True,
        search_name="farrow lab",
    )
    make_client(cast.other, "1", "Farrow of another practice", ["x@other.example"])
    page = browser.get("/p/tern/compose/whom?for=to&q=farrow").content.decode()
    assert "Hollis Farrow" in page and "Farrow Laboratory" in page
    assert "another practice" not in page
    other.restricted = True
    other.save()
    assert b"Hollis" not in browser.get("/p/tern/compose/whom?for=to&q=farrow").content
    assert b"Hollis" not in browser.get("/p/tern/compose/whom?for=about&q=farrow").content
    contact = other.contacts.get()
    draft = begin(browser, text="Hello")
    assert push(browser, draft, f"pick:{contact.pk}-{other.pk}").status_code == 404
    assert push(browser, draft, f"pick:{contact.pk}-0").status_code == 404
    assert push(browser, draft, f"about:{other.pk}").status_code == 404


def test_a_name_that_is_typed_is_looked_for_and_chosen(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, text="Hello")
    page = push(browser, draft, "add", who="hollis").content.decode()
    token = f"{cast.hollis.contacts.get().pk}-{cast.hollis.pk}"
    assert f'value="pick:{token}"' in page
    push(browser, draft, f"pick:{token}")
    assert (draft.to, draft.client) == ([["Hollis Farrow", HOLLIS]], cast.hollis)
    push(browser, draft, "drop:0")
    push(browser, draft, "about:")
    assert (draft.to, draft.client, draft.to_register) == ([], None, False)


def test_files_are_taken_up_to_what_a_mail_can_carry(
    cast: Cast, browser: Browser, settings: LazySettings, tmp_path: Path, monkeypatch: Any
) -> None:
    settings.ENCLOSURES_FOLDER = tmp_path
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    push(
        browser, draft, "attach", file=SimpleUploadedFile("a/../é.pdf", b"%PDF", "application/pdf")
    )
    assert [one.name for one in draft.enclosures.all()] == ["é.pdf"]
    address = f"/p/tern/drafts/{draft.pk}/files/{draft.enclosures.get().pk}"
    kept = browser.get(address)
    assert kept.content == b"%PDF" and kept["Content-Disposition"].startswith("attachment")
    assert kept["Content-Security-Policy"].startswith("sandbox")
    assert cast.browser(cast.alice).get(address).status_code == 404
    monkeypatch.setattr("postroom.outbox.composing.MOST", 10)
    refused = push(browser, draft, "attach", file=SimpleUploadedFile("b.pdf", b"1234567"))
    assert "together" in asked(refused)
    assert draft.enclosures.count() == 1
    push(browser, draft, f"unfile:{draft.enclosures.get().pk}")
    assert draft.enclosures.count() == 0


def test_a_file_of_the_record_is_attached_if_one_may_read_it(cast: Cast, browser: Browser) -> None:
    raw = mail(subject="Scan", files=[("x-ray.png", "image/png", b"\x89PNG")])
    entry = put(cast.practice, raw, clients=[cast.hollis])
    theirs = put(cast.other, raw, clients=[make_client(cast.other, "9", "No", [])])
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    assert b"x-ray.png" in browser.get(f"/p/tern/drafts/{draft.pk}").content
    assert push(browser, draft, f"file:{theirs.attachments.get().pk}").status_code == 404
    push(browser, draft, f"file:{entry.attachments.get().pk}")
    assert draft.enclosures.get().read() == b"\x89PNG"


def test_a_template_fills_the_letter_and_what_is_unknown_stops_it(
    cast: Cast, browser: Browser
) -> None:
    facts = {"name": "Claim", "channel": "email", "purpose": "message", "language": "en"}
    made = template_actions.create(
        cast.practice,
        facts,
        Wording("About {patient_name|your claim}", "Dear {first_name},\n\n{due_kind} is due.\n"),
        by=cast.bob,
        now=timezone.now(),
    )
    draft = begin(browser, f"?client={cast.hollis.pk}")
    push(browser, draft, "template", template=made.pk)
    assert (draft.subject, draft.text) == (
        "About your claim",
        "Dear Hollis,\n\n{due_kind} is due.\n",
    )
    assert "{due_kind}" in asked(push(browser, draft, "send"))
    push(browser, draft, "send", text="Dear Hollis,\n\nit is due.")
    assert made.current.used_at is not None


def test_another_template_takes_the_place_of_one_that_was_not_touched(
    cast: Cast, browser: Browser
) -> None:
    made = []
    for name in ("One", "Two"):
        facts = {"name": name, "channel": "email", "purpose": "message", "language": "en"}
        wording = Wording(name, f"{name} for {{first_name|you}}\n")
        made.append(
            template_actions.create(
                cast.practice, facts, wording, by=cast.bob, now=timezone.now()
            ).pk
        )
    draft = begin(browser, f"?client={cast.hollis.pk}")
    push(browser, draft, "template", template=made[0])
    push(browser, draft, "template", template=made[1])
    assert draft.text == "Two for Hollis\n"
    push(browser, draft, "save", text="My own words")
    push(browser, draft, "template", template=made[0])
    assert draft.text == "One for Hollis\n\nMy own words"


def test_old_drafts_that_were_sent_are_forgotten_with_their_files(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    push(browser, draft, "send")
    later = timezone.now() + timedelta(days=2)
    assert drafting.sweep(later) == 0  # it waits still
    Message.objects.update(state=Message.SENT)
    assert drafting.sweep(later) == 1


@pytest.mark.parametrize("way", ["one", "some"])
def test_taken_back_in_the_outbox_it_is_a_draft_of_its_author_again(
    cast: Cast, browser: Browser, way: str
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Not yet")
    push(browser, draft, "send")
    message = Message.objects.get()
    address = f"/p/tern/outbox/{message.pk}/cancel" if way == "one" else "/p/tern/outbox/cancel"
    cast.browser(cast.alice).post(address, {"message": message.pk})
    (back,) = Draft.objects.of(cast.bob).listed()
    push(browser, back, "send", text="Now")
    assert "Now" in words(sent(Message.objects.get(state=Message.QUEUED)))


def test_what_is_kept_out_of_the_register_its_author_can_read_again(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="For you alone")
    push(browser, draft, "send", to_register="")
    page = f"/p/tern/outbox/{Message.objects.get().pk}"
    assert b"For you alone" in browser.get(page).content
    assert b"For you alone" not in cast.browser(cast.alice).get(page).content


def test_sent_from_a_page_older_than_a_merge_it_is_on_the_kept_record(
    cast: Cast, browser: Browser
) -> None:
    gone = make_client(cast.practice, "9001", "H. Farrow", [HOLLIS])
    cat = Patient.objects.create(practice=cast.practice, client=gone, ref="m", name="Mog")
    Patient.objects.create(practice=cast.practice, client=cast.hollis, ref="m", name="Mog")
    draft = begin(browser, f"?client={gone.pk}", subject="Mog", text="Well", patients=[cat.pk])
    url = f"/p/tern/drafts/{draft.pk}"
    page = browser.get(url)
    merge(cast.hollis, gone, by=cast.alice, now=timezone.now())
    press(browser, url, page, "send", patients=[cat.pk])
    assert list(Message.objects.get().entry.clients.all()) == [cast.hollis]


def test_who_was_typed_and_not_chosen_is_not_passed_over(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    answer = push(browser, draft, "send", who="Hollis")
    assert "whom you mean by “Hollis”" in asked(answer)
    assert 'value="pick:' in answer.content.decode()
    push(browser, draft, "about:")
    assert "whom you mean by “Farrow”" in asked(push(browser, draft, "send", record="Farrow"))
    assert not Message.objects.exists()
    typed = {"who": "wren@elsewhere.example"}
    question = push(browser, draft, "send", **typed).context["question"]  # of a stranger
    push(browser, draft, "send", sure=question)
    assert "wren@elsewhere.example" in Message.objects.get().recipients


def test_who_was_taken_off_again_is_greeted_by_no_template(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", text="Hello")
    push(browser, draft, "add", who="wren@elsewhere.example")
    push(browser, draft, "drop:1")
    assert draft.contact is not None
    push(browser, draft, "add", who="wren@elsewhere.example")
    push(browser, draft, "drop:0")
    assert (draft.to, draft.contact) == ([["", "wren@elsewhere.example"]], None)
