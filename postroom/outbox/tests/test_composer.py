"""Writing a letter: drafts that survive, one sending, questions asked before it."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import Client, ClientNote, Contact, ContactPoint, Patient
from postroom.connections.models import SmtpAccount
from postroom.custody.actions import merge
from postroom.outbox import drafting, hurdles, template_actions
from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message
from postroom.outbox.template_actions import Wording
from postroom.outbox.tests.post import make_account
from postroom.register import joining
from postroom.register.letters import letter as letter_of
from postroom.register.models import Entry, ThreadEntry
from postroom.register.tests.post import mail, put
from tests.support.cast import Cast, make_client

COMPOSE = "/p/tern/compose"
HOLLIS = "hollis.farrow@example.org"


@pytest.fixture
def desk(cast: Cast) -> SmtpAccount:
    """The practice's account."""
    return make_account(cast.practice, address="desk@tern.example", display_name="")


@pytest.fixture
def browser(cast: Cast, desk: SmtpAccount) -> Browser:
    return cast.browser(cast.bob)


def begin(browser: Browser, query: str = "", **fields: Any) -> Draft:
    """A draft as somebody types it: the page is opened, and its form comes in."""
    page = browser.get(f"{COMPOSE}{query}")
    assert page.status_code == 200
    press(browser, COMPOSE, page, **fields)
    return Draft.objects.latest("pk")


def press(browser: Browser, url: str, page: Any, do: str = "save", **fields: Any) -> Any:
    """The form of a page with these fields, sent by this button."""
    draft, form = page.context["draft"], page.context["form"]
    held: dict[str, Any] = {
        "key": draft.key,
        "version": draft.version,
        "cc": form["cc"].value(),
        "bcc": form["bcc"].value(),
        "subject": form["subject"].value(),
        "text": form["text"].value(),
        "replies": draft.replies,
        "patients": draft.patients,
        "account": draft.account_id or "",
        "do": do,
    }
    held |= {"to_register": "on"} if draft.to_register else {}
    held |= {"quote": "on"} if draft.quote else {}
    if not draft.pk and draft.origin_id:
        held |= {"entry": draft.origin_id, "as": draft.way}
    elif not draft.pk and draft.client_id:
        held |= {"client": draft.client_id}
    return browser.post(url, {**held, **fields})


def push(browser: Browser, draft: Draft, do: str, **fields: Any) -> Any:
    """A button of a draft that is saved."""
    url = f"/p/tern/drafts/{draft.pk}"
    answer = press(browser, url, browser.get(url), do, **fields)
    if Draft.objects.filter(pk=draft.pk).exists():
        draft.refresh_from_db()
    return answer


