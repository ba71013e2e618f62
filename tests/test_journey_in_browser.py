"""The whole line, from the mail server to the client's record and back, as one person lives it.

Real processes (`postroom serve`), a real mail server over TLS, a real browser; in both languages.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import SIZES, canary, chromium, complaints_of, flaws, press
from tests.support.office import Office, at_dovecot
from tests.support.postroom import ADMIN, ADMIN_PASSWORD

SECONDS = 60  # within which all follows: a few on a quiet machine, more beside other tests
KNOWN, UNKNOWN = "client3@home.test", "someone.new@elsewhere.test"
FILE_NAME = "Röntgen Moss.pdf"
FILE = random.Random(7).randbytes(70_000)


@dataclass(frozen=True)
class Words:
    """What the pages say where the journey listens."""

    sign_in: str
    unresolved: str
    filed: str


WORDS = {
    "en": Words("Sign in", "Unresolved", "Filed to Someone Number 7. Address remembered."),
    "fr": Words("Se connecter", "À classer", "Classé chez Someone Number 7. Adresse retenue."),
}


@pytest.mark.timeout(420)
@pytest.mark.parametrize("language", WORDS)
def test_a_letter_goes_the_whole_way_and_back(house, dovecot, language):
    office, words = at_dovecot(house, dovecot), WORDS[language]
    with canary() as (outside, asked), house.serving("serve") as base, chromium() as browser:
        page = new_page(browser, base, language)
        complaints, requests = complaints_of(page), requests_of(page)
        home = sign_in(page, language, words)

        stay(page)
        arrive(office, letter(KNOWN, "The splint came off"))
        expect(page.locator("#home")).to_contain_text("The splint came off")
        expect(page.locator("#count-unresolved")).to_have_text("")
        wait(lambda: on_server(office) == ("Resolved",))
        assert flaws(page) == []

        page.goto(f"{home}unresolved")
        expect(page.locator("#desk .empty")).to_be_visible()
        stay(page)
        strange = html_letter(UNKNOWN, "A new dog", outside)
        arrive(office, strange)
        expect(page.locator("#count-unresolved")).to_have_text("1")
        wait(lambda: on_server(office) == ("Resolved", "Unresolved"))
        assert stayed(page)
        page.locator("#arrivals a").click()
        expect(page.locator("#desk h2").first).to_have_text("A new dog")
        assert page.title().startswith(f"A new dog · {words.unresolved}")
        read(page)
        assert flaws(page) == []

        file_by_keyboard(page, words)
        wait(lambda: on_server(office) == ("Resolved", "Resolved"))
        press(page, "u")
        expect(page.locator("#desk h2").first).to_have_text("A new dog")
        wait(lambda: on_server(office) == ("Resolved", "Unresolved"))
        file_by_keyboard(page, words)
        wait(lambda: on_server(office) == ("Resolved", "Resolved"))

        page.goto(f"{home}clients?q=C0007")
        page.locator("#clients a").first.click()
        expect(page.locator(".tli")).to_have_count(1)
        expect(page.locator(".tli")).to_contain_text("A new dog")
        record = page.url
        assert flaws(page) == []
        page.locator(".tli a").first.click()
        expect(page.locator("h1")).to_have_text("A new dog")
        read(page)
        assert flaws(page) == []

        page.goto(home)
        arrive(office, letter(UNKNOWN, "He is called Moss"))
        page.locator(".news-bar a").click()  # what is read stays; above it stands what came
        expect(page.locator("#home")).to_contain_text("He is called Moss")
        page.goto(record)
        expect(page.locator(".tli")).to_have_count(2)
        wait(lambda: on_server(office) == ("Resolved",) * 3)

        assert complaints == []
        assert [url for url in requests if not url.startswith(base)] == []
        assert asked == []
        with urlopen(f"{outside}/the-canary-itself", timeout=10):
            assert asked == ["/the-canary-itself"]
    office_says = {line["subject"]: line["clients"] for line in house.register()}
    assert office_says == {
        "The splint came off": ["C0003"],
        "A new dog": ["C0007"],
        "He is called Moss": ["C0007"],
    }


# --- at the pages ---------------------------------------------------------------------------


def new_page(browser: Browser, base: str, language: str) -> Page:
    width, height = SIZES["desk"]
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        locale={"en": "en-GB", "fr": "fr-FR"}[language],
        reduced_motion="reduce",  # axe would measure colours half way
    )
    return context.new_page()


def requests_of(page: Page) -> list[str]:
    """A list that fills with every address asked for, frames included."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    return found


