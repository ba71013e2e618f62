"""A letter on its own page: what it says, whose it is, why, and taking it off a record."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import ContactPoint
from postroom.connections.models import MailAccount, Workflow
from postroom.intake.models import Sighting
from postroom.practice.models import AuditEvent, Event
from postroom.register import actions, rules
from postroom.register.models import Entry
from postroom.register.tests.post import mail, put
from postroom.register.tests.test_unresolved import words
from tests.support.cast import Cast, make_client, make_member
from tests.support.pages import flat


@pytest.fixture
def bob(cast: Cast) -> Browser:
    return cast.browser(cast.bob)


def page_of(entry: Entry) -> str:
    return f"/p/tern/entries/{entry.pk}"


def filed_by_bob(cast: Cast) -> Entry:
    entry = put(cast.practice)
    now = timezone.now()
    return actions.resolve(entry, [cast.hollis], by=cast.bob, now=now, version=entry.version)


def test_a_text_letter_stands_in_the_page_and_says_why_it_lies_there(cast: Cast) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    page = words(cast.browser(cast.rita).get(page_of(entry)))
    for expected in (
        "please fill in the form.",
        "Hollis Farrow",
        "Filed by itself: the address ‹hollis@farrow.example› is on the record.",
        "Front desk ‹desk@tern.example›",
        "Sender not confirmed",
    ):
        assert expected in page
    assert "<iframe" not in page


def test_what_a_receiving_server_confirmed_is_said(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis], verified=True)
    page = words(bob.get(page_of(entry)))
    assert "Sender confirmed" in page
    assert "Sender not confirmed" not in page


LEFT = "It is no longer in the mailbox: somebody moved or deleted it there."


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((), False),
        (("done",), False),
        (("gone",), True),
        (("gone", "stale"), True),
        (("gone", "done"), False),
        (("stale",), False),
    ],
)
def test_a_letter_that_left_the_mailbox_by_another_hand_says_so(
    cast: Cast, bob: Browser, states: tuple[str, ...], said: bool
) -> None:
    filed, waiting = put(cast.practice, clients=[cast.hollis]), put(cast.practice)
    account = MailAccount.objects.create(practice=cast.practice, name="Desk", host="mail.test")
    workflow = Workflow.objects.create(practice=cast.practice, account=account)
    now = timezone.now()
    for n, (entry, state) in enumerate((e, s) for e in (filed, waiting) for s in states):
        Sighting.objects.create(
            **{"practice": cast.practice, "account": account, "workflow": workflow, "uid": n},
            **{"folder": "Incoming", "uidvalidity": 1, "state": state, "mail": entry.mails.get()},
            **{"received_at": now, "seen_at": now},
        )
    for address in (page_of(filed), f"/p/tern/unresolved?entry={waiting.pk}"):
        assert (LEFT in words(bob.get(address))) == said


def test_an_html_letter_stands_in_a_sandboxed_frame_and_can_be_read_as_text(
    cast: Cast, bob: Browser
) -> None:
    raw = mail(html="<p>Hello <b>there</b></p>", text="Hello there, in plain words")
    entry = put(cast.practice, raw, clients=[cast.hollis])
    page = words(bob.get(page_of(entry)))
    assert f'<iframe src="{page_of(entry)}/body" sandbox="allow-popups ' in page
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
    text = words(bob.get(page_of(entry), {"view": "text"}))
    assert "<iframe" not in text
    assert "in plain words" in text


def test_blocked_pictures_are_announced(cast: Cast, bob: Browser) -> None:
    raw = mail(html='<p>Offer</p><img src="https://spy.example/1.gif">')
    entry = put(cast.practice, raw, clients=[cast.hollis])
    page = words(bob.get(page_of(entry)))
    assert "1 picture from the internet is blocked" in page
    assert "spy.example" not in page


def test_words_of_a_letter_are_never_markup(cast: Cast, bob: Browser) -> None:
    evil = "<script>alert(1)</script>"
    raw = mail(text=evil, subject=evil, files=[(f"{evil}.pdf", "application/pdf", b"x")])
    entry = put(cast.practice, raw, clients=[cast.hollis], sender_name=evil)
    assert "<script>alert" not in words(bob.get(page_of(entry)))


def test_a_missing_raw_mail_is_said_and_breaks_nothing(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    entry.mails.get().path.unlink()
    answer = bob.get(page_of(entry))
    assert answer.status_code == 200
    assert "The stored message cannot be found." in words(answer)


def test_an_attachment_that_could_do_harm_says_so(cast: Cast, bob: Browser) -> None:
    files = [
        ("form.pdf", "application/pdf", b"x"),
        ("invoice.PDF.Exe", "application/octet-stream", b"x"),
    ]
    entry = put(cast.practice, mail(files=files), clients=[cast.hollis])
    lines = bob.get(page_of(entry)).context["reading"].files
    assert [(line.name, line.risky) for line in lines] == [
        ("form.pdf", False),
        ("invoice.PDF.Exe", True),
    ]


def test_of_many_files_the_first_stand_open_on_its_page_and_on_the_record(
    cast: Cast, bob: Browser
) -> None:
    files = [(f"page-{n}.pdf", "application/pdf", b"%PDF") for n in range(15)]
    entry = put(cast.practice, mail(files=files), clients=[cast.hollis])
    for path in (f"/p/tern/entries/{entry.pk}", f"/p/tern/clients/{cast.hollis.pk}"):
        open_ones, _, folded = bob.get(path).text.partition("3 more files")
        assert (open_ones.count("page-"), folded.count("page-")) == (12, 3)


@pytest.mark.parametrize("path", ["", "/body", "/raw"])
def test_another_practices_letter_is_not_there(cast: Cast, bob: Browser, path: str) -> None:
    foreign = put(cast.other)
    assert bob.get(page_of(foreign) + path).status_code == 404


def test_a_waiting_letter_is_read_only_by_who_may_file_it(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    assert cast.browser(cast.rita).get(page_of(entry)).status_code == 404
    assert "It waits in Unresolved." in words(bob.get(page_of(entry)))


# --- off the record -----------------------------------------------------------------------


def test_ones_own_filing_can_be_taken_off_and_waits_again(cast: Cast, bob: Browser) -> None:
    entry = filed_by_bob(cast)
    assert "The entry will be removed from the register of Hollis Farrow." in words(
        bob.get(page_of(entry))
    )
    answer = bob.post(f"{page_of(entry)}/unassign", {"client": cast.hollis.pk})
    assert answer["Location"] == page_of(entry)
    entry.refresh_from_db()
    assert (entry.filing, entry.clients.count()) == (Entry.UNRESOLVED, 0)


def test_another_members_filing_needs_the_right_to_it(cast: Cast) -> None:
    entry = put(cast.practice)
    now = timezone.now()
    actions.resolve(entry, [cast.hollis], by=cast.alice, now=now, version=entry.version)
    bob = cast.browser(cast.bob)
    assert "Take off this record" not in words(bob.get(page_of(entry)))
    refused = bob.post(f"{page_of(entry)}/unassign", {"client": cast.hollis.pk})
    assert refused.status_code == 403
    assert "Only who filed this message" in words(refused)
    assert entry.clients.count() == 1


def test_an_administrator_takes_off_what_filed_itself(cast: Cast) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    alice = cast.browser(cast.alice)
    assert "Take off this record" in words(alice.get(page_of(entry)))
    alice.post(f"{page_of(entry)}/unassign", {"client": cast.hollis.pk})
    entry.refresh_from_db()
    assert entry.reason == rules.TAKEN_BACK
    assert "It was taken off a record and waits to be filed." in words(alice.get(page_of(entry)))


def test_taken_off_one_of_two_records_it_stays_on_the_other(cast: Cast) -> None:
    wren = make_client(cast.practice, "4183", "Wren Farrow", [])
    entry = put(cast.practice, clients=[cast.hollis, wren])
    alice = cast.browser(cast.alice)
    alice.post(f"{page_of(entry)}/unassign", {"client": wren.pk})
    entry.refresh_from_db()
    assert entry.filing == Entry.RESOLVED
    assert list(entry.clients.all()) == [cast.hollis]


@pytest.mark.parametrize("client", ["", "x", "999999"])
def test_a_record_it_does_not_lie_on_is_not_there(cast: Cast, client: str) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    alice = cast.browser(cast.alice)
    assert alice.post(f"{page_of(entry)}/unassign", {"client": client}).status_code == 404


def test_what_i_set_aside_i_can_put_back_from_its_page(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    actions.ignore(entry, by=cast.bob, now=timezone.now(), version=entry.version)
    assert "Put it back in Unresolved" in words(bob.get(page_of(entry)))
    colleague = make_member(cast.practice, "Cora Quist", "reception")
    other = cast.browser(colleague).get(page_of(entry))
    assert "Put it back in Unresolved" not in words(other)


# --- back into Unresolved, in one click ---------------------------------------------------


def put_back(browser: Browser, entry: Entry, version: int | None = None) -> Any:
    seen = entry.version if version is None else version
    return browser.post(f"{page_of(entry)}/take-back", {"version": seen})


def rule_set_it_aside(cast: Cast) -> Entry:
    data = {"address": "hollis@farrow.example", "rule": "farrow.example"}
    return put(
        cast.practice, filing=Entry.IGNORED, reason=rules.SENDER_RULE, reason_data=data, version=1
    )


@pytest.mark.parametrize("how", ["by itself", "by a rule", "by hand"])
def test_any_filing_is_taken_back_in_one_click(cast: Cast, bob: Browser, how: str) -> None:
    entry = {
        "by itself": lambda: put(cast.practice, clients=[cast.hollis]),
        "by a rule": lambda: rule_set_it_aside(cast),
        "by hand": lambda: filed_by_bob(cast),
    }[how]()
    assert "Put it back in Unresolved" in words(bob.get(page_of(entry)))
    version = entry.version
    answer = put_back(bob, entry)
    assert answer["Location"] == f"/p/tern/unresolved?entry={entry.pk}#subject"
    entry.refresh_from_db()
    assert (entry.filing, entry.version) == (Entry.UNRESOLVED, version + 1)
    assert not entry.clients.exists()
    line = AuditEvent.objects.filter(object_kind="entry", object_id=entry.pk).latest("pk")
    assert (line.member, line.action) == (cast.bob, "undo" if how == "by hand" else "take_back")
    assert Event.objects.latest("pk").kind == "entry.filing"
    assert "Put it back in Unresolved" not in words(bob.get(page_of(entry)))


def test_why_it_waits_again_is_said(cast: Cast, bob: Browser) -> None:
    filed, ignored = put(cast.practice, clients=[cast.hollis]), rule_set_it_aside(cast)
    put_back(bob, filed)
    put_back(bob, ignored)
    assert "It was taken off a record and waits to be filed." in words(bob.get(page_of(filed)))
    assert "It had been set aside. It was put back" in words(bob.get(page_of(ignored)))


def test_taking_back_my_own_filing_forgets_the_address_it_remembered(
    cast: Cast, bob: Browser
) -> None:
    entry = put(cast.practice)
    now = timezone.now()
    actions.resolve(
        entry, [cast.hollis], by=cast.bob, now=now, version=entry.version, remember=True
    )
    assert ContactPoint.objects.filter(norm="hollis@farrow.example").exists()
    put_back(bob, entry)
    entry.refresh_from_db()
    assert entry.reason == rules.UNKNOWN_ADDRESS  # as it was before
    assert not ContactPoint.objects.filter(norm="hollis@farrow.example").exists()


def test_what_another_filed_an_administrator_takes_back_and_a_colleague_does_not(
    cast: Cast,
) -> None:
    entry = filed_by_bob(cast)
    colleague = make_member(cast.practice, "Cora Quist", "reception")
    assert put_back(cast.browser(colleague), entry).status_code == 403
    put_back(cast.browser(cast.alice), entry)
    entry.refresh_from_db()
    assert (entry.filing, entry.reason) == (Entry.UNRESOLVED, rules.TAKEN_BACK)


def test_nothing_is_taken_back_that_was_filed_anew_meanwhile(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis], version=4)
    for version in (3, 5):
        put_back(bob, entry, version)
    put_back(bob, put(cast.practice))  # it waits already: refused
    entry.refresh_from_db()
    assert (entry.filing, entry.version) == (Entry.RESOLVED, 4)
    assert list(entry.clients.all()) == [cast.hollis]


def test_taking_back_what_left_the_mailbox_says_so(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice, clients=[cast.hollis])
    account = MailAccount.objects.create(practice=cast.practice, name="Desk", host="mail.test")
    workflow = Workflow.objects.create(practice=cast.practice, account=account)
    now = timezone.now()
    Sighting.objects.create(
        **{"practice": cast.practice, "account": account, "workflow": workflow, "uid": 1},
        **{"folder": "Incoming", "uidvalidity": 1, "state": "gone", "mail": entry.mails.get()},
        **{"received_at": now, "seen_at": now},
    )
    answer = put_back(bob, entry)
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said == ["Taken back. The message waits again; it is no longer in the mailbox."]


def test_a_waiting_letters_page_leads_back_to_unresolved(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    page = flat(bob.get(page_of(entry)).content.decode())
    assert f'<div class="crumb"><a href="/p/tern/unresolved?entry={entry.pk}">Unresolved' in page


def test_a_letter_without_text_says_so(cast: Cast, bob: Browser) -> None:
    files = [("scan.pdf", "application/pdf", b"%PDF")]
    page = words(bob.get(page_of(put(cast.practice, mail(text="", files=files)))))
    assert "There is no text in this message." in page
    other = put(cast.practice, mail(subject="Other"))
    assert "There is no text in this message." not in words(bob.get(page_of(other)))


def test_the_reason_speaks_of_owners_where_the_practice_does(cast: Cast, bob: Browser) -> None:
    entry = put(cast.practice)
    cast.practice.client_word = "owner"
    cast.practice.save()
    page = words(bob.get(page_of(entry)))
    assert "No owner has the address ‹hollis@farrow.example›." in page
    assert "Choose the owner" in page
    desk = words(bob.get("/p/tern/unresolved"))
    assert "Not an owner’s message" in desk
    assert "couldn’t match to an owner" in desk