def sent(message: Message) -> EmailMessage:
    parsed = message_from_bytes(message.read(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def words(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


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


# --- answering ---------------------------------------------------------------------------------


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
    push(browser, draft, "send")
    letter = sent(Message.objects.get())
    assert letter["In-Reply-To"] == "<claim-1@x.example>"
    assert letter["References"].endswith("<claim-1@x.example>")
    text = words(letter)
    assert text.startswith("Yes.\n\nBob Adeyemi")
    assert "Hollis Farrow wrote:\n> Is it done?" in text
    assert "<blockquote" in words(letter, "html")


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


def test_an_answer_that_is_led_elsewhere_is_asked_about(cast: Cast, browser: Browser) -> None:
    raw = mail(sender=f"Hollis Farrow <{HOLLIS}>", subject="Claim", text="Is it done?")
    for n, (wanted, status) in enumerate(((HOLLIS, 302), ("h@elsewhere.example", 422))):
        one = f"X-Number: {n}\r\nReply-To: {wanted}\r\n".encode() + raw
        entry = put(cast.practice, one, clients=[cast.hollis])
        draft = begin(browser, f"?entry={entry.pk}&as=reply", text="Yes.")
        assert [address for _name, address in draft.to] == [wanted]
        assert push(browser, draft, "send").status_code == status


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


def test_what_has_left_is_not_edited(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Gone")
    push(browser, draft, "send")
    Message.objects.update(state=Message.SENDING)
    message = Message.objects.get()
    told = browser.post(f"/p/tern/outbox/{message.pk}/edit", follow=True)
    assert "Nothing was changed" in told.content.decode()
    draft.refresh_from_db()
    assert draft.sent_at and b'id="edit"' not in told.content


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


# --- before it leaves ---------------------------------------------------------------------------


def asked(answer: Any) -> str:
    """What a page asks before sending, or says why it cannot."""
    assert answer.status_code == 422
    return " ".join(answer.context.get("asks") or answer.context.get("refused") or [])


def test_an_address_outside_thread_and_record_is_asked_about_once(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    push(browser, draft, "save", cc="stranger@elsewhere.example")
    answer = push(browser, draft, "send")
    assert "‹stranger@elsewhere.example› is not among the addresses of Hollis" in asked(answer)
    question = answer.context["question"]
    other = push(browser, draft, "send", sure=question, cc="another@elsewhere.example")
    assert "‹another@elsewhere.example›" in asked(other)  # a yes is for the address asked about
    push(browser, draft, "send", sure=question, cc="stranger@elsewhere.example")
    assert "stranger@elsewhere.example" in Message.objects.get().recipients


def test_a_blocked_address_wants_a_reason_which_stays_with_the_letter(
    cast: Cast, browser: Browser
) -> None:
    ContactPoint.objects.filter(norm=HOLLIS).update(state="blocked")
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    push(browser, draft, "swap", point=ContactPoint.objects.get(norm=HOLLIS).pk)
    answer = push(browser, draft, "send", to_register="")
    assert "is not to be written to" in asked(answer)
    question = answer.context["question"]
    assert push(browser, draft, "send", sure=question).status_code == 422
    push(browser, draft, "send", sure=question, reason="asked on the phone")
    entry = Message.objects.get().entry
    assert entry.details["reason"] == "asked on the phone"
    page = cast.browser(cast.alice).get(f"/p/tern/entries/{entry.pk}").content.decode()
    assert "asked on the phone" in page


def test_the_reason_is_kept_where_the_letter_is_about_no_client(
    cast: Cast, browser: Browser
) -> None:
    ContactPoint.objects.filter(norm=HOLLIS).update(state="blocked")
    draft = begin(browser, subject="Hello", text="Hello")
    push(browser, draft, "add", who=HOLLIS)
    answer = push(browser, draft, "send", to_register="")
    question = answer.context["question"]
    push(browser, draft, "send", sure=question, reason="asked on the phone", to_register="")
    entry = Message.objects.get().entry
    assert entry and entry.details["reason"] == "asked on the phone"
    assert not entry.placements.exists()


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "deceased"}, "is marked as deceased"),
        ({"state": "archived"}, "is archived"),
        ({"birth_date": timezone.localdate()}, "is not of age"),
    ],
)
def test_whom_one_may_not_write_to_wants_a_reason(
    cast: Cast, browser: Browser, change: dict[str, Any], said: str
) -> None:
    Client.objects.filter(pk=cast.hollis.pk).update(**change)
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    answer = push(browser, draft, "send")
    assert said in asked(answer)
    assert answer.context["wants_reason"]


def test_an_animal_that_died_is_asked_about(cast: Cast, browser: Browser) -> None:
    dead = Patient.objects.create(
        practice=cast.practice, client=cast.hollis, ref="1", name="Biscuit", died_on="2026-01-02"
    )
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    Draft.objects.update(patients=[dead.pk])
    assert "Biscuit has died" in asked(push(browser, draft, "send"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "neither text nor a file"),
        ({"cc": "nobody at all"}, "“nobody at all” is not an email address"),
        ({"text": "Due {due_date}"}, "nothing known for {due_date} (Due on)"),
        ({"subject": ""}, "It has no subject"),
        ({"text": "Please find it attached."}, "no file"),
    ],
)
def test_what_is_missing_is_said_before_sending(
    cast: Cast, browser: Browser, fields: dict[str, str], said: str
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    assert said in asked(push(browser, draft, "send", **fields))
    assert Message.objects.count() == 0


def test_without_an_account_a_draft_can_still_be_written(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    assert "No account to send with" in asked(push(browser, draft, "send"))


def test_what_is_good_to_know_of_a_client_stands_beside_what_one_writes(
    cast: Cast, browser: Browser
) -> None:
    ClientNote.objects.create(
        practice=cast.practice,
        client=cast.hollis,
        text="Invoices to <accounts@>",
        at=timezone.now(),
    )
    page = browser.get(f"{COMPOSE}?client={cast.hollis.pk}").content.decode()
    assert "Invoices to &lt;accounts@&gt;" in page
    assert "Invoices to" not in browser.get(COMPOSE).content.decode()
    menu = browser.get(f"/p/tern/clients/{cast.hollis.pk}").content.decode()
    assert f'href="/p/tern/compose?client={cast.hollis.pk}"><span class="chan email">' in menu


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


def test_a_yes_holds_for_the_question_that_was_asked() -> None:
    one = hurdles.Hurdle("stranger", hurdles.ASK, {"address": "a@x.example"})
    two = hurdles.Hurdle("stranger", hurdles.ASK, {"address": "b@x.example"})
    assert hurdles.question([one, two]) == hurdles.question([two, one])
    assert hurdles.question([one]) != hurdles.question([two])
