"""Buttons pressed twice, and windows that did not know: one letter, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.outbox import desk, drafting
from postroom.outbox.addressing import typed
from postroom.outbox.models import Message
from postroom.outbox.tests.composing import begin, press, push
from tests.support.cast import Cast


@pytest.mark.parametrize("text", ["x@@y", "a@b@c.example", "a b@c.example d@e.example", "Doe <"])
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    assert typed(f"{text}; ada@mill.example") == ([("", "ada@mill.example")], [text])


def test_a_second_click_is_answered_as_the_first_one(cast: Cast, browser: Browser) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    url = f"/p/tern/drafts/{draft.pk}"
    page = browser.get(url)
    first, second = (press(browser, url, page, "send") for _ in range(2))
    assert first.url == second.url == f"/p/tern/clients/{cast.hollis.pk}"
    told = browser.get(second.url).content.decode()
    assert f"{url}/undo" in told and "leaves in 10 seconds" in told
    assert Message.objects.count() == 1


def test_what_is_written_in_a_window_that_did_not_know_it_was_sent_stays_there(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    url = f"/p/tern/drafts/{draft.pk}"
    page = browser.get(url)
    push(browser, draft, "send")
    answer = press(browser, url, page, "send", text="Hello again")
    assert answer.status_code == 409
    assert "has been sent already" in answer.content.decode()
    assert "Hello again" in answer.content.decode()
    assert Message.objects.count() == 1


def test_of_a_moment_that_was_not_chosen_nothing_is_said_to_be_wrong(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, text="Hello")
    page = push(browser, draft, "send").content.decode()
    assert "Say to whom it goes." in page
    assert "aria-invalid" not in page
    assert 'aria-invalid="true"' in push(browser, draft, "later").content.decode()


def test_letters_beyond_ascii_in_an_address_are_written_as_they_are(
    cast: Cast, browser: Browser
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    push(browser, draft, "save", cc="Jörg <jörg@exämple.example>")
    question = push(browser, draft, "send").context["question"]
    push(browser, draft, "send", sure=question)
    message = Message.objects.get()
    assert "jörg@xn--exmple-cua.example" in message.recipients
    head, _blank, body = message.read().partition(b"\r\n\r\n")
    assert "jörg@xn--exmple-cua.example" in head.decode()
    assert body.isascii()


def test_while_sending_is_paused_nobody_is_told_that_it_leaves(
    cast: Cast, browser: Browser
) -> None:
    desk.hold(cast.practice, by=cast.alice, now=timezone.now())
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    url = f"/p/tern/drafts/{draft.pk}"
    page = browser.get(url)
    assert "Sending is paused." in page.content.decode()
    press(browser, url, page, "send")
    told = browser.get(f"/p/tern/clients/{cast.hollis.pk}").content.decode()
    assert "your message waits in the Outbox" in told and "leaves in" not in told


@pytest.mark.parametrize(("reason", "again"), [("refused", True), ("bounced", False)])
def test_what_no_server_took_is_changed_and_sent_anew(
    cast: Cast, browser: Browser, reason: str, again: bool
) -> None:
    draft = begin(browser, f"?client={cast.hollis.pk}", subject="Hello", text="Hello")
    push(browser, draft, "send")
    Message.objects.update(state=Message.FAILED, reason=reason)
    failed = Message.objects.get()
    assert drafting.sweep(timezone.now() + timedelta(days=9)) == 0
    page = f"/p/tern/outbox/{failed.pk}"
    assert ('id="edit"' in browser.get(page).content.decode()) is again
    browser.post(f"{page}/edit")
    draft.refresh_from_db()
    assert (draft.sent_at is None) is again
    if again:
        push(browser, draft, "send", text="Hello, better")
        assert list(Message.objects.values_list("state", flat=True).order_by("pk")) == [
            Message.CANCELLED,
            Message.QUEUED,
        ]


def test_with_nothing_ticked_it_is_said_what_to_do(cast: Cast, browser: Browser) -> None:
    told = browser.post("/p/tern/outbox/cancel", follow=True).content.decode()
    assert "Nothing is ticked." in told
