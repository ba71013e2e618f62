"""A real Chromium, and what it must never have to complain of."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

SHELL = "chromium-headless-shell"  # Debian's Chromium, its windows and its PDF reader left out
# Of what passes nothing is told: to name each such element takes axe twice as long as the rest.
BRIEF = {"resultTypes": ["violations"]}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], **BRIEF}
SIZES = {"desk": (1440, 900), "tablet": (900, 900), "phone": (390, 844), "narrow": (320, 640)}
# What hangs on the colours alone: the rest was asked in the light.
CONTRAST = {"runOnly": ["color-contrast"], **BRIEF}
AXE_AT = ("desk", "phone")
PATIENCE = 30_000  # ms: Playwright’s own for what is pressed, and ours for what is expected
QUIET = "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

expect.set_options(timeout=PATIENCE)


def installed(program: str) -> str:
    """The path of a browser; the test fails with a clear sentence where there is none."""
    found = shutil.which(program)
    if found is None:
        pytest.fail(f"{program} is not installed: this test needs the real one.")
    return found


@contextmanager
def chromium(*, whole: bool = False) -> Iterator[Browser]:
    """Debian's Chromium without a window, for as long as the block lasts: the shell of it, which
    draws and runs pages alike and starts in half the time, or the `whole` with its PDF reader."""
    path = installed("chromium") if whole else installed(SHELL)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


def enter(
    browser: Browser, base: str, key: str = "", size: str = "desk", **more: Any
) -> BrowserContext:
    """A window at our address, signed in where the key of a session is given."""
    width, height = SIZES[size]
    # Without motion: axe would measure colours half way.
    more = {"locale": "en-GB", "reduced_motion": "reduce", **more}
    context = browser.new_context(
        base_url=base, viewport={"width": width, "height": height}, **more
    )
    # The test's server has a thread for each request; a stream would keep one for an hour.
    context.route("**/events", lambda route: route.abort())
    if key:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": base}])
    return context


def press(page: Page, key: str) -> None:
    """Press a key as a person does: when the page is there with its scripts, and what was asked for
    before has come."""
    page.wait_for_load_state("load")
    page.wait_for_function(QUIET)
    page.keyboard.press(key)


def complaints_of(page: Page) -> list[str]:
    """A list that fills with what the browser finds wrong: the page's policy, its script."""
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if "Security Policy" in m.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def flaws_everywhere(page: Page) -> list[Any]:
    """The flaws of a page in each size and in both colours, loaded once; then it is as before.

    axe looks on a desk and on a phone: the sizes between differ in layout alone.
    """
    found = []
    before = page.viewport_size
    for name in SIZES:
        _resize(page, name)
        found += [(name, flaw) for flaw in (flaws(page) if name in AXE_AT else _width(page))]
    _resize(page, "desk")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # at once
    found += [("dark", flaw) for flaw in _axe(page, CONTRAST)]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if before:
        page.set_viewport_size(before)
    return found


def widths(page: Page) -> list[Any]:
    """At which sizes a page is wider than its window, and by how much."""
    found = []
    for name in SIZES:
        _resize(page, name)
        found += [(name, flaw) for flaw in _width(page)]
    return found


def flaws(page: Page) -> list[Any]:
    """What axe finds (WCAG 2.2 AA), and whether the page is too wide, as it stands."""
    page.wait_for_load_state("load")  # half its styles make another page
    return _width(page) + _axe(page, RULES)


def _axe(page: Page, rules: dict[str, Any]) -> list[Any]:
    if not page.evaluate("'axe' in window"):  # its half a megabyte is read once a page
        page.evaluate(Axe().axe_script)
    found = page.evaluate("async rules => (await axe.run(rules)).violations", rules)
    return [
        (rule["id"], [(n["html"], n["target"], n["failureSummary"][:200]) for n in rule["nodes"]])
        for rule in found
    ]


def _resize(page: Page, name: str) -> None:
    width, height = SIZES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(SETTLED)


def _width(page: Page) -> list[Any]:
    over = too_wide(page)
    return [f"{over} pixels too wide"] if over else []


def first_of(held: list[Route], page: Page) -> Route:
    """The first request that was held back; the page may show that it waits before it has asked."""
    for _ in range(200):
        if held:
            return held[0]
        page.wait_for_timeout(50)
    raise AssertionError("nothing was asked for")


def too_wide(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return max(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)


@contextmanager
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server somewhere outside: its address, and the paths somebody asked it for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Says nothing: `asked` tells."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
