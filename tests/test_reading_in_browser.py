"""Reading a letter in a real browser: its pictures, its links, its files; and its conversation."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from postroom.kit.mime import read
from postroom.register import joining
from postroom.register.models import Entry
from postroom.register.tests.post import NOON, mail, put
from postroom.register.views import files
from tests.support.browser import canary, chromium, complaints_of, enter, flaws
from tests.support.cast import Cast, make_cast

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002")
PICTURE = GIF + b"\x02D\x01\x00;"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def key(cast: Cast) -> str:
    """Alice's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


def offer(outside: str) -> str:
    return (
        f'<p>Dear Hollis</p><img src="{outside}/pixel.gif" alt="Our logo" width="20" height="20">'
        f'<p><a href="{outside}/offer">www.bank.example</a></p>'
        "<blockquote>What you wrote</blockquote>"
    )


def talk(cast: Cast, outside: str) -> list[Entry]:
    """Three letters that answer one another; the last has another subject, HTML and a program."""
    letters = []
    program = ("Invoice.exe", "application/octet-stream", b"MZ")
    for n, subject in enumerate(["Biscuit limps", "Re: Biscuit limps", "Your offer"], 1):
        more: dict[str, Any] = {"html": offer(outside), "files": [program]} if n == 3 else {}
        raw = b"In-Reply-To: <n0@x.example>\r\n" + mail(subject=subject, **more)
        at = NOON + timedelta(minutes=n)
        letters.append(put(cast.practice, raw, clients=[cast.hollis], at=at, verified=True))
    joining.join(cast.practice.pk, [(one, read(one.mails.get().read())) for one in letters])
    return letters


def test_a_letter_is_read_and_asks_nobody_until_its_reader_wants_it_to(
    cast: Cast, key: str, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(files, "fetch", lambda address: (fetched.append(address), PICTURE)[1])
    with canary() as (outside, asked):
        letters = talk(cast, outside)
        waiting = put(cast.practice, mail(subject="Waits", html=offer(outside)))
        with chromium() as browser:
            page = enter(browser, live_server.url, key).new_page()
            complaints = complaints_of(page)
            page.goto(f"/p/tern/unresolved?entry={waiting.pk}")
            see_once(page)
            page.goto(f"/p/tern/entries/{letters[2].pk}")
            picture = page.frame_locator("iframe").get_by_role("img", name="Our logo")
            expect(picture).not_to_have_attribute("src", "x")
            assert (asked, fetched[1:]) == ([], [])
            see_once(page)
            assert (asked, len(fetched)) == ([], 2)  # our machine asked, not the browser
            page.get_by_role("button", name="Show them once").wait_for(state="hidden")
            page.goto(f"/p/tern/entries/{letters[2].pk}")
            page.get_by_role("button", name="Always for this client").click()
            expect(page.get_by_text("as chosen for this client")).to_be_visible()
            assert flaws(page) == []
            leave(page, outside, asked)
            page.get_by_role("link", name="Invoice.exe").click()
            expect(page.get_by_role("heading", name="This file is a program")).to_be_visible()
            assert flaws(page) == []
            page.get_by_role("link", name="Back to the message").click()
            converse(page, letters)
            page.goto("/p/tern/settings/attachments")
            page.get_by_role("button", name="Switch it on").click()
            expect(page.get_by_text("Tick the box once")).to_be_visible()
            assert flaws(page) == []
            page.get_by_label("I have read this").check()
            page.get_by_role("button", name="Switch it on").click()
            expect(page.get_by_text("Alice Moreau acknowledged the risk.")).to_be_visible()
            assert complaints == []
            phone(browser, live_server.url, key, letters[2])


def see_once(page: Page) -> None:
    picture = page.frame_locator("iframe").get_by_role("img", name="Our logo")
    expect(page.get_by_text("1 picture from the internet is blocked")).to_be_visible()
    page.get_by_role("button", name="Show them once").click()
    expect(page.get_by_text("shown this once")).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    expect(picture).to_have_js_property("naturalWidth", 1)


def leave(page: Page, outside: str, asked: list[str]) -> None:
    """By way of a page that shows where the link truly goes."""
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("[127.0.0.1]")).to_be_visible()
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="www.bank.example").click()
    tab = opened.value
    expect(tab.get_by_role("heading", name="This link goes to 127.0.0.1")).to_be_visible()
    assert flaws(tab) == []
    assert asked == []
    tab.get_by_role("link", name="Go to 127.0.0.1").click()
    tab.wait_for_timeout(300)
    assert asked == ["/offer"]
    tab.close()


def converse(page: Page, letters: list[Entry]) -> None:
    page.get_by_role("link", name="Previous message").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Re: Biscuit limps")
    page.get_by_role("link", name="Next message").click()
    page.get_by_role("button", name="Split from here").click()
    expect(page.get_by_text("This conversation was taken apart")).to_be_visible()
    expect(page.get_by_role("link", name="Previous message")).to_have_count(0)
    assert flaws(page) == []
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Previous message")).to_be_visible()


def phone(browser: Browser, base: str, key: str, letter: Entry) -> None:
    page = enter(browser, base, key, "phone", color_scheme="dark").new_page()
    complaints = complaints_of(page)
    for address in (f"/p/tern/entries/{letter.pk}", "/p/tern/settings/attachments"):
        page.goto(address)
        assert flaws(page) == [], address
    assert complaints == []
