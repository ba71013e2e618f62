"""The frame, the door and the accounts in a real browser: nothing for axe or the CSP to report."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page

from postroom.connections.models import MailAccount, Workflow
from tests.support.browser import complaints_of, enter, flaws, flaws_everywhere, press, widths
from tests.support.cast import Cast, make_cast

ADDRESSES = [
    "/p/tern/",
    "/p/tern/profile",
    "/p/tern/settings/accounts",
    "/p/tern/settings/accounts/add",
    "/p/tern/profile/mailboxes",
    "/p/tern/settings/data",
    "/p/tern/settings/data/feeds/add",
    "/p/tern/settings/data/import/appointments",
    "/p/tern/settings/audit",
    "/p/tern/settings/tokens",
    "/p/tern/settings/health",
    "/p/tern/help/mailbox",
    "/p/tern/nothing",
]


@dataclass
class Window:
    """A page that remembers what its browser complained about."""

    page: Page
    complaints: list[str]

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_load_state("load")

    def assert_clean(self) -> None:
        assert flaws(self.page) == []
        assert self.complaints == []


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made, now = make_cast(), timezone.now()
    for name, trouble in (("Front desk", ""), ("Laboratory", "sign-in")):
        account = MailAccount.objects.create(
            practice=made.practice,
            name=name,
            host="imap.example.org",
            user=f"{name.split()[0].lower()}@ternthistle.example",
            trouble=trouble,
            trouble_detail="[AUTHENTICATIONFAILED] Authentication failed." if trouble else "",
            checked_at=now - timedelta(minutes=2),
        )
        Workflow.objects.create(practice=made.practice, account=account)
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """The session of Alice; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


def window(browser: Browser, base: str, key: str):
    page = enter(browser, base, key).new_page()
    return Window(page, complaints_of(page))


def test_every_page_is_clean(live_server, browser: Browser, key: str) -> None:
    inside = window(browser, live_server.url, key)
    for address in ADDRESSES:
        inside.open(live_server.url + address)
        assert (address, flaws_everywhere(inside.page)) == (address, [])
        assert inside.complaints == []


def test_every_page_has_room_for_french(live_server, key: str, browser: Browser) -> None:
    inside = window(browser, live_server.url, key)
    inside.open(live_server.url + "/p/tern/profile")
    inside.page.get_by_label("Language").select_option("fr")
    inside.page.get_by_role("button", name="Save").click()
    assert (
        inside.page.get_by_role("status").get_by_text("Votre profil est enregistré.").is_visible()
    )
    for address in [*ADDRESSES, "/p/tern/clients", "/p/tern/unresolved"]:
        inside.open(live_server.url + address)
        assert inside.page.locator("html").get_attribute("lang") == "fr"
        assert (address, widths(inside.page)) == (address, [])
        assert inside.complaints == []


def test_the_keyboard_opens_its_own_list_and_the_search(
    live_server, browser: Browser, key: str
) -> None:
    inside = window(browser, live_server.url, key)
    inside.open(live_server.url + "/p/tern/")
    press(inside.page, "?")
    assert inside.page.locator("#keys").is_visible()
    inside.assert_clean()
    press(inside.page, "Escape")
    press(inside.page, "/")
    assert inside.page.evaluate("document.activeElement.id") == "find"
    inside.page.keyboard.type("?")
    assert not inside.page.locator("#keys").is_visible()


def test_single_keys_can_be_switched_off(live_server, browser: Browser, key: str) -> None:
    inside = window(browser, live_server.url, key)
    inside.open(live_server.url + "/p/tern/")
    inside.page.get_by_role("button", name="Keyboard shortcuts").click()
    inside.page.get_by_role("switch", name="Single keys").uncheck()
    inside.page.get_by_role("button", name="Close").click()
    press(inside.page, "/")
    assert inside.page.evaluate("document.activeElement.id") != "find"
    inside.open(live_server.url + "/p/tern/profile")
    press(inside.page, "?")
    assert not inside.page.locator("#keys").is_visible()


def test_a_wrong_field_takes_the_focus_and_the_password_stays(
    live_server, browser: Browser, key: str
) -> None:
    inside = window(browser, live_server.url, key)
    inside.open(live_server.url + "/p/tern/settings/accounts")
    page = inside.page
    page.locator("a[id^=change-]").first.click()
    page.get_by_label("IMAP server").fill("imap.example.org")
    page.get_by_label("Port").fill("995")
    page.get_by_label("User name").fill("post@ternthistle.example")
    page.get_by_label("Password or token").fill("tide-and-quill-77")
    page.get_by_role("button", name="Test the connection").click()
    page.get_by_text("This is POP3; Postroom needs IMAP").wait_for()
    page.wait_for_function("document.activeElement.name === 'port'")
    assert page.get_by_label("Password or token").input_value() == "tide-and-quill-77"
    inside.assert_clean()


def test_a_person_can_do_it_without_script(live_server, browser: Browser, key: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(live_server.url + "/p/tern/settings/accounts")
    page.locator("section", has_text="Laboratory").get_by_role("button", name="Switch off").click()
    assert page.get_by_role("status").get_by_text("Laboratory is switched off.").is_visible()
