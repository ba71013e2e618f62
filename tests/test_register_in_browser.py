"""A call logged in two clicks and its text, a view saved and used, in Chromium and both languages;
by ids and addresses alone."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from postroom.clients.models import ClientNote, Patient
from postroom.register.tests.post import NOON, mail, put
from tests.support.browser import SIZES, complaints_of, enter, flaws, press
from tests.support.cast import Cast, make_cast, make_client

THEMES = {"en": "light", "fr": "dark"}


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cast(transactional_db: None, language: str) -> Cast:
    made = make_cast()
    made.bob.language = language
    made.bob.save()
    practice = made.practice
    Patient.objects.create(practice=practice, client=made.hollis, ref="1", name="Biscuit")
    ClientNote.objects.create(practice=practice, client=made.hollis, text="Call late", at=NOON)
    wren = make_client(practice, "4183", "Wren Farrow", [])
    for n, client in enumerate([made.hollis, wren, made.hollis]):
        raw = mail(subject=f"Letter {n}", files=[("a.pdf", "application/pdf", b"x")])
        put(practice, raw, clients=[client], at=NOON)
    put(practice, mail(subject="Nobody’s yet"), at=NOON)
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """Bob's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.bob).cookies[settings.SESSION_COOKIE_NAME].value


def test_a_call_is_logged_in_two_clicks_and_a_view_is_kept(
    live_server: Any, browser: Browser, key: str, cast: Cast, language: str
) -> None:
    page = enter(browser, live_server.url, key, color_scheme=THEMES[language]).new_page()
    complaints = complaints_of(page)
    _log(page, cast)
    _look(page)
    _keep_a_view(page)
    _on_a_phone(page)
    assert complaints == []


def _log(page: Page, cast: Cast) -> None:
    page.goto(f"/p/tern/clients/{cast.hollis.pk}")
    page.locator("a[href*='entries/new/phone']").first.click()  # one
    expect(page.locator("#n-body")).to_be_focused()
    page.wait_for_load_state("load")  # the script hears what is typed from then on
    with page.expect_response(lambda answer: answer.url.endswith(f"draft?client={cast.hollis.pk}")):
        page.keyboard.type("Biscuit is awake and well.")
    page.reload()
    expect(page.locator("#n-body")).to_have_value("Biscuit is awake and well.")
    expect(page.get_by_text("Call late")).to_be_visible()
    assert flaws(page) == []
    page.locator("main button.primary").click()  # two
    expect(page.locator(".tli").first).to_contain_text("Biscuit is awake and well.")
    # From the register, where nobody is chosen yet: a name and Enter.
    page.goto("/p/tern/entries/new/note")
    page.keyboard.type("About Wren")
    page.locator("[data-find]").press_sequentially("wren")
    expect(page.locator("#whom-options [data-first]")).to_be_visible()
    page.locator("[data-find]").press("Enter")
    expect(page.locator("#whom input[name=clients]")).to_have_count(1)
    expect(page.locator("#n-body")).to_have_value("About Wren")
    page.locator("#n-body").press("Control+Enter")
    expect(page.locator("article.noted")).to_contain_text("About Wren")
    assert flaws(page) == []


def _look(page: Page) -> None:
    """Filters, search and keys of the table."""
    page.goto("/p/tern/register")
    rows = page.locator("#found tbody tr")
    expect(rows).to_have_count(6)
    assert flaws(page) == []
    page.locator("input[name=q]").last.press_sequentially("awake")
    expect(rows).to_have_count(1)
    page.goto("/p/tern/register")
    page.locator("h1").click()
    for one in "jxjx":
        press(page, one)
    expect(page.locator(".tick input:checked")).to_have_count(2)
    press(page, "y")
    expect(rows).to_have_count(4)
    page.locator("#toast form button").click()
    expect(rows).to_have_count(6)
    _open_a_menu(page)


def _open_a_menu(page: Page) -> None:
    """A row's own, by keyboard: what can be done with it comes when it is opened."""
    page.goto("/p/tern/register")
    rows = page.locator("#found tbody tr")
    rows.first.locator(".more summary").press("Enter")
    archive = rows.first.locator(".menu button[name=one]")
    expect(archive).to_be_visible()
    expect(rows.first.locator(".menu a[href*='/entries/']").first).to_be_visible()
    assert flaws(page) == []
    page.keyboard.press("Escape")
    expect(archive).to_be_hidden()
    page.keyboard.press("Enter")
    archive.press("Enter")
    expect(rows).to_have_count(5)
    page.locator("#toast form button").click()
    expect(rows).to_have_count(6)


def _keep_a_view(page: Page) -> None:
    page.locator(".chips details summary").nth(1).click()
    page.locator(".chips .menu a[href*='kind=phone']").click()
    expect(page.locator("#found tbody tr")).to_have_count(1)
    page.locator(".views details summary").click()
    page.locator("#view-name").fill("Calls")
    page.locator(".views details input[name=shared]").check()
    page.locator(".views details button").click()
    expect(page.locator(".views a[aria-current]")).to_contain_text("Calls")
    page.goto("/p/tern/register")
    page.locator(".views").get_by_role("link", name="Calls").click()
    expect(page.locator("#found tbody tr")).to_have_count(1)
    assert flaws(page) == []


def _on_a_phone(page: Page) -> None:
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["phone"], strict=True)))
    for address in ("register", "entries/new/letter", "register/exports"):
        page.goto(f"/p/tern/{address}")
        assert flaws(page) == [], address
