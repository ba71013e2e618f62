"""Answers and what is passed on: what they thread, quote and take along."""

from typing import Any

import pytest
from django.test import Client as Browser

from postroom.clients.models import Contact
from postroom.connections.models import SmtpAccount
from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message
from postroom.outbox.tests.composing import COMPOSE, HOLLIS, asked, begin, press, push, sent, words
from postroom.outbox.tests.post import make_account
from postroom.register import joining
from postroom.register.letters import letter as letter_of
from postroom.register.models import Entry, ThreadEntry
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast


def threaded(practice: Any, **more: Any) -> Entry:
    """A letter of Hollis to us and somebody else."""
    raw = mail(sender=f"Hollis Farrow <{HOLLIS}>", subject="Claim", text="Is it done?")
    raw = raw.replace(
        b"To: Front desk <desk@tern.example>",
        b"To: Front desk <desk@tern.example>\r\nCc: Wren <wren@elsewhere.example>",
    )
    entry = put(practice, raw, **more)
    entry.mails.update(message_id="<claim-1@x.example>")
    return entry


def test_an_answer_threads_and_quotes(cast: Cast, browser: Browser) -> None:
    entry = threaded(cast.practice, clients=[cast.hollis])
    draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.")
    assert (draft.to, draft.cc) == ([["Hollis Farrow", HOLLIS]], "")
    assert (draft.subject, draft.client) == ("Re: Claim", cast.hollis)
    page = browser.get(f"/p/tern/drafts/{draft.pk}").text
    assert "<pre>Is it done?" in page
    assert "{{" not in page
    push(browser, draft, "send")
    letter = sent(Message.objects.get())
    assert letter["In-Reply-To"] == "<claim-1@x.example>"
    assert letter["References"].endswith("<claim-1@x.example>")
    text = words(letter)
    assert text.startswith("Yes.\n\nBob Adeyemi")
    assert "Hollis Farrow wrote:\n> Is it done?" in text
    assert "<blockquote" in words(letter, "html")


def test_an_answer_stands_in_the_conversation_and_so_does_what_comes_back(
    cast: Cast, browser: Browser
) -> None:
    entry = threaded(cast.practice, clients=[cast.hollis])
    draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.")
    push(browser, draft, "send")
    ours = Message.objects.get()
    assert ours.entry
    in_capitals = f"In-Reply-To: {ours.message_id.upper()}\r\n"  # as some servers give it back
    answer = put(cast.practice, in_capitals.encode() + mail(subject="Something else"))
    joining.join(cast.practice.pk, [(answer, letter_of(answer))])
    places = ThreadEntry.objects.filter(thread=entry.place.thread)
    assert {place.entry_id for place in places} == {entry.pk, ours.entry.pk, answer.pk}


def test_what_came_meanwhile_is_told_before_the_answer_leaves(cast: Cast, browser: Browser) -> None:
    entry = threaded(cast.practice, clients=[cast.hollis])
    draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.")
    back = mail(subject="Re: Claim", text="Never mind, it is done.")
    more = put(cast.practice, b"In-Reply-To: <claim-1@x.example>\r\n" + back, clients=[cast.hollis])
    joining.join(cast.practice.pk, [(more, letter_of(more))])
    answer = push(browser, draft, "send")
    assert "Never mind, it is done." in asked(answer)
    assert Message.objects.count() == 0
    push(browser, draft, "send", sure=answer.context["question"])
    assert Message.objects.count() == 1


def test_a_letter_that_is_no_answer_begins_a_conversation(cast: Cast, browser: Browser) -> None:
    push(browser, begin(browser, f"?client={cast.hollis.pk}", subject="a", text="a"), "send")
    ours = Message.objects.get().entry
    assert ours
    assert [place.entry_id for place in ours.place.thread.places.all()] == [ours.pk]


def test_an_answer_to_all_leaves_ourselves_out(cast: Cast, browser: Browser) -> None:
    entry = threaded(cast.practice, clients=[cast.hollis])
    draft = begin(browser, f"?entry={entry.pk}&as=all", text="Yes.")
    assert draft.cc == '"Wren" <wren@elsewhere.example>'
    assert push(browser, draft, "send").status_code == 302  # all of them are in the thread
    assert sorted(Message.objects.get().recipients) == [HOLLIS, "wren@elsewhere.example"]


def test_what_is_passed_on_takes_its_files_and_answers_nobody(cast: Cast, browser: Browser) -> None:
    raw = mail(subject="Scan", text="See this", files=[("x-ray.png", "image/png", b"\x89PNG")])
    entry = put(cast.practice, raw, clients=[cast.hollis])
    draft = begin(browser, f"?entry={entry.pk}&as=forward", text="For you")
    assert (draft.subject, draft.to) == ("Fwd: Scan", [])
    assert [one.name for one in draft.enclosures.all()] == ["x-ray.png"]
    push(browser, draft, "add", who="lab@elsewhere.example")
    answer = push(browser, draft, "send")
    push(browser, draft, "send", sure=answer.context["question"])
    letter = sent(Message.objects.get())
    assert letter["In-Reply-To"] is None
    assert [part.get_filename() for part in letter.iter_attachments()] == ["x-ray.png"]
    assert "Forwarded message" in words(letter) and "See this" in words(letter)


