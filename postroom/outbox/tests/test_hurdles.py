"""What is asked before a letter leaves."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import Client, ClientNote, ContactPoint, Patient
from postroom.outbox import hurdles
from postroom.outbox.draft_models import Draft
from postroom.outbox.models import Message
from postroom.outbox.tests.composing import COMPOSE, HOLLIS, asked, begin, push
from tests.support.cast import Cast


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


def test_a_yes_holds_for_the_question_that_was_asked() -> None:
    one = hurdles.Hurdle("stranger", hurdles.ASK, {"address": "a@x.example"})
    two = hurdles.Hurdle("stranger", hurdles.ASK, {"address": "b@x.example"})
    assert hurdles.question([one, two]) == hurdles.question([two, one])
    assert hurdles.question([one]) != hurdles.question([two])


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
