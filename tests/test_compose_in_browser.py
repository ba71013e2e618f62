"""Writing in a real browser: from client to sent in four clicks, a draft that outlives its
window, an answer in its thread; and once in French, on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from postroom.clients.models import Client, Patient
from postroom.outbox.template_actions import Wording, create
from postroom.outbox.tests.post import NOW, make_account
from postroom.practice.models import Member
from postroom.register.tests.post import NOON, mail, put
from tests.support.browser import chromium, complaints_of, enter, flaws, press
from tests.support.cast import Cast, make_cast

EN = {"name": "Claim done", "channel": "email", "purpose": "message", "language": "en"}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Hollis has an animal, a letter with a file, and a template to be written to with."""
    made = make_cast()
    practice = made.practice
    make_account(practice, address="desk@tern.example")
    Client.objects.filter(pk=made.hollis.pk).update(note="Prefers the telephone")
    for n, name in enumerate(("Biscuit", "Pixel")):
        Patient.objects.create(practice=practice, client=made.hollis, ref=str(n), name=name)
    body = "Dear {first_name},\n\nthe claim for **{patient_name|your animals}** is done.\n"
    create(practice, EN, Wording("Your claim", body), by=None, now=NOW)
    raw = mail(
        sender="Hollis Farrow <hollis.farrow@example.org>",
        subject="Claim",
        text="Is it done?",
        files=[("x-ray.png", "image/png", b"\x89PNG")],
    )
    entry = put(practice, raw, clients=[made.hollis], at=NOON)
    entry.mails.update(message_id="<claim@x.example>")
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """Alice's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def french(cast: Cast) -> str:
    Member.objects.filter(pk=cast.bob.pk).update(language="fr")
    return cast.browser(cast.bob).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def browser(key: str, french: str) -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_a_letter_is_written_kept_and_sent(
    live_server: Any, browser: Browser, key: str, cast: Cast, tmp_path: Path
) -> None:
    context = enter(browser, live_server.url, key)
    page = context.new_page()
    complaints = complaints_of(page)
    _four_clicks(page, cast)
    _survives(context, page, tmp_path)
    _answer(page)
    assert complaints == []


def _four_clicks(page: Page, cast: Cast) -> None:
    page.goto(f"/p/tern/clients/{cast.hollis.pk}")
    page.get_by_role("link", name="Write").first.click()
    expect(page.get_by_text("hollis.farrow@example.org").first).to_be_visible()
    assert flaws(page) == []
    page.get_by_label("Template").select_option(label="Claim done")
    expect(page.get_by_role("textbox", name="Message")).to_have_value(
        "Dear Hollis,\n\nthe claim for **your animals** is done.\n"
    )
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Your message leaves in 10 seconds.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Subject")).to_have_value("Your claim")
    expect(page.locator(".composer.scripted")).to_be_visible()  # keys need the script
    page.get_by_role("textbox", name="Message").press("Control+Enter")
    expect(page.get_by_text("Your message leaves in 10 seconds.")).to_be_visible()


def _come(page: Page, address: str, words: str) -> None:
    """Goes there until the words stand: what a page sends as it closes may come after this asks."""
    for _ in range(20):
        page.goto(address)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(250)
    pytest.fail(f"{words} never came")


def _survives(context: BrowserContext, page: Page, folder: Path) -> None:
    """Typed, closed at once, and opened again; with a name chosen, a file dropped, a question."""
    page.wait_for_load_state()
    press(page, "c")
    expect(page.locator(".composer.scripted")).to_be_visible()
    page.get_by_label("Add somebody").press_sequentially("hollis")
    page.get_by_role("option", name="Hollis Farrow").click()
    expect(page.get_by_text("the record it is kept on")).to_be_visible()
    page.get_by_label("Subject").fill("Two things")
    page.get_by_role("textbox", name="Message").fill("First")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("never lost")
    other = context.new_page()
    page.close()  # at once: what was typed last goes as the page does
    _come(other, "/p/tern/drafts", "First**never lost**")
    assert flaws(other) == []
    other.get_by_role("link", name="Two things").click()
    expect(other.locator(".composer.scripted")).to_be_visible()  # a file is kept by the script
    other.get_by_label("Pixel").check()
    file = folder / "letter.txt"
    file.write_text("hello")
    other.get_by_label("Add a file").set_input_files(file)
    expect(other.get_by_text("letter.txt")).to_be_visible()
    other.get_by_text("From the record of Hollis Farrow").click()
    other.get_by_role("button", name="x-ray.png").click()
    expect(other.get_by_role("button", name="Remove x-ray.png")).to_be_visible()
    other.get_by_text("Cc, Bcc").click()
    other.get_by_label("Cc", exact=True).fill("stranger@elsewhere.example")
    other.get_by_role("button", name="Preview").click()
    expect(other.get_by_text("As it will arrive")).to_be_visible()
    other.get_by_role("button", name="Send now").click()
    asked = other.get_by_role("alert")
    expect(asked).to_contain_text("is not among the addresses of Hollis Farrow")
    assert flaws(other) == []
    asked.get_by_role("button", name="Send anyway").click()
    expect(other.get_by_text("Your message leaves in 10 seconds.")).to_be_visible()
    other.close()


def _answer(page: Page) -> None:
    page = page.context.new_page()
    page.goto("/p/tern/clients")
    page.get_by_role("link", name="Hollis Farrow").first.click()
    page.get_by_role("link", name="Claim", exact=True).click()
    page.wait_for_load_state()
    press(page, "r")
    expect(page.get_by_label("Subject")).to_have_value("Re: Claim")
    page.get_by_role("textbox", name="Message").fill("It is.")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Your message leaves in 10 seconds.")).to_be_visible()


def test_in_french_on_a_phone_two_windows_keep_both_texts(
    live_server: Any, browser: Browser, french: str, cast: Cast
) -> None:
    context = enter(browser, live_server.url, french, "phone", color_scheme="dark")
    page = context.new_page()
    complaints = complaints_of(page)
    page.goto(f"/p/tern/compose?client={cast.hollis.pk}")
    page.locator("#text").fill("Bonjour")
    expect(page.locator("#saved input")).to_have_value("2")
    assert flaws(page) == []
    other = context.new_page()
    other.goto("/p/tern/drafts")
    other.locator("main .row a").click()
    other.locator("#text").fill("Bonsoir")
    expect(other.locator("#saved input")).to_have_value("3")
    page.locator("#text").fill("Bonne nuit")
    page.locator("#saved button").click()
    expect(page.locator("#saved button")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("Bonne nuit")
    page.locator("#subject").fill("Mot")
    page.locator("[data-send]").click()
    expect(page.locator(".toast")).to_be_visible()
    for place in ("templates", "templates/new", "help/templates", "drafts"):
        page.goto(f"/p/tern/{place}")
        assert flaws(page) == []
    assert complaints == []
