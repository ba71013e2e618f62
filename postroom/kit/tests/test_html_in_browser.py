"""Hostile HTML in a real browser: nothing runs, nothing loads, nobody goes anywhere.

Each case is shown four ways: as a mail is (sanitised, framed), sanitised only, framed only, and
bare. The bare one is the control: there the scripts do run and the pictures do load.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from postroom.kit.html import SANDBOX, document, frame_csp, from_text, safe
from postroom.kit.tests import hostile_html, html_corpus
from tests.support.browser import SHELL, installed

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAGE_CSP = "default-src 'none'; frame-src 'self'; style-src 'none'; form-action 'none'"
FRAMES = 60  # documents on one page
TOGETHER = 12  # sanitised fragments in one document
# Names the browser itself asks for here, read in clear at the start of TLS (SNI) or as Host.
BROWSERS_OWN = (
    b"accounts.google.com",
    b"content-autofill.googleapis.com",
    b"update.googleapis.com",
)
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002")
PICTURE = GIF + b"\x02D\x01\x00;"
# A script that runs says so; a test's own words, so that none can pass by naming it otherwise.
REPORTER = "for (const n of ['alert','confirm','prompt','print']) window[n] = () => "
REPORTER += "console.log('A SCRIPT RAN');"


@dataclass
class Canary:
    """A port every foreign name leads to; whoever connects is counted, TLS or not."""

    sock: socket.socket
    seen: list[str] = field(default_factory=list)

    def listen(self) -> None:
        while True:
            try:
                connection, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                request = connection.recv(4096)
                if any(name in request for name in BROWSERS_OWN):
                    return
                self.seen.append(request.split(b"\r\n")[0].decode("latin-1")[:200])
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n"
                    b"Connection: close\r\n\r\nok"
                )
            except OSError as reason:
                self.seen.append(f"connected, {reason}")


@dataclass
class House:
    """Our own server: pages, framed documents, inline pictures."""

    server: ThreadingHTTPServer
    documents: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    csp: bool = True
    sandbox: bool = True

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def page(self, names: list[str]) -> str:
        attribute = f' sandbox="{SANDBOX}"' if self.sandbox else ""
        frames = (f'<iframe src="/doc/{name}"{attribute}></iframe>' for name in names)
        return f"<!doctype html><title>Page</title>{''.join(frames)}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, house: Callable[[], House], *args: object) -> None:
        self.house = house()
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.house.asked.append(self.path)
        kind, _, name = self.path[1:].partition("/")
        if kind == "page":
            self._send(self.house.page(name.split(",")), PAGE_CSP if self.house.csp else "")
        elif kind == "doc" and name in self.house.documents:
            csp = frame_csp(self.house.origin) if self.house.csp else ""
            self._send(self.house.documents[name], csp)
        elif kind == "picture":
            self._send(PICTURE, "", "image/gif")
        else:
            self.send_error(404)

    def _send(self, body: str | bytes, csp: str, kind: str = "text/html; charset=utf-8") -> None:
        content = body.encode("utf-8", "replace") if isinstance(body, str) else body
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if csp:
            self.send_header("Content-Security-Policy", csp)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


# A browser and a canary for each test: connections opened ahead may close, unused, much later.
@pytest.fixture
def canary() -> Iterator[Canary]:
    with socket.create_server(("127.0.0.1", 0), backlog=200) as sock:
        canary = Canary(sock)
        threading.Thread(target=canary.listen, daemon=True).start()
        yield canary
        sock.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def house() -> Iterator[House]:
    made: list[House] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, lambda: made[0]))
    made.append(House(server))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made[0]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def browser(canary: Canary) -> Iterator[Browser]:
    found = installed(SHELL)
    port = canary.sock.getsockname()[1]
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, rules])
        yield browser
        browser.close()


@dataclass(frozen=True)
class Report:
    scripts: int
    outside: list[str]  # first line of what was said to the canary; "" if nothing was
    went: list[str]  # frames and pages that are no longer where they were
    refused: list[str]  # what the sandbox or the policy had to stop


def show(
    browser: Browser, house: House, canary: Canary, documents: list[str], press: bool = False
) -> Report:
    """Load the documents in frames, some pages of them, and say what happened."""
    house.documents = {str(n): text for n, text in enumerate(documents)}
    scripts: list[str] = []
    refused: list[str] = []
    went: list[str] = []
    before = len(canary.seen)

    def hear(text: str) -> None:
        if text == "A SCRIPT RAN":
            scripts.append(text)
        elif "sandboxed" in text or "Content Security Policy" in text or "Blocked" in text:
            refused.append(text)

    context = browser.new_context()
    context.add_init_script(REPORTER)
    for names in _pages(list(house.documents)):
        page = context.new_page()
        page.on("console", lambda message: hear(message.text))
        page.on("dialog", lambda dialog: scripts.append(dialog.message) or dialog.dismiss())
        page.goto(f"{house.origin}/page/{','.join(names)}", wait_until="load")
        if press:
            _press_everything(page)
        page.wait_for_timeout(600)
        went += _gone(page, house.origin, names)
        page.close()
    context.close()
    return Report(len(scripts), canary.seen[before:], went, refused)


def _pages(names: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(names), FRAMES):
        yield names[at : at + FRAMES]


def _press_everything(page: Page) -> None:
    for frame in page.main_frame.child_frames:
        for button in frame.locator("button, [type=submit]").all():
            button.dispatch_event("click")


def _gone(page: Page, origin: str, names: list[str]) -> list[str]:
    ours = {f"{origin}/doc/{name}" for name in names}
    there = {frame.url for frame in page.frames if frame.parent_frame == page.main_frame}
    top = [] if page.url.startswith(f"{origin}/page/") else [page.url]
    return top + sorted((ours - there) | (there - ours))


def sanitised(cases: dict[str, str]) -> list[str]:
    bodies = [safe(html, picture=lambda cid: None).body for html in cases.values()]
    groups = (bodies[at : at + TOGETHER] for at in range(0, len(bodies), TOGETHER))
    return [document("<hr>".join(group)) for group in groups]


def test_no_case_uses_a_name_the_canary_overlooks() -> None:
    every = "".join(html_corpus.everything().values())
    assert not [name for name in BROWSERS_OWN if name.decode() in every]


def test_nothing_runs_loads_or_leaves_in_the_frame(
    browser: Browser, house: House, canary: Canary
) -> None:
    house.csp = house.sandbox = True
    report = show(browser, house, canary, sanitised(html_corpus.everything()), press=True)
    # Nothing refused either: the sanitiser left nothing for the frame to stop.
    assert report == Report(scripts=0, outside=[], went=[], refused=[])


def test_the_sanitiser_alone_stops_everything(
    browser: Browser, house: House, canary: Canary
) -> None:
    house.csp = house.sandbox = False
    report = show(browser, house, canary, sanitised(html_corpus.everything()), press=True)
    assert (report.scripts, report.outside, report.went) == (0, [], [])


def test_the_frame_alone_stops_everything(browser: Browser, house: House, canary: Canary) -> None:
    house.csp = house.sandbox = True
    report = show(browser, house, canary, list(hostile_html.ALL.values()))
    # A frame within the mail makes Chromium connect ahead, before the policy refuses it; nothing
    # is asked. This is one reason why the sanitiser comes first.
    assert (report.scripts, [line for line in report.outside if line], report.went) == (0, [], [])
    assert len(report.refused) > 30


def test_the_frame_alone_sends_no_form(browser: Browser, house: House, canary: Canary) -> None:
    house.csp = house.sandbox = True
    report = show(browser, house, canary, list(hostile_html.SENDS.values()), press=True)
    assert ([line for line in report.outside if line], report.went) == ([], [])
    assert len(report.refused) >= len(hostile_html.SENDS)


def test_the_control_without_either_sees_scripts_and_loads(
    browser: Browser, house: House, canary: Canary
) -> None:
    house.csp = house.sandbox = False
    report = show(browser, house, canary, list(hostile_html.ALL.values()))
    assert report.scripts >= 25
    assert len({line for line in report.outside if line.startswith("GET")}) >= 30
    assert [url for url in report.went if "canary" in url]  # the refreshes


def test_the_control_without_either_sends_a_form(
    browser: Browser, house: House, canary: Canary
) -> None:
    house.csp = house.sandbox = False
    forms = [hostile_html.SENDS["form without a method"], hostile_html.SENDS["formaction"]]
    report = show(browser, house, canary, forms, press=True)
    assert {"GET /71? HTTP/1.1", "GET /72? HTTP/1.1"} <= set(report.outside)


def test_inline_pictures_come_from_our_own_address(
    browser: Browser, house: House, canary: Canary
) -> None:
    house.csp = house.sandbox = True
    house.asked.clear()
    body = safe('<img src="cid:logo@x">', picture=lambda cid: f"/picture/{cid}").body
    report = show(browser, house, canary, [document(body)])
    assert (report.refused, report.outside) == ([], [])
    assert "/picture/logo@x" in house.asked


def test_a_link_opens_a_page_of_its_own_where_scripts_work(
    browser: Browser, house: House, canary: Canary
) -> None:
    house.csp = house.sandbox = True
    body = safe(f'<a href="{hostile_html.CANARY}/site">go</a>', picture=lambda cid: None).body
    house.documents = {"0": document(body)}
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{house.origin}/page/0")
        with context.expect_page() as opened:
            page.frames[1].locator("a").click()
        opened.value.wait_for_load_state()
        assert opened.value.url == f"{hostile_html.CANARY}/site"
        assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]
        assert page.url == f"{house.origin}/page/0"


def test_a_quotation_unfolds_without_script(browser: Browser, house: House) -> None:
    house.csp = house.sandbox = True
    house.documents = {"0": document(from_text("Yes.\n\n> old words"), dark=True)}
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{house.origin}/page/0")
        frame = page.frames[1]
        assert not frame.get_by_text("old words").is_visible()
        frame.locator("summary").click()
        assert frame.get_by_text("old words").is_visible()
