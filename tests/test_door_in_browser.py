"""The door in a real browser: an app's code, a passkey, the lock, and one desk for two people."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from postroom.practice import pins
from postroom.practice.models import Member
from tests.support.browser import chromium, complaints_of, enter, flaws_everywhere, press
from tests.support.cast import PASSWORD, Cast, make_cast

SECURITY = "/p/tern/profile/security"
PINS = {"Alice": "7391", "Bob": "2846"}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    pins.set_pin(made.alice.user, PINS["Alice"])
    pins.set_pin(made.bob.user, PINS["Bob"])
    return made


@pytest.fixture
def base(live_server, cast: Cast, settings: LazySettings) -> str:
    """Our address: by name, since browsers make no passkeys for an IP address."""
    assert live_server.url.startswith("http://localhost:")
    settings.ADDRESS, settings.PASSKEY_HOST = live_server.url, "localhost"
    return live_server.url


@pytest.fixture
def browser(cast: Cast) -> Iterator[Browser]:
    with chromium() as started:
        yield started


def sign_in(page: Page, base: str, member: Member, path: str = "/p/tern/") -> None:
    page.goto(f"{base}/sign-in?next={path}")
    give_password(page, member)


def give_password(page: Page, member: Member) -> None:
    page.get_by_label("Email address").fill(member.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/p/tern/|/sign-in/proof$"))
    page.wait_for_load_state("load")


def press_lock(page: Page) -> None:
    press(page, "l")
    expect(page).to_have_url(re.compile("/lock$"))


def test_an_app_is_set_up_by_its_picture_and_then_asked_for(
    base: str, browser: Browser, cast: Cast
) -> None:
    context = enter(browser, base)
    page = context.new_page()
    complaints = complaints_of(page)
    sign_in(page, base, cast.alice, SECURITY)
    page.get_by_role("link", name="Set up an app").click()
    assert page.locator(".qr-frame svg").bounding_box()["width"] > 150
    seed = page.locator(".seed").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Switch it on").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 codes left")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    sign_in(page, base, cast.alice)
    page.get_by_role("textbox", name="Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(f"{base}/p/tern/")
    page.goto(base + SECURITY)
    expect(page.get_by_text("9 codes left")).to_be_visible()
    assert complaints == []
    context.close()


def test_a_passkey_is_made_and_signs_in_alone(base: str, browser: Browser, cast: Cast) -> None:
    context = enter(browser, base)
    page = context.new_page()
    context.add_init_script(OFFERS_NOTHING)
    complaints = complaints_of(page)
    make_passkey(context, page, base, cast)
    page.get_by_role("button", name="Sign out").first.click()
    page.goto(f"{base}/sign-in?next=/p/tern/clients")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/passkey" in one.url else None)
    page.get_by_role("button", name="Sign in with a passkey").dblclick()  # as some people do
    expect(page).to_have_url(f"{base}/p/tern/clients")
    assert [url.removeprefix(base) for url in asked] == [
        "/sign-in/passkey/question",
        "/sign-in/passkey",
    ]
    expect(page.locator(".nav .me")).to_contain_text("Bob Adeyemi")
    press_lock(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{base}/p/tern/clients")
    assert complaints == []
    context.close()


def test_a_passkey_is_offered_in_the_field_for_the_address(
    base: str, browser: Browser, cast: Cast
) -> None:
    context = enter(browser, base)
    page = context.new_page()
    complaints = complaints_of(page)
    make_passkey(context, page, base, cast)
    page.get_by_role("button", name="Sign out").first.click()
    # This device accepts what is offered as soon as the page asks.
    expect(page.locator(".nav .me")).to_contain_text("Bob Adeyemi")
    assert complaints == []
    context.close()


def make_passkey(context: BrowserContext, page: Page, base: str, cast: Cast) -> None:
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_in(page, base, cast.bob, SECURITY)
    page.get_by_label("Name of the device").fill("My telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".codes code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My telephone", exact=True)).to_be_visible()


# A browser that knows passkeys and does not offer them in a field.
OFFERS_NOTHING = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_without_a_device_the_page_says_so_and_stays(
    base: str, browser: Browser, cast: Cast
) -> None:
    context = enter(browser, base)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    strange = AUTHENTICATOR | {"isUserVerified": False}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": strange})
    page.goto(f"{base}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Nothing came from the passkey.")).to_be_visible()
    expect(page).to_have_url(f"{base}/sign-in")
    context.close()


def test_two_people_share_a_desk_and_each_goes_on_where_they_were(
    base: str, browser: Browser, cast: Cast
) -> None:
    context = enter(browser, base)
    page = context.new_page()
    complaints = complaints_of(page)
    sign_in(page, base, cast.alice, "/p/tern/settings/accounts")
    press_lock(page)
    page.get_by_role("link", name="Somebody else").click()
    give_password(page, cast.bob)
    page.goto(f"{base}/p/tern/clients?q=Farrow")
    page.get_by_role("button", name="Lock or switch").click()
    expect(page).to_have_url(re.compile("/lock$"))
    page.wait_for_load_state("load")  # the script hears the name from then on
    page.get_by_label("Alice Moreau").click()
    page.bring_to_front()  # beside other windows of a busy machine this one may be behind
    expect(page.get_by_label("PIN")).to_be_focused()  # pressing the name leads to the PIN
    page.keyboard.type(PINS["Alice"])
    press(page, "Enter")
    expect(page).to_have_url(f"{base}/p/tern/settings/accounts")
    expect(page.locator(".nav .me")).to_contain_text("Alice Moreau")
    press_lock(page)
    page.get_by_label("Bob Adeyemi").check()
    page.get_by_label("PIN").fill("0000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("This is not the PIN. You can try 4 more times.")).to_be_visible()
    page.get_by_label("PIN").fill(PINS["Bob"])
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(f"{base}/p/tern/clients?q=Farrow")
    expect(page.locator(".nav .me")).to_contain_text("Bob Adeyemi")
    assert complaints == []
    context.close()


def test_when_one_page_is_locked_so_are_the_others(base: str, browser: Browser, cast: Cast) -> None:
    context = enter(browser, base)
    page = context.new_page()
    sign_in(page, base, cast.bob, "/p/tern/clients")
    other = context.new_page()
    other.goto(f"{base}/p/tern/profile")
    page.bring_to_front()
    press_lock(page)
    expect(other).to_have_url(f"{base}/lock")
    context.close()


def test_a_page_nobody_touches_says_so_and_one_in_use_does_not(
    base: str, browser: Browser, cast: Cast
) -> None:
    context = enter(browser, base)
    page = context.new_page()
    sign_in(page, base, cast.bob, "/p/tern/clients")
    said = []
    for touch in (False, False, True, False):
        if touch:
            page.mouse.click(5, 5)
        with page.expect_request("**/pulse") as asked:
            page.evaluate("document.body.dispatchEvent(new CustomEvent('live:entry'))")
        said.append(asked.value.headers.get("postroom-background"))
    assert said == [None, "yes", None, "yes"]
    context.close()


def test_every_page_of_the_door_is_open_to_everybody(
    base: str, browser: Browser, cast: Cast
) -> None:
    context = enter(browser, base)
    page = context.new_page()
    complaints = complaints_of(page)
    found = {}

    def look(name: str) -> None:
        page.wait_for_load_state("load")
        assert page.locator("h1").count() == 1, name
        found[name] = flaws_everywhere(page)

    for path in ("/sign-in", "/reset", "/reset/forged"):
        page.goto(base + path)
        look(path)
    sign_in(page, base, cast.alice, SECURITY)
    look("security")
    page.goto(f"{base}{SECURITY}/app")
    look("app")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Switch it on").click()
    look("app, wrong")
    page.goto(f"{base}/p/tern/profile/confirm")
    look("confirm")
    page.goto(f"{base}/p/tern/profile")
    page.locator("main").get_by_role("button", name="Lock or switch").click()
    expect(page).to_have_url(re.compile("/lock$"))
    look("lock")
    page.get_by_label("PIN").fill("0000")
    page.get_by_role("button", name="Go on").click()
    look("lock, wrong")
    assert {name: flaw for name, flaw in found.items() if flaw} == {}
    assert complaints == []
    context.close()
