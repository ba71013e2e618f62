"""Ten letters resolved by keyboard alone, in a real browser; what is new there for axe."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from postroom.clients.models import ContactPoint, Patient
from postroom.connections.models import MailAccount, Workflow
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, mail, put
from tests.support.browser import chromium, complaints_of, enter, flaws, press
from tests.support.cast import Cast, make_cast, make_client
from tests.test_desk_in_browser import on_desk

LETTERS = [
    mail(subject="Form", sender="Hollis F. <h@work.example>", text="Biscuit limps\n020 7946 0018"),
    mail(subject="Pixel", sender="farrow@home.example"),
    mail(subject="Results", sender="x@lab.example"),
    mail(subject="Offers", sender="news@shop.example"),
    mail(subject="Tortoises", sender="June Penhallow <june@p.example>", text="020 7946 0055"),
    mail(subject="Both of us", sender="somebody@both.example"),
    *(mail(subject=f"Order {n}", sender="clinic@estate.example") for n in (1, 2, 3)),
    mail(subject="Last", sender="june@p.example"),
]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    practice = made.practice
    ContactPoint.objects.create(
        practice=practice,
        contact=made.hollis.contacts.get(),
        kind="phone",
        value="020 7946 0018",
        norm="+442079460018",
    )
    Patient.objects.create(practice=practice, client=made.hollis, ref="1", name="Biscuit")
    for ref, name in (("4183", "Wren Farrow"), ("2907", "Edda Brook")):
        make_client(practice, ref, name, ["farrow@home.example"])
    account = MailAccount.objects.create(practice=practice, name="Front desk", host="mail.example")
    Workflow.objects.create(practice=practice, account=account)
    for minute, raw in enumerate(LETTERS):
        put(practice, raw, at=NOON - timedelta(minutes=minute), account=account)
    return made


def filed() -> dict[str, list[str]]:
    """Subject -> the clients; of what waits, nothing; of what is set aside, a dash."""
    rows = Entry.objects.exclude(filing=Entry.UNRESOLVED).prefetch_related("clients")
    return {
        row.subject: sorted(client.name for client in row.clients.all()) or ["-"] for row in rows
    }


def look_up(page: Page, words: str, name: str) -> None:
    page.keyboard.type(words)
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Enter")
    expect(page.get_by_role("radio", name=name)).to_be_focused()


def test_ten_letters_are_resolved_by_keyboard_alone(live_server: Any, cast: Cast) -> None:
    key = cast.browser(cast.bob).cookies[settings.SESSION_COOKIE_NAME].value
    with chromium() as browser:
        page = enter(browser, live_server.url, key).new_page()
        complaints = complaints_of(page)
        page.goto("/p/tern/unresolved")

        on_desk(page, "Form")  # very likely: number, animal and name
        expect(page.get_by_role("radio", name="Hollis Farrow")).to_be_checked()
        expect(page.get_by_role("checkbox", name="Biscuit")).to_be_checked()
        assert flaws(page) == []
        press(page, "Enter")

        on_desk(page, "Pixel")
        press(page, "2")
        press(page, "Enter")

        on_desk(page, "Results")
        press(page, "s")
        look_up(page, "edda", "Edda Brook")
        press(page, "Enter")

        on_desk(page, "Offers")
        press(page, "i")

        on_desk(page, "Tortoises")
        press(page, "n")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
        expect(page.get_by_label("Telephone")).to_have_value("020 7946 0055")
        assert flaws(page) == []
        press(page, "Enter")
        page.wait_for_url("**/unresolved?entry=*")

        on_desk(page, "Both of us")
        press(page, "s")
        look_up(page, "wren", "Wren Farrow")
        press(page, "+")
        expect(page.locator("#find-client")).to_be_focused()
        page.keyboard.type("hollis")
        expect(page.get_by_role("option")).to_have_count(1)
        press(page, "Enter")
        # Whom it is from stays; the one found comes besides.
        expect(page.get_by_role("radio", name="Wren Farrow")).to_be_focused()
        expect(page.get_by_role("checkbox", name="It concerns them as well Hollis")).to_be_checked()
        expect(page.locator("[data-file]")).to_contain_text("File to Wren Farrow, Hollis Farrow")
        press(page, "Enter")

        on_desk(page, "Order 1")
        press(page, "x")
        press(page, "j")
        on_desk(page, "Order 2")
        press(page, "j")
        on_desk(page, "Order 3")
        press(page, "Shift+X")
        expect(page.locator("#picked")).to_contain_text("Selected: 3")
        press(page, "s")
        look_up(page, "edda", "Edda Brook")
        expect(page.locator("[data-file]")).to_contain_text("File the selected 3 to Edda Brook")
        assert flaws(page) == []
        press(page, "Enter")

        on_desk(page, "Last")  # June's address is on her record by now
        expect(page.locator("#rows > li")).to_have_count(1)
        press(page, "u")
        page.wait_for_url("**#subject")
        expect(page.locator("#toast")).to_contain_text("3 messages wait again")
        on_desk(page, "Order 1")
        press(page, "a")
        page.wait_for_url("**same=*")
        expect(page.locator("#picked")).to_contain_text("Selected: 3")
        press(page, "s")
        look_up(page, "edda", "Edda Brook")
        expect(page.locator("[data-file]")).to_contain_text("File the selected 3 to Edda Brook")
        press(page, "Enter")

        on_desk(page, "Last")
        expect(page.locator("#rows > li")).to_have_count(1)
        _look_at_the_rest(page)
        page.goto("/p/tern/unresolved")
        press(page, "Enter")
        expect(page.get_by_role("heading", name="Everything is filed.")).to_be_focused()
        assert complaints == []
    assert filed() == {
        "Form": ["Hollis Farrow"],
        "Pixel": ["Wren Farrow"],
        "Results": ["Edda Brook"],
        "Offers": ["-"],
        "Tortoises": ["June Penhallow"],
        "Both of us": ["Hollis Farrow", "Wren Farrow"],
        **{f"Order {n}": ["Edda Brook"] for n in (1, 2, 3)},
        "Last": ["June Penhallow"],
    }
    whose = ContactPoint.objects.filter(norm="somebody@both.example")
    assert set(whose.values_list("contact__clients__name", flat=True)) <= {"Wren Farrow"}


def _look_at_the_rest(page: Page) -> None:
    """The pages about filed and about explained letters, by day on a desk, by night on a phone."""
    page.goto("/p/tern/clients?q=june")
    record = str(page.locator("#clients a").first.get_attribute("href"))
    page.goto(record)
    expect(page.get_by_text("1 waiting message is from an address of this record.")).to_be_visible()
    letter = str(page.locator(".tli a").first.get_attribute("href"))
    addresses = [
        *(record, letter, f"{letter}/assign?find=edda"),
        *("/p/tern/unresolved", "/p/tern/unresolved/known"),
    ]
    for theme, width, height in (("light", 1440, 900), ("dark", 390, 844)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": height})
        for address in addresses:
            page.goto(address)
            assert flaws(page) == [], (theme, address)
