"""The register's pages in a real browser: by keyboard, without script, on a phone, for axe."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from postroom.clients.models import Group, GroupMember
from postroom.connections.models import MailAccount, Workflow
from postroom.register.tests.post import NOON, PNG, mail, put
from tests.support.browser import complaints_of, enter, first_of, flaws, flaws_everywhere, press
from tests.support.cast import Cast, make_cast, make_client

NEWSLETTER = '<h1>Offers</h1><img src="https://shop.example/a.png"><img src="cid:logo">'


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Four letters wait, the newest first: Insurance form, Pixel, Offers, Thanks."""
    made = make_cast()
    practice = made.practice
    group = Group.objects.create(practice=practice, name="Farrow family")
    wren = make_client(practice, "4183", "Wren Farrow", ["farrow@home.example"])
    edda = make_client(practice, "2907", "Edda Farrow", ["farrow@home.example"])
    for client in (made.hollis, wren, edda):
        GroupMember.objects.create(practice=practice, group=group, client=client)
    file = ("claim-form.pdf", "application/pdf", b"%PDF-" + b"x" * 2000)
    waiting = [
        mail(subject="Insurance form", sender="hollis@farrow.example", files=[file]),
        mail(subject="Pixel", sender="Wren Farrow <farrow@home.example>"),
        mail(subject="Offers", html=NEWSLETTER, inline=[("logo", "image/png", PNG)]),
        mail(subject="Thanks", sender="info@shop.example"),
    ]
    account = MailAccount.objects.create(practice=practice, name="Front desk", host="mail.example")
    Workflow.objects.create(practice=practice, account=account)
    for minute, raw in enumerate(waiting):
        put(practice, raw, at=NOON - timedelta(minutes=minute), account=account)
    raw = mail(subject="Biscuit still limping", files=[file])
    put(practice, raw, clients=[made.hollis], at=NOON - timedelta(days=1))
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """Bob's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.bob).cookies[settings.SESSION_COOKIE_NAME].value


def on_desk(page: Page, subject: str) -> None:
    expect(page.locator("#desk h2").first).to_have_text(subject)


def test_a_letter_is_filed_and_taken_back_by_keyboard_alone(
    live_server: Any, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    page.goto("/p/tern/unresolved")
    on_desk(page, "Insurance form")
    press(page, "j")
    on_desk(page, "Pixel")
    expect(page.locator("#rows [aria-current]")).to_contain_text("Pixel")
    press(page, "k")
    on_desk(page, "Insurance form")
    press(page, "s")
    page.keyboard.type("hollis")
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Enter")
    expect(page.get_by_role("radio", name="Hollis Farrow")).to_be_checked()
    expect(page.get_by_role("radio", name="Hollis Farrow")).to_be_focused()
    expect(page.get_by_label("Remember this address for Hollis Farrow")).to_be_checked()
    press(page, "Enter")
    on_desk(page, "Pixel")
    expect(page.locator("#toast")).to_contain_text("Filed to Hollis Farrow. Address remembered.")
    expect(page.locator("#rows > li")).to_have_count(3)
    press(page, "u")
    on_desk(page, "Insurance form")
    expect(page.get_by_role("heading", name="Insurance form")).to_be_focused()
    expect(page.locator("#rows > li")).to_have_count(4)


def test_a_page_that_is_filed_away_is_filled_up_from_below(
    live_server: Any, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    page.goto("/p/tern/unresolved")
    # As if the page ended after the second letter.
    page.locator("#rows > li").nth(3).evaluate("row => row.remove()")
    last = (
        page.locator("#rows > li")
        .nth(2)
        .evaluate("row => (document.querySelector('#foot [name=last]').value = row.dataset.entry)")
    )
    press(page, "i")
    on_desk(page, "Pixel")
    expect(page.locator("#rows > li")).to_have_count(3)
    expect(page.locator("#rows > li").nth(2)).to_contain_text("Thanks")
    expect(page.locator("#foot [name=last]")).not_to_have_value(last)


def test_on_a_tablet_one_always_sees_to_whom_enter_files(
    live_server: Any, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key, "tablet").new_page()
    page.set_viewport_size({"width": 900, "height": 500})
    page.goto("/p/tern/unresolved")
    page.get_by_role("link", name="Pixel").click()
    on_desk(page, "Pixel")
    expect(page.get_by_role("heading", name="Pixel")).to_be_focused()
    button = page.get_by_role("button", name="File to Wren Farrow")
    expect(button).to_be_in_viewport(ratio=1)
    page.locator("#desk").evaluate("desk => desk.scrollTo(0, desk.scrollHeight)")
    expect(page.get_by_role("radio", name="Edda Farrow")).to_be_attached()
    expect(button).to_be_in_viewport(ratio=1)


def test_a_button_that_files_is_busy_until_the_server_has_answered(
    live_server: Any, browser: Browser, key: str
) -> None:
    context = enter(browser, live_server.url, key)
    held: list[Any] = []
    context.route("**/resolve", lambda route: held.append(route))
    page = context.new_page()
    page.goto("/p/tern/unresolved")
    press(page, "j")
    on_desk(page, "Pixel")
    button = page.locator("[data-file]")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_be_disabled()
    first_of(held, page).continue_()
    on_desk(page, "Offers")
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_choosing_a_card_says_to_whom_it_will_be_filed(
    live_server: Any, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    page.goto("/p/tern/unresolved")
    press(page, "j")
    on_desk(page, "Pixel")
    expect(page.locator("[data-file]")).to_contain_text("File to Wren Farrow")
    press(page, "2")
    expect(page.locator("[data-file]")).to_contain_text("File to Edda Farrow")
    press(page, "ArrowUp")
    expect(page.locator("[data-file]")).to_contain_text("File to Wren Farrow")


def test_enter_on_a_link_follows_the_link_and_files_nothing(
    live_server: Any, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    page.goto("/p/tern/unresolved")
    press(page, "j")
    on_desk(page, "Pixel")
    page.locator("#rows a").nth(3).focus()
    press(page, "Enter")
    on_desk(page, "Thanks")
    expect(page.locator("#rows > li")).to_have_count(4)


def test_a_person_files_without_script(live_server: Any, browser: Browser, key: str) -> None:
    page = enter(browser, live_server.url, key, java_script_enabled=False).new_page()
    page.goto("/p/tern/unresolved")
    page.get_by_placeholder("Search name, animal, phone, number").fill("4182")
    press(page, "Enter")
    page.get_by_text("No. 4182").click()
    page.get_by_role("button", name="File to the chosen client").click()
    on_desk(page, "Pixel")
    expect(page.locator("#toast")).to_contain_text("Filed to Hollis Farrow.")
    page.get_by_role("button", name="Undo").click()
    on_desk(page, "Insurance form")


def test_a_phone_goes_from_the_list_to_the_letter_to_the_question(
    live_server: Any, browser: Browser, key: str
) -> None:
    page = enter(browser, live_server.url, key, "phone").new_page()
    page.goto("/p/tern/unresolved")
    expect(page.get_by_role("heading", name="Insurance form")).to_be_hidden()
    page.get_by_role("link", name="Pixel").click()
    expect(page.get_by_role("heading", name="Pixel")).to_be_visible()
    expect(page.locator("#rows")).to_be_hidden()
    page.get_by_role("link", name="Choose the client").click()
    page.get_by_role("button", name="File to Wren Farrow").click()
    expect(page.get_by_role("heading", name="Offers")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#rows > li")).to_have_count(3)


def test_a_letter_in_its_frame_shows_its_own_picture_and_asks_nobody(
    live_server: Any, browser: Browser, key: str
) -> None:
    context = enter(browser, live_server.url, key)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto("/p/tern/unresolved")
    page.get_by_role("link", name="Offers").click()
    expect(page.get_by_text("1 picture from the internet is blocked")).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Offers")).to_be_visible()
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    assert any("/inline/" in url for url in asked)
    page.get_by_role("link", name="Open larger").click()
    expect(page.locator(".frame")).to_have_class("frame long larger")


def test_every_page_is_clean(live_server: Any, browser: Browser, key: str) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    page.goto("/p/tern/unresolved")
    rows = page.locator("#rows a").all()
    letters = [str(row.get_attribute("href")) for row in rows]
    addresses = ["/p/tern/clients", "/p/tern/clients?q=nobody"]
    addresses += [f"/p/tern/unresolved{letter}&pane=side" for letter in letters]
    page.goto("/p/tern/clients?q=hollis")
    record = str(page.locator("#clients a").first.get_attribute("href"))
    page.goto(record)
    addresses += [
        record,
        f"{record}/group",
        str(page.locator(".tli a").first.get_attribute("href")),
    ]
    for address in ["/p/tern/unresolved", *addresses]:
        page.goto(address)
        assert (address, flaws_everywhere(page)) == (address, [])
    phone = enter(browser, live_server.url, key, "phone").new_page()
    for letter in letters:  # where a desk shows letter and question side by side
        phone.goto(f"/p/tern/unresolved{letter}&pane=thread")
        assert (letter, flaws(phone)) == (letter, [])
    assert complaints == []
