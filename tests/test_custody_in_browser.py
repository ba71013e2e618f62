"""A record is printed, handed over, held, and erased; what was kept too long is tried dry. In
Chromium, with the worker a thread away; what was fetched opens without a network."""

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as house
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from postroom.custody import erasing, exporting
from postroom.custody.tests.things import furnish, letter
from postroom.practice import longwork
from tests.support.browser import SIZES, complaints_of, enter, flaws
from tests.support.cast import Cast, make_cast, make_client


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    other = make_client(made.practice, "9001", "Maud Ibsen", ["maud@example.org"])
    furnish(made, made.hollis)
    scan = [("scan 1.txt", "text/plain", b"scanned")]
    for n in range(4):
        letter(made, [made.hollis], f"About Biscuit {n}", "All is well.", files=scan)
    letter(made, [made.hollis, other], "Both of you", "<script>alert(1)</script>")
    return made


@pytest.fixture
def key(cast: Cast) -> str:
    """Alice's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[house.SESSION_COOKIE_NAME].value


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Does what is under way, as `postroom worker` would, in a thread with its own connection."""
    asked, over = [], threading.Event()
    original = longwork._enqueue
    longwork._enqueue = lambda task, job: asked.append((task, job))
    work_of = {exporting.TASK: exporting.advance, erasing.TASK: erasing.advance}

    def work() -> None:
        while not over.wait(0.05):
            while asked:
                task, job = asked.pop(0)
                work_of[task](job, clock=timezone.now)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()
    longwork._enqueue = original


def clean(page: Page, size: str = "desk", theme: str = "light") -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    page.wait_for_timeout(200)  # colours move for 120 ms; axe would measure half-way ones
    assert (page.url, flaws(page)) == (page.url, [])


def clean_everywhere(page: Page) -> None:
    clean(page, "phone", "dark")
    clean(page)


def test_a_record_is_handed_over_held_and_erased(
    live_server, browser: Browser, key: str, worker: None, cast: Cast, tmp_path: Path
) -> None:
    page = enter(browser, live_server.url, key).new_page()
    complaints = complaints_of(page)
    record = f"{live_server.url}/p/tern/clients/{cast.hollis.pk}"
    page.goto(f"{record}/details")
    page.get_by_role("link", name="Print and hand over").click()
    expect(page.get_by_text("5 entries")).to_be_visible()
    clean_everywhere(page)
    page.get_by_label("Access request", exact=False).first.check()
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name="It is ready").wait_for()
    clean_everywhere(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "hollis-farrow.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path / "opened")
    opened_offline(browser, tmp_path / "opened")

    page.goto(f"{record}/print")
    expect(page.get_by_role("heading", name="About Biscuit 3")).to_be_visible()
    clean(page)

    page.goto(f"{record}/erase")
    expect(page.get_by_text("4 entries that are on this record alone")).to_be_visible()
    clean_everywhere(page)
    page.get_by_label("Why (optional)").fill("Complaint of May")
    page.get_by_role("button", name="Put under legal hold").click()
    expect(page.get_by_text("This record may not be erased.")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="End the legal hold").click()
    page.get_by_label("The number, to be sure").fill("1234")
    page.get_by_role("button", name="Erase Hollis Farrow").click()
    expect(page.get_by_text("This is not the number.")).to_be_visible()
    clean(page)
    page.get_by_label("The number, to be sure").fill("4182")
    page.get_by_role("button", name="Erase Hollis Farrow").click()
    page.get_by_role("heading", name="The record is erased").wait_for()
    clean_everywhere(page)

    page.goto(f"{live_server.url}/p/tern/settings/retention")
    page.get_by_label("Email").fill("12")
    page.get_by_role("button", name="Try it dry").click()
    expect(page.get_by_role("rowheader", name="Email")).to_be_visible()
    clean_everywhere(page)
    page.get_by_role("button", name="Keep it so").click()
    expect(page.get_by_text("Saved. The first run is tonight.")).to_be_visible()
    clean(page)
    assert complaints == []
    gone = page.goto(record)
    assert gone is not None
    assert gone.status == 404


def opened_offline(browser: Browser, folder: Path) -> None:
    """The index in a browser without any network: everything is listed, and opens."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    complaints = complaints_of(page)
    page.goto((folder / "index.html").as_uri())
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.get_by_text("also about others")).to_have_count(1)
    clean(page)
    for link in page.locator("a").all():
        target = (folder / (link.get_attribute("href") or "").replace("%20", " ")).resolve()
        assert target.is_relative_to(folder.resolve())
        assert target.is_file()
    page.get_by_role("link", name="Both of you").click()
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    page.get_by_role("link", name="Back to the index").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    assert complaints == []
    context.close()
