"""The Outbox and the sending accounts in a real browser: a story, and every look for axe."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, expect

from postroom.outbox import rules
from postroom.outbox.models import Message
from postroom.outbox.tests.post import make_account, put
from postroom.practice.models import Member
from tests.support.browser import SIZES, chromium, complaints_of, enter, flaws_everywhere, too_wide
from tests.support.cast import Cast, make_cast


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """One message waits, one was refused, of one nobody knows, one was sent."""
    made = make_cast()
    account = make_account(made.practice)
    now = timezone.now()
    tomorrow = {"not_before": now + timedelta(days=1), "now": now, "by": made.bob}
    put(made, account, key="waits", subject="Biscuit’s claim form, signed", **tomorrow)
    for key, subject, state, reason in (
        ("refused", "Welcome to the practice", "failed", rules.SERVER_REFUSED),
        ("doubt", "Otto’s tablets are ready", "uncertain", rules.NO_ANSWER),
        ("sent", "Your bill", "sent", ""),
    ):
        message = put(made, account, key=key, subject=subject, **tomorrow)
        Message.objects.filter(pk=message.pk).update(
            state=state,
            reason=reason,
            reason_data={"address": "hollis@client.example"},
            said="550 5.1.1 no such user here",
            settled_at=now - timedelta(hours=1),
            sent_at=now - timedelta(hours=1),
        )
    return made


@pytest.fixture
def keys(cast: Cast) -> dict[str, str]:
    """Sessions; taken before the browser starts, which keeps the database to itself."""
    people = {"bob": cast.bob, "alice": cast.alice}
    return {
        name: cast.browser(member).cookies[settings.SESSION_COOKIE_NAME].value
        for name, member in people.items()
    }


@pytest.fixture
def french(cast: Cast) -> None:
    """Bob reads French."""
    Member.objects.filter(pk=cast.bob.pk).update(language="fr")


@pytest.fixture
def browser(keys: dict[str, str]) -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_a_failed_address_is_corrected_and_a_doubt_is_settled(browser, live_server, keys):
    page = enter(browser, live_server.url, keys["bob"]).new_page()
    said = complaints_of(page)
    page.goto("/p/tern/outbox")
    expect(page.get_by_role("heading", name="Perhaps sent")).to_be_visible()
    page.get_by_role("link", name="Welcome to the practice").click()
    page.get_by_role("textbox", name="Address").fill("holly@client.example")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("link", name="Welcome to the practice")).to_have_count(1)
    page.get_by_role("link", name="Otto’s tablets are ready").click()
    page.get_by_role("button", name="It arrived: mark as sent").click()
    expect(page.get_by_role("heading", name="Perhaps sent")).to_have_count(0)
    page.get_by_role("button", name="Pause all sending").click()
    expect(page.get_by_text("Nothing leaves.")).to_be_visible()
    page.get_by_label("Biscuit’s claim form").check()
    page.get_by_role("button", name="Take back the ticked ones").click()
    expect(page.get_by_role("link", name="Biscuit’s claim form, signed")).to_have_count(0)
    assert said == []


def test_the_same_in_french_on_a_phone(french, browser, live_server, keys):
    page = enter(browser, live_server.url, keys["bob"]).new_page()
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["phone"], strict=True)))
    page.goto("/p/tern/outbox")
    expect(page.get_by_role("heading", name="Peut-être envoyé")).to_be_visible()
    assert too_wide(page) == 0
    page.get_by_role("link", name="Welcome to the practice").click()
    assert too_wide(page) == 0
    page.get_by_role("textbox", name="Adresse").fill("holly@client.example")
    page.get_by_role("button", name="Renvoyer").click()
    expect(page.get_by_role("link", name="Welcome to the practice")).to_have_count(1)
    page.get_by_role("button", name="Suspendre tout envoi").click()
    expect(page.get_by_text("Rien ne part.")).to_be_visible()
    page.get_by_label("Biscuit’s claim form").check()
    page.get_by_role("button", name="Reprendre les messages cochés").click()
    expect(page.get_by_role("link", name="Biscuit’s claim form, signed")).to_have_count(0)


def test_every_page_is_clean(browser, live_server, keys):
    page = enter(browser, live_server.url, keys["alice"]).new_page()
    said = complaints_of(page)
    for path in ("outbox", "settings/sending", "settings/sending/add"):
        page.goto(f"/p/tern/{path}")
        assert (path, flaws_everywhere(page)) == (path, [])
    page.goto("/p/tern/outbox")
    page.get_by_role("link", name="Otto’s tablets are ready").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert flaws_everywhere(page) == []
    assert said == []