@pytest.mark.parametrize("kind", [Entry.NOTE, Entry.PHONE, Entry.MEETING, Entry.SMS])
@pytest.mark.parametrize("way", ["reply", "all", "forward"])
def test_what_a_member_noted_has_no_way_out(
    cast: Cast, browser: Browser, kind: str, way: str
) -> None:
    entry = put(cast.practice, clients=[cast.hollis], kind=kind, direction="", body="only for us")
    assert browser.get(f"{COMPOSE}?entry={entry.pk}&as={way}").status_code == 404
    assert browser.post(COMPOSE, {"entry": entry.pk, "as": way, "do": "send"}).status_code == 404
    page = browser.get(f"/p/tern/entries/{entry.pk}").content.decode()
    assert f"entry={entry.pk}&amp;as=" not in page


def test_from_and_where_answers_go(cast: Cast, browser: Browser, desk: SmtpAccount) -> None:
    own = make_account(cast.practice, name="Bob", address="bob@tern.example", owner=cast.bob)
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    assert draft.account == desk  # to a client: the practice
    push(browser, draft, "send", account=own.pk, replies="team")
    letter = sent(Message.objects.get())
    assert letter["From"].addresses[0].addr_spec == "bob@tern.example"
    assert letter["Reply-To"].addresses[0].addr_spec == "desk@tern.example"
    vet = Contact.objects.create(
        practice=cast.practice, name="Dr Lind", professional=True, search_name="dr lind"
    )
    vet.points.create(practice=cast.practice, kind="email", value="l@v.example", norm="l@v.example")
    second = begin(browser, text="Dear colleague")
    push(browser, second, f"pick:{vet.pk}-0")
    assert (second.account, second.replies, second.to_register) == (own, Draft.ME, False)


@pytest.mark.parametrize("way", ["reply", "all", "forward"])
def test_what_quotes_a_letter_of_ones_own_inbox_is_ones_own_too(
    cast: Cast, browser: Browser, desk: SmtpAccount, way: str
) -> None:
    own = make_account(cast.practice, name="Bob", address="bob@tern.example", owner=cast.bob)
    entry = threaded(cast.practice, owner=cast.bob, filing=Entry.UNFILED)
    draft = begin(browser, f"?entry={entry.pk}&as={way}", text="Yes.")
    assert (draft.account, draft.replies, draft.to_register) == (own, Draft.ME, False)
    Entry.objects.filter(pk=entry.pk).update(filing=Entry.RESOLVED)
    filed = begin(browser, f"?entry={entry.pk}&as={way}", text="Yes.")
    assert (filed.account, filed.replies) == (desk, Draft.TEAM)


def test_a_colleague_does_not_edit_what_answers_a_letter_they_may_not_read(
    cast: Cast, browser: Browser
) -> None:
    entry = threaded(cast.practice, owner=cast.bob, filing=Entry.UNFILED)
    draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.", quote="")
    push(browser, draft, "send")
    page = f"/p/tern/outbox/{Message.objects.get().pk}"
    colleague = cast.browser(cast.alice)
    assert b'id="edit"' not in colleague.get(page).content
    assert colleague.post(f"{page}/edit").status_code == 404
    assert not Draft.objects.of(cast.alice).exists()
    assert browser.post(f"{page}/edit").status_code == 302


def test_an_answer_that_is_led_elsewhere_is_asked_about(cast: Cast, browser: Browser) -> None:
    raw = mail(sender=f"Hollis Farrow <{HOLLIS}>", subject="Claim", text="Is it done?")
    for n, (wanted, status) in enumerate(((HOLLIS, 302), ("h@elsewhere.example", 422))):
        one = f"X-Number: {n}\r\nReply-To: {wanted}\r\n".encode() + raw
        entry = put(cast.practice, one, clients=[cast.hollis])
        draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.")
        assert [address for _name, address in draft.to] == [wanted]
        assert push(browser, draft, "send").status_code == status


def test_a_draft_does_not_quote_a_letter_that_was_closed_to_its_author(
    cast: Cast, browser: Browser
) -> None:
    entry = threaded(cast.practice, clients=[cast.hollis])
    draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.")
    cast.hollis.restricted = True
    cast.hollis.save()
    page = browser.get(f"/p/tern/drafts/{draft.pk}")
    assert "Is it done?" not in page.content.decode()
    answer = press(browser, f"/p/tern/drafts/{draft.pk}", page, "preview")
    assert "Is it done?" not in answer.content.decode()
