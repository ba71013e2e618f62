"""Finding things in a real browser: from the top bar by keyboard, on the page, on a record."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, expect

from postroom.clients.models import Client, Patient
from postroom.clients.rules import search_name
from postroom.register import search
from postroom.register.models import EntryPatient
from postroom.register.tests.post import mail, put
from tests.support.browser import complaints_of, enter, flaws, flaws_everywhere, press
from tests.support.cast import Cast, make_cast

LETTERS = {
    "Biscuit’s left leg": "Il boite de la patte arrière depuis vendredi. The leg is swollen.",
    "Invoice 2041": "Thank you for the invoice of last week.",
    "The leg again": "<b>Better</b> today & eating well.",
}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    biscuit = Patient.objects.create(
        practice=made.practice, client=made.hollis, ref="1", name="Biscuit", kind="dog"
    )
    Client.objects.filter(pk=made.hollis.pk).update(
        search_name=search_name("Hollis Farrow", "4182", ["Biscuit"], []), channel="email"
    )
    for n, (subject, text) in enumerate(LETTERS.items()):
        files = [("left-leg.jpg", "image/jpeg", b"x" * 900)] if not n else []
        fields = {"kind": "phone", "author": made.bob, "body": text} if n == 2 else {}
        entry = put(
            made.practice,
            mail(subject=subject, text=text, files=files),
            clients=[made.hollis],
            at=timezone.now() - timedelta(days=n),
            **fields,
        )
        names = " ".join(name for name, _, _ in files)
        words = search.Words(entry.pk, made.practice.pk, subject, "Hollis F.", text, names)
        search.index([words])
        if n == 2:
            EntryPatient.objects.create(
                practice=made.practice, entry=entry, patient=biscuit, at=entry.at
            )
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """The session of Alice; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


def test_everything_is_found_by_keyboard_from_anywhere(
    live_server, browser: Browser, key: str, cast: Cast
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    page.goto(live_server.url + "/p/tern/")
    page.wait_for_load_state("load")
    press(page, "/")
    box, options = page.locator("#find"), page.locator(".find [role=option]")
    page.keyboard.type("bis", delay=30)
    expect(options.filter(has_text="Hollis Farrow")).to_be_visible()
    expect(options.filter(has_text="left leg")).to_be_visible()
    assert box.get_attribute("aria-activedescendant") is None
    assert flaws(page) == []
    press(page, "Escape")
    expect(options.first).to_be_hidden()
    box.fill("left jpg")
    expect(options.filter(has_text="left-leg.jpg")).to_be_visible()
    press(page, "ArrowUp")  # to the last one
    expect(options.last).to_have_attribute("aria-selected", "true")
    press(page, "ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biscuit’s left leg")
    page.wait_for_load_state("load")

    press(page, "/")
    page.keyboard.type("leg", delay=30)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page.get_by_text("2 found", exact=True)).to_be_visible()
    expect(page.locator(".hit mark").first).to_have_text("leg")
    page.get_by_label("Kind").select_option("phone")
    page.get_by_label("Words").press("Enter")
    expect(page.locator(".hit")).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=phone"))
    page.locator(".hit a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The leg again")
    page.go_back()
    expect(page.locator(".hit")).to_have_count(1)

    page.goto(f"{live_server.url}/p/tern/clients/{cast.hollis.pk}")
    page.wait_for_load_state("load")
    page.get_by_label("Animals").focus()
    page.get_by_label("Animals").select_option(label="Biscuit")
    expect(page.locator(".tli")).to_have_count(1)
    expect(page.locator("#of-patient")).to_be_focused()
    expect(page.locator(".tli")).to_contain_text("they called · Bob Adeyemi")
    page.get_by_label("Search in this correspondence").fill("leg")
    press(page, "Enter")
    expect(page.get_by_text("Only Hollis Farrow")).to_be_visible()
    assert complaints == []


def test_the_pages_of_finding_are_clean_in_every_size(
    live_server, browser: Browser, key: str, cast: Cast
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    for address in ("", "search?q=leg", "search?q=nothing", f"clients/{cast.hollis.pk}"):
        page.goto(f"{live_server.url}/p/tern/{address}")
        assert (address, flaws_everywhere(page)) == (address, [])
    assert complaints == []
