"""What the frame does in a real browser when a request fails, and when news comes in."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from postroom.connections.models import MailAccount, Workflow
from tests.support.browser import complaints_of, enter, first_of, press
from tests.support.cast import Cast, make_cast

FAILED = "This did not work. Nothing was changed. Try again."
UNSURE = "Something went wrong, and this may not be saved."
OFFLINE = "Postroom cannot be reached."
STALE = "This page was open too long. Nothing was changed. Load the page again."


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    account = MailAccount.objects.create(
        practice=made.practice,
        name="Front desk",
        host="imap.example.org",
        user="post@ternthistle.example",
        trouble="sign-in",
        trouble_detail="NO",
        checked_at=timezone.now() - timedelta(minutes=2),
    )
    Workflow.objects.create(practice=made.practice, account=account)
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """The session of Alice; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


def open_page(browser: Browser, base: str, key: str, path: str, size: str = "desk") -> Page:
    page = enter(browser, base, key, size).new_page()
    page.goto(path)
    return page


def send_form(page: Page) -> None:
    """Press «Next» of a mailbox to be connected, which htmx sends."""
    page.get_by_role("button", name="Next").click()


def test_a_request_that_fails_says_so_and_what_to_do(
    live_server, browser: Browser, key: str
) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/settings/accounts/add")
    complaints = complaints_of(page)
    csrf = {"Postroom-Reason": "csrf"}
    cases = [
        (lambda route: route.fulfill(status=503), FAILED),
        (lambda route: route.fulfill(status=403), FAILED),
        (lambda route: route.fulfill(status=500), UNSURE),
        (lambda route: route.fulfill(status=403, headers=csrf), STALE),
        (lambda route: route.abort(), OFFLINE),
    ]
    for answer, words in cases:
        page.route("**/accounts/add", answer)
        send_form(page)
        expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(1)
        page.unroute("**/accounts/add")
    assert complaints == []


def test_a_button_is_busy_until_the_answer_is_here(live_server, browser: Browser, key: str) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/settings/accounts/add")
    held: list[Route] = []
    page.route("**/accounts/add", lambda route: held.append(route))
    send_form(page)
    button = page.get_by_role("button", name="Next")
    expect(button).to_have_attribute("aria-busy", "true")
    first_of(held, page).fulfill(status=503)
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_what_the_page_asks_by_itself_fails_in_silence(
    live_server, browser: Browser, key: str
) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/settings/accounts")
    page.route("**/pulse", lambda route: route.fulfill(status=503))
    with page.expect_response("**/pulse"):
        news(page)
    page.wait_for_timeout(200)
    expect(page.get_by_role("alert")).to_have_count(0)


def news(page: Page) -> None:
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:account'))")


def mark(page: Page) -> None:
    """So that one sees whether the region was drawn anew."""
    page.evaluate("document.getElementById('accounts').dataset.old = ''")


def test_news_waits_while_somebody_is_inside(live_server, browser: Browser, key: str) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/settings/accounts")
    old = page.locator("#accounts[data-old]")
    mark(page)
    page.get_by_role("button", name="Check now").focus()
    with page.expect_response("**/pulse"):
        news(page)
    page.wait_for_timeout(300)
    expect(old).to_have_count(1)
    expect(page.get_by_role("button", name="Check now")).to_be_focused()
    page.locator("#find").focus()
    expect(old).to_have_count(0)


def test_news_closes_no_details(live_server, browser: Browser, key: str) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/settings/accounts")
    old, details = page.locator("#accounts[data-old]"), page.locator("#accounts details")
    mark(page)
    page.get_by_text("What the server said").click()
    page.evaluate("document.activeElement.blur()")
    with page.expect_response("**/pulse"):
        news(page)
    page.wait_for_timeout(300)
    expect(details).to_have_attribute("open", "")
    expect(old).to_have_count(1)
    details.evaluate("element => { element.open = false }")
    expect(old).to_have_count(0)


def test_without_anybody_inside_news_is_shown_at_once(
    live_server, browser: Browser, key: str
) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/settings/accounts")
    mark(page)
    news(page)
    expect(page.locator("#accounts[data-old]")).to_have_count(0)


def test_single_keys_are_switched_off_in_the_profile_too(
    live_server, browser: Browser, key: str
) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/profile")
    page.get_by_role("switch", name="Keys without Ctrl").uncheck()
    page.locator("h1").click()
    press(page, "?")
    expect(page.locator("#keys")).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("switch", name="Single keys")).not_to_be_checked()


def test_a_finger_can_hit_what_stands_in_the_frame(live_server, browser: Browser, key: str) -> None:
    page = open_page(browser, live_server.url, key, "/p/tern/", "phone")
    targets = page.locator(".top .end a:visible, .tabbar a")
    assert targets.count() >= 4
    for one in targets.all():
        box = one.bounding_box()
        assert min(box["width"], box["height"]) >= 44, (one.inner_text(), box)
