"""Two people at Unresolved, with real processes and a real mail server: rows leave the other's list
by themselves, the second is told who was faster, and an undo reaches the server."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, press
from tests.support.office import at_dovecot
from tests.support.postroom import ADMIN, ADMIN_PASSWORD
from tests.test_journey_in_browser import arrive, letter, new_page, on_server, wait

BEN, BENS_PASSWORD = "ben@practice.test", "correct horse battery 8!"
LETTERS = ("A new dog", "Two at one")


@pytest.mark.timeout(300)
def test_two_people_at_one_letter_and_an_undo_that_reaches_the_server(house, dovecot):
    office = at_dovecot(house, dovecot)
    password = house.folder / "bens-password"
    password.write_text(BENS_PASSWORD)
    house.run("member", "add", BEN, "--name", "Ben Adair", "--password-file", password)
    for subject in LETTERS:
        arrive(office, letter(f"{subject[:3].strip().lower()}@elsewhere.test", subject))
    with house.serving("serve") as base, chromium() as browser:
        wait(lambda: on_server(office) == ("Unresolved",) * 2)
        anna, ben = (at_unresolved(browser, base, *who) for who in PEOPLE)

        # Both read the same letter; Ben files it.
        for page in (anna, ben):
            page.locator("#rows a", has_text="Two at one").click()
            expect(page.get_by_role("heading", name="Two at one")).to_be_focused()
        choose(ben)
        expect(ben.get_by_role("radio", name="Someone Number 7")).to_be_focused()
        press(ben, "Enter")
        expect(anna.locator("#rows > li")).to_have_count(1)
        expect(anna.locator("#desk-news")).to_contain_text("Ben Adair filed it under Someone")
        expect(anna.locator("#desk h2").first).to_have_text("Two at one")  # what she reads stays
        expect(anna.locator("#total")).to_contain_text("1")
        wait(lambda: on_server(office) == ("Resolved", "Unresolved"))

        # She chooses somebody all the same: she is told, and nothing is overwritten.
        choose(anna)
        expect(anna.locator("#desk [role=alert]")).to_contain_text("Ben Adair filed it")
        press(anna, "j")
        expect(anna.locator("#desk h2").first).to_have_text("A new dog")

        # He takes it back, and it waits again for both, and on the server.
        press(ben, "u")
        expect(ben.locator("#toast")).to_contain_text("The message waits again.")
        expect(anna.locator("#arrivals")).to_contain_text("1 new message")
        wait(lambda: on_server(office) == ("Unresolved",) * 2)
    assert all(not line["clients"] for line in house.register())


PEOPLE = ((ADMIN, ADMIN_PASSWORD), (BEN, BENS_PASSWORD))


def at_unresolved(browser: Browser, base: str, name: str, password: str) -> Page:
    page = new_page(browser, base, "en")
    page.goto("/sign-in")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_selector("#home")
    page.goto(f"{page.url}unresolved")
    expect(page.locator("#rows > li")).to_have_count(2)
    return page


def choose(page: Page) -> None:
    press(page, "s")
    page.keyboard.type("C0007")
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Enter")