def sign_in(page: Page, language: str, words: Words) -> str:
    """Sign in, and choose the language on one's profile; the address of the front page."""
    page.goto("/sign-in")
    assert flaws(page) == []
    page.locator("[name=username]").fill(ADMIN)
    page.locator("[name=password]").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name=words.sign_in).click()
    page.wait_for_selector("#home")
    home = page.url
    page.goto(f"{home}profile")
    page.locator("[name=language]").select_option(language)
    page.locator("main footer button").click()
    page.goto(home)
    expect(page.locator("html")).to_have_attribute("lang", language)
    return home


def stay(page: Page) -> None:
    """Mark the page, so that `stayed` can tell whether it was loaded anew."""
    page.evaluate("window.stays = true")


def stayed(page: Page) -> bool:
    return page.evaluate("window.stays === true")


def read(page: Page) -> None:
    """The letter is in its frame, without what it wanted of us, and its file is as it was sent."""
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("We have a new dog.")
    expect(frame.locator("body")).not_to_contain_text("taken over")
    assert frame.locator("script, img[src^=http]").count() == 0
    expect(page.locator(".blocked")).to_be_visible()
    with page.expect_download() as download:
        page.locator("a.file").click()
    assert download.value.path().read_bytes() == FILE
    assert download.value.suggested_filename == FILE_NAME


def file_by_keyboard(page: Page, words: Words) -> None:
    """Search, choose and file; the address is remembered, as is offered."""
    press(page, "s")
    page.keyboard.type("C0007")
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Enter")
    expect(page.get_by_role("radio", name="Someone Number 7")).to_be_checked()
    expect(page.locator("[name=remember]")).to_be_checked()
    press(page, "Enter")
    expect(page.locator("#toast")).to_contain_text(words.filed)
    page.locator(".toast").hover()  # it stays as long as one is at it
    expect(page.locator("#desk .empty")).to_be_visible()


# --- at the mail server ---------------------------------------------------------------------


def letter(sender: str, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = f"Somebody <{sender}>", "desk@practice.test"
    message["Subject"], message["Message-ID"] = subject, make_msgid(domain="journey.test")
    message.set_content("A few words.\n")
    return message


def html_letter(sender: str, subject: str, outside: str) -> EmailMessage:
    """A letter that would run a script, load pictures, and brings a file."""
    message = letter(sender, subject)
    message.add_alternative(
        f"""<p>We have a new dog.</p><img src="{outside}/pixel.png" alt="">
        <style>p {{ background: url({outside}/style.png) }}</style>
        <script>document.body.append("taken over"); fetch("{outside}/script")</script>
        <img src="x" onerror="document.body.append('taken over'); fetch('{outside}/handler')">""",
        subtype="html",
    )
    message.add_attachment(FILE, maintype="application", subtype="pdf", filename=FILE_NAME)
    return message


def arrive(office: Office, message: EmailMessage) -> None:
    with office.post.connect() as mailbox:
        mailbox.append("Incoming", message.as_bytes(policy=SMTP))


def on_server(office: Office) -> tuple[str, ...]:
    """The folders of all mails there are, in alphabetical order."""
    held = office.post.dump()
    return tuple(sorted(name for name, folder in held.items() for _ in folder.messages))


def wait(holds: Callable[[], bool]) -> None:
    """Until it holds, at most SECONDS."""
    limit = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.1)
