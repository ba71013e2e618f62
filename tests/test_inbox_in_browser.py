"""An inbox in a real browser: its list beside the letter, by keyboard, at every size."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from postroom.connections.models import MailAccount, Workflow
from postroom.register import rules
from postroom.register.models import Conversation, Entry
from postroom.register.tests.post import NOON, mail, put
from tests.support.browser import SIZES, complaints_of, enter, flaws_everywhere, press
from tests.support.cast import Cast, make_cast
from tests.test_desk_in_browser import on_desk

SUBJECTS = ("Insulin", "A referral", "Opening hours")
PAGE = "/p/tern/shared-inbox"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    practice = made.practice
    account = MailAccount.objects.create(practice=practice, name="Front desk", host="mail.example")
    Workflow.objects.create(practice=practice, account=account, kind=Workflow.INBOX)
    for minute, subject in enumerate(SUBJECTS):
        at = NOON - timedelta(minutes=minute)
        put(
            practice,
            mail(subject=subject),
            at=at,
            account=account,
            filing=Entry.UNFILED,
            reason=rules.UNKNOWN_ADDRESS,
            conversation=Conversation.objects.create(practice=practice, last_at=at),
        )
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """Bob's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.bob).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def page(live_server: Any, browser: Browser, key: str) -> Page:
    opened = enter(browser, live_server.url, key).new_page()
    opened.goto(PAGE)
    return opened


def bold(page: Page) -> list[str]:
    return page.locator("#rows .unread .subj").all_inner_texts()


def test_letters_are_read_and_closed_by_keyboard(page: Page) -> None:
    complaints = complaints_of(page)
    expect(page.get_by_role("heading", name="No message is open")).to_be_visible()
    assert bold(page) == list(SUBJECTS)
    press(page, "j")
    on_desk(page, "Insulin")
    assert bold(page) == list(SUBJECTS[1:])
    press(page, "j")
    on_desk(page, "A referral")
    expect(page).to_have_title("A referral · Shared inbox · Tern & Thistle Vets · Postroom")
    press(page, "k")
    on_desk(page, "Insulin")
    press(page, "e")
    on_desk(page, "A referral")  # the next one, at once
    expect(page.locator("#rows > li")).to_have_count(2)
    page.wait_for_load_state()
    press(page, "u")
    expect(page.get_by_text("Open again.")).to_be_visible()
    on_desk(page, "Insulin")
    expect(page.locator("#rows > li")).to_have_count(3)
    page.get_by_role("link", name="A referral").click()
    on_desk(page, "A referral")
    page.get_by_role("button", name="Mark as unread").click()
    expect(page.get_by_text("Marked as unread.")).to_be_visible()
    assert bold(page) == list(SUBJECTS[1:])
    assert complaints == []


def test_a_phone_shows_the_list_or_the_letter(page: Page) -> None:
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["phone"], strict=True)))
    expect(page.get_by_role("heading", name="Shared inbox")).to_be_visible()
    expect(page.get_by_role("heading", name="No message is open")).to_be_hidden()
    page.get_by_role("link", name="A referral").click()
    on_desk(page, "A referral")
    expect(page.locator("#rows")).to_be_hidden()
    expect(page.get_by_text("Choose the client")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#rows")).to_be_visible()


def test_it_is_clean_in_every_size(page: Page) -> None:
    assert flaws_everywhere(page) == []
    page.get_by_role("link", name="A referral").click()
    on_desk(page, "A referral")
    assert flaws_everywhere(page) == []
