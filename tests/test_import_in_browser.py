"""A person imports ten thousand clients, mends what was wrong and brings it again; in Chromium,
with the worker a process's thread away, in both languages and by the pages' ids alone."""

import csv
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page

from postroom.clients import import_jobs
from postroom.clients.models import Client
from postroom.practice import longwork
from tests.support.browser import chromium, complaints_of, enter, flaws, flaws_everywhere
from tests.support.cast import Cast, make_cast

ROWS, BAD = 10_000, range(100, 9_900, 268)
FEW = 2_000  # where the list's length is not what matters; the bad ones then lie closer
THEMES = {"en": "light", "fr": "dark"}


@pytest.fixture
def language() -> str:
    return "en"


@pytest.fixture
def cast(transactional_db: None, language: str) -> Cast:
    made = make_cast()
    made.alice.language, made.alice.theme = language, THEMES[language]
    made.alice.save()
    return made


@pytest.fixture
def keys(cast: Cast) -> dict[str, str]:
    """Alice's session; taken before the browser starts, which keeps the database to itself."""
    return {"alice": cast.browser(cast.alice).cookies[house.SESSION_COOKIE_NAME].value}


@pytest.fixture
def browser(keys: dict[str, str]) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def worker(transactional_db: None, settings, tmp_path: Path) -> Iterator[None]:
    """Does what is under way, as `postroom worker` would, in a thread with its own connection."""
    settings.IMPORTS_FOLDER = tmp_path / "imports"
    asked, over = [], threading.Event()
    original = longwork._enqueue
    longwork._enqueue = lambda task, job: asked.append(job)

    def work() -> None:
        while not over.wait(0.05):
            while asked:
                import_jobs.advance(asked.pop(0), clock=timezone.now)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()
    longwork._enqueue = original


@pytest.fixture
def rows() -> int:
    return FEW


@pytest.fixture
def bad(rows: int) -> range:
    """Which of them have an address that is none: always 37."""
    return BAD if rows == ROWS else range(20, 1_980, 53)


@pytest.fixture
def listed(tmp_path: Path, rows: int, bad: range) -> Path:
    path = tmp_path / "clients.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["reference", "name", "email", "phone"])
        for n in range(rows):
            email = "nobody-at-home" if n in bad else f"c{n}@mail.example"
            writer.writerow([f"C{n}", f"Zoé Name {n}", email, "=1+1" if n == bad[0] else ""])
    return path


@pytest.mark.parametrize(("language", "rows"), [("en", ROWS), ("fr", FEW)])
def test_ten_thousand_clients_with_37_bad_rows_are_imported_mended_and_brought_again(
    live_server, browser, keys, worker, listed, tmp_path, rows, bad
) -> None:
    assert len(bad) == 37
    page = enter(browser, live_server.url, keys["alice"]).new_page()
    complaints = complaints_of(page)
    page.goto(f"{live_server.url}/p/tern/clients")
    page.locator("#import").click()
    bring(page, listed)
    assert page.locator("#preview tbody tr").count() >= 20
    clean(page, complaints)
    page.locator("#check").click()
    page.locator("#would").wait_for(timeout=120_000)
    assert figures(page) == {"created": rows - 37, "updated": 0, "unchanged": 0, "bad": 37}
    assert page.locator("#errors tbody tr").count() == 37
    clean(page, complaints)
    with page.expect_download() as download:
        page.locator("#download-errors").click()
    told = download.value.path().read_bytes()
    address = page.url
    page.locator("#start").click()
    page.locator("#import progress").wait_for()
    # The page may be left while it goes on.
    page.goto(f"{live_server.url}/p/tern/")
    page.goto(address)
    page.locator("#import[data-state=done]").wait_for(timeout=120_000)
    assert figures(page) == {"created": rows - 37, "updated": 0, "unchanged": 0, "bad": 37}
    clean(page, complaints)

    mended = tmp_path / "mended.csv"
    mended.write_bytes(mend(told))
    page.goto(f"{live_server.url}/p/tern/clients/import")
    bring(page, mended)
    page.locator("#check").click()
    page.locator("#would").wait_for(timeout=60_000)
    assert figures(page) == {"created": 37, "updated": 0, "unchanged": 0, "bad": 0}
    page.locator("#start").click()
    page.locator("#import[data-state=done]").wait_for(timeout=60_000)
    clients = Client.objects.filter(ref__startswith="C")
    assert apart(clients.count) == rows
    assert not apart(Client.objects.exclude(gone_at=None).exists)
    page.goto(f"{live_server.url}/p/tern/clients/import")
    assert page.locator(".imports li").count() == 2
    clean(page, complaints)


def test_the_pages_of_an_import_fit_every_window(
    live_server, browser, keys, worker, listed
) -> None:
    page = enter(browser, live_server.url, keys["alice"]).new_page()
    complaints = complaints_of(page)
    page.goto(f"{live_server.url}/p/tern/clients/import")
    assert flaws_everywhere(page) == []
    bring(page, listed)
    assert flaws_everywhere(page) == []
    page.locator("#check").click()
    page.locator("#would").wait_for(timeout=120_000)
    assert flaws_everywhere(page) == []
    assert complaints == []


def apart(ask: Callable[[], Any]) -> Any:
    """Ask the database from a thread: the browser's own would be taken for an event loop."""

    def asked() -> Any:
        try:
            return ask()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result()


def bring(page: Page, path: Path) -> None:
    page.locator("input[name=file]").set_input_files(path)
    page.locator("#bring").click()
    page.locator("#columns").wait_for()


def figures(page: Page) -> dict[str, int]:
    found = {}
    for cell in page.locator("[data-figure]").all():
        words = "".join(letter for letter in cell.inner_text() if letter.isdigit())
        found[cell.get_attribute("data-figure")] = int(words)
    return found


def mend(told: bytes) -> bytes:
    """As a person does in a spreadsheet program, which keeps the mark before a formula."""
    text = told.decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == 37
    assert rows[0][3] == "'=1+1"
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([ref, name, f"{ref}@mail.example", *rest] for ref, name, _, *rest in rows)
    return out.getvalue().encode()


def clean(page: Page, complaints: list[str]) -> None:
    assert flaws(page) == []
    assert complaints == []
