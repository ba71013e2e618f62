"""Somebody comes, works, and goes: invited in one browser, in and out again in another."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from postroom.practice.models import Member
from tests.support.browser import complaints_of, enter, flaws, flaws_everywhere
from tests.support.cast import Cast, make_cast

ADDRESSES = [
    "settings/",
    "settings/people",
    "settings/people/invite",
    "settings/roles",
    "settings/roles/add",
    "settings/practice",
    "settings/days",
    "profile",
]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    role = made.other.roles.get(key="assistant")
    Member.objects.create(practice=made.other, user=made.alice.user, role=role, name="Alice")
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """The session of Alice; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


def assert_clean(page: Page) -> None:
    assert (page.url, flaws(page)) == (page.url, [])


def test_invited_accepted_signed_in_and_out_at_once(
    live_server, settings, browser: Browser, key: str
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"  # no mail server
    settings.ADDRESS = live_server.url
    alice = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(alice)
    alice.goto(live_server.url + "/p/tern/settings/people")
    alice.get_by_role("link", name="Invite somebody").click()
    alice.get_by_label("Name").fill("Nadia Rahmani")
    alice.get_by_label("Email address").fill("nadia@tern.example")
    alice.get_by_label("Role").select_option(label="Reception")
    alice.get_by_role("button", name="Send the invitation").click()
    assert_clean(alice)
    link = alice.get_by_label("The link, shown this once").input_value()
    alice.get_by_role("link", name="Done").click()
    expect(alice.get_by_text("nadia@tern.example")).to_be_visible()

    nadia = enter(browser, live_server.url).new_page()
    complaints_there = complaints_of(nadia)
    nadia.goto(link)
    assert_clean(nadia)
    nadia.get_by_label("Password").fill("short")
    nadia.get_by_role("button", name="Take my place").click()
    expect(nadia.get_by_text("at least 12 characters").first).to_be_visible()
    assert_clean(nadia)
    nadia.get_by_label("Password").fill("seven quiet herons")
    nadia.get_by_role("button", name="Take my place").click()
    expect(nadia.get_by_role("status").get_by_text("Welcome to Tern & Thistle")).to_be_visible()
    nadia.get_by_role("button", name="Sign out").click()
    nadia.get_by_label("Email address").fill("nadia@tern.example")
    nadia.get_by_label("Password").fill("seven quiet herons")
    nadia.get_by_role("button", name="Sign in", exact=True).click()
    expect(nadia.get_by_role("heading", level=1)).to_contain_text("Nadia")

    alice.reload()
    alice.get_by_role("link", name="Nadia Rahmani").click()
    alice.wait_for_load_state("load")  # before its script is there, the link leads to a page
    alice.get_by_role("link", name="End access").click()
    dialog = alice.get_by_role("dialog", name="End the access of Nadia Rahmani?")
    expect(dialog).to_be_visible()
    assert_clean(alice)
    dialog.get_by_role("button", name="End access now").click()
    expect(alice.get_by_text("Nadia Rahmani no longer has access.")).to_be_visible()

    nadia.get_by_role("link", name="Clients").first.click()
    expect(nadia.locator("table.people")).to_have_count(0)
    assert nadia.url.startswith(live_server.url)
    nadia.goto(live_server.url + "/p/tern/")
    expect(nadia.get_by_role("heading", name=re.compile("Good "))).to_have_count(0)
    assert complaints == complaints_there == []


def test_every_page_of_the_team_is_clean(live_server, browser: Browser, key: str) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    for address in ADDRESSES:
        page.goto(f"{live_server.url}/p/tern/{address}")
        assert (address, flaws_everywhere(page)) == (address, [])
        assert page.locator("h1").count() == 1
    assert complaints == []


def test_one_person_changes_between_two_practices(live_server, browser: Browser, key: str) -> None:
    page = enter(browser, live_server.url, key).new_page()
    page.goto(live_server.url + "/p/tern/")
    page.get_by_role("link", name="Change practice").click()
    assert_clean(page)
    page.get_by_role("link", name="Somewhere Else").click()
    page.wait_for_url("**/p/other/")
    expect(page.get_by_role("link", name="People")).to_have_count(0)


def test_leaving_without_saving_asks(live_server, browser: Browser, key: str) -> None:
    page = enter(browser, live_server.url, key).new_page()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(live_server.url + "/p/tern/settings/practice")
    page.get_by_label("Telephone").fill("01632 960 001")
    page.get_by_role("link", name="Closed days").click()
    page.wait_for_url("**/settings/days")
    assert asked == ["beforeunload"]
    page.goto(live_server.url + "/p/tern/settings/practice")
    page.get_by_label("Telephone").fill("01632 960 002")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings of the practice are saved.")).to_be_visible()
    page.get_by_role("link", name="Closed days").click()
    page.wait_for_url("**/settings/days")
    assert asked == ["beforeunload"]


def test_the_signature_and_the_regions_follow_what_is_typed(
    live_server, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    page.goto(live_server.url + "/p/tern/settings/practice")
    page.locator("textarea[name=signature]").press_sequentially("{first_name} at {practice}")
    expect(page.locator("#preview")).to_contain_text("Alice at Tern & Thistle Vets")
    page.get_by_label("Country").select_option("FR")
    page.get_by_label("Region").select_option(label="Moselle")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings of the practice are saved.")).to_be_visible()
    expect(page.get_by_label("Region")).to_have_value("57")
    assert complaints == []
