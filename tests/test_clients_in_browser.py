"""Clients made, mended and merged in a real browser, in light and dark, for axe and the CSP."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from postroom.clients.models import Client, Group, GroupMember, Patient
from postroom.register.tests.post import NOON, mail, put
from tests.support.browser import complaints_of, enter, flaws, flaws_everywhere
from tests.support.cast import Cast, make_cast, make_client


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Hollis is there twice, once with a letter and once with an animal; Wren shares an address."""
    made = make_cast()
    practice = made.practice
    twice = make_client(
        practice, "4183", "Hollis Farrow", ["hollis.farrow@example.org", "second@example.org"]
    )
    Patient.objects.create(practice=practice, client=twice, ref="1", name="Biscuit", kind="dog")
    make_client(practice, "2907", "Wren Farrow", ["hollis.farrow@example.org"])
    group = Group.objects.create(practice=practice, name="Farrow family")
    GroupMember.objects.create(practice=practice, group=group, client=made.hollis)
    put(practice, mail(subject="Pixel"), clients=[twice], at=NOON)
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """Alice's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def addresses(cast: Cast) -> list[str]:
    pk, twice = cast.hollis.pk, Client.objects.get(ref="4183").pk
    group, point = Group.objects.get().pk, cast.hollis.contacts.get().points.all()[0].pk
    return [
        "clients",
        "clients/new",
        f"clients/{pk}/details",
        f"clients/{pk}/edit",
        f"points/{point}",
        f"groups/{group}?find=wren",
        "correspondents",
        "correspondents/new",
        "clients/shared",
        f"clients/{pk}/merge",
        f"clients/{pk}/merge?with={twice}",
    ]


def test_a_client_is_made_mended_and_merged(
    live_server: Any, browser: Browser, key: str, cast: Cast
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    _make(page)
    _mend(page)
    _merge(page)
    assert complaints == []


def _make(page: Page) -> None:
    page.goto("/p/tern/clients")
    page.get_by_role("link", name="New client").click()
    page.get_by_label("Email address").fill("ada brook@example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is a space at character 4")).to_have_count(0)
    expect(page.get_by_label("Name")).to_be_focused()  # it is empty, and comes first
    page.get_by_label("Name").fill("Ada Brook")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is a space at character 4")).to_be_visible()
    assert flaws(page) == []
    page.get_by_label("Email address").fill("ada.brook@example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Ada Brook is on the list.")).to_be_visible()
    expect(page.get_by_text("No. P-0001")).to_be_visible()
    assert flaws(page) == []


def _mend(page: Page) -> None:
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("State").select_option("archived")
    page.get_by_label("Note").fill("Moved to the coast")
    page.get_by_label("Only some members may open this record").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Moved to the coast")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Restricted")
    page.get_by_role("link", name="Add an address or number").click()
    page.get_by_label("What").select_option("phone")
    page.get_by_label("Address or number").fill("020 7946 0018")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="020 7946 0018").click()
    page.get_by_label("Reminders", exact=True).select_option("no")
    page.get_by_label("How we know (Reminders)").fill("form of 3 May")
    assert flaws(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("state: Active → Archived")).to_be_visible()
    expect(page.get_by_text("consent, Reminders: no")).to_be_visible()
    assert flaws(page) == []


def _merge(page: Page) -> None:
    page.goto("/p/tern/clients/shared")
    expect(page.get_by_text("No common family")).to_be_visible()
    assert flaws(page) == []
    page.get_by_role("link", name="Compare and merge").click()
    expect(page.get_by_text("This cannot be undone.").first).to_be_visible()
    assert flaws(page) == []
    page.get_by_role("button", name="Merge…").click()
    expect(page.get_by_role("button", name="Do not merge")).to_be_focused()
    assert flaws(page) == []
    page.get_by_role("button", name="Merge the two").click()
    expect(page.get_by_text("Hollis Farrow is merged into Hollis Farrow.")).to_be_visible()
    expect(page.get_by_role("link", name="Pixel")).to_be_visible()
    expect(page.get_by_text("Biscuit (dog)")).to_be_visible()
    page.goto("/p/tern/clients?q=4183")
    expect(page.get_by_text("This number belongs to a client who was merged")).to_be_visible()
    assert flaws(page) == []


def test_typing_finds_and_the_filters_stay(live_server: Any, browser: Browser, key: str) -> None:
    page = enter(browser, live_server.url, key).new_page()
    page.goto("/p/tern/clients")
    page.locator("main").get_by_label("Search clients").press_sequentially("wren")
    expect(page.locator("#clients tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Archived").click()
    expect(
        page.get_by_text("No client found").or_(page.get_by_text("No client is"))
    ).to_be_visible()
    page.go_back()
    expect(page.locator("#clients tbody tr")).to_have_count(1)


def test_the_second_of_two_people_is_told_who_saved_what(
    live_server: Any, browser: Browser, key: str, cast: Cast
) -> None:
    address = f"/p/tern/clients/{cast.hollis.pk}/edit"
    first, second = (enter(browser, live_server.url, key).new_page() for _ in range(2))
    for page in (first, second):
        page.goto(address)
    first.get_by_label("Name").fill("Hollis Farrow-Lind")
    first.get_by_role("button", name="Save").click()
    expect(first.locator("h1")).to_have_text("Hollis Farrow-Lind")
    second.get_by_label("Name").fill("H. Farrow")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Alice Moreau changed this at")).to_be_visible()
    expect(second.get_by_label("Name")).to_have_value("H. Farrow")
    assert flaws(second) == []
    first.reload()
    expect(first.locator("h1")).to_have_text("Hollis Farrow-Lind")
    second.get_by_role("button", name="Save").click()
    expect(second.locator("h1")).to_have_text("H. Farrow")


def test_every_page_is_clean(
    live_server: Any, addresses: list[str], browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    for address in addresses:
        page.goto(f"/p/tern/{address}")
        assert (address, flaws_everywhere(page)) == (address, [])
