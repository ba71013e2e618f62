"""The hostile set in a real browser, wherever the product serves it: nothing runs, loads or leads
away (RELIABILITY S1)."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Error

from postroom.kit.tests import hostile_html
from postroom.register.models import Attachment, DirectOpening, Entry
from postroom.register.tests.post import NOON, mail, put
from tests.support.browser import chromium, enter
from tests.support.cast import Cast, make_cast
from tests.support.real_data import FOLDER

MADE = FOLDER / "attachments" / "made"
# A script that runs says so.
REPORTER = (
    "for (const n of ['alert','confirm','prompt']) window[n] = () => console.log('A SCRIPT RAN');"
)
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002")
PICTURE = GIF + b"\x02D\x01\x00;"
# What a letter may hold besides files with a name that says what they are.
OTHERS = [
    ("notes.txt", "text/enriched", b"<bold>hi</bold><script>alert(1)</script>"),
    (
        "page.xml",
        "text/xml",
        b'<x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></x>',
    ),
    ("page.html", "text/html", b"<script>alert(1)</script><img src=https://spy.example/1>"),
    ("false.png", "image/png", b"<script>alert(1)</script>"),
    ("false.pdf", "application/pdf", b"%PDF-1.4\n<script>alert(1)</script>"),
    ("false.txt", "text/plain", b"<script>alert(1)</script>"),
    ("true.gif", "image/gif", PICTURE),
]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def key(cast: Cast) -> str:
    """Alice's session; taken before the browser starts, which keeps the database to itself."""
    return cast.browser(cast.alice).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def hostile(cast: Cast) -> list[Entry]:
    """Every file of the folder as an attachment, the mails among them as letters too; and letters
    of hostile HTML. The practice lets safe files open, and nothing was scanned."""
    DirectOpening.objects.create(practice=cast.practice, by=cast.alice, at=NOON)
    kinds = {".svg": "image/svg+xml", ".zip": "application/zip", ".eml": "message/rfc822"}
    found = sorted(path for path in MADE.iterdir() if not path.name.endswith(".json"))
    named = [(p.name, kinds.get(p.suffix, "text/plain"), p.read_bytes()) for p in found]
    plain = [(name, "application/octet-stream", data) for name, _, data in named]
    letters = [put(cast.practice, mail(files=[*plain, *OTHERS]), clients=[cast.hollis])]
    for attachment, (_, kind, _) in zip(letters[0].attachments.order_by("n"), named, strict=False):
        Attachment.objects.filter(pk=attachment.pk).update(type=kind)
    letters += [
        put(cast.practice, p.read_bytes(), clients=[cast.hollis])
        for p in found
        if p.suffix == ".eml"
    ]
    whole = "<hr>".join(hostile_html.ALL.values())
    letters.append(put(cast.practice, mail(html=whole), clients=[cast.hollis]))
    return letters


def test_nothing_of_the_hostile_set_runs_loads_or_leads_away(
    hostile: list[Entry], key: str, live_server: Any
) -> None:
    assert len(list(MADE.iterdir())) >= 9
    entries = [
        f"/p/tern/entries/{one.pk}{rest}" for one in hostile for rest in ("", "/body", "/raw")
    ]
    attachments = Attachment.objects.filter(entry__in=hostile)
    names = {place: one.name for one in attachments for place in places_of(one)}
    addresses = [*entries, *names]
    with chromium(whole=True) as browser:
        context = enter(browser, live_server.url, key)
        context.add_init_script(REPORTER)
        ran: list[str] = []
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        context.on("console", lambda m: ran.append(m.text) if m.text == "A SCRIPT RAN" else None)
        context.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        downloads = [one for one in addresses if is_download(context, live_server.url + one)]
        shown = [one for one in addresses if one not in downloads]
        # A download is one for the browser too: tried with those that have most to hide.
        tried = [one for one in downloads if names.get(one, "").endswith((".svg", ".html", ".xml"))]
        for address in [*shown, *tried]:
            assert shows(context, live_server.url + address) is (address in shown), address
        assert ran == []
        # The control: a script that runs is heard of.
        context.new_page().evaluate("alert(1)")
        assert ran == ["A SCRIPT RAN"]
    # The last is Chromium's own reader of PDF files.
    ours = (live_server.url, "data:", "about:", "chrome-extension://", "chrome://")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert len(tried) >= 3
    assert len(downloads) >= len(attachments)


def places_of(attachment: Attachment) -> list[str]:
    """Wherever its bytes, or what is made of them, are served."""
    parts = ["", "/open"]
    if attachment.type.startswith("image/"):
        parts.append("/picture")
    if attachment.name.endswith(".eml"):
        parts += ["/message", "/message/body", "/message/file"]
    return [f"/p/tern/attachments/{attachment.pk}{part}" for part in parts]


def is_download(context: BrowserContext, address: str) -> bool:
    """Whether the answer is one that no browser opens."""
    headers = context.request.get(address).headers
    kept = headers.get("content-disposition", "").startswith("attachment")
    if kept:
        assert headers["content-type"] == "application/octet-stream", address
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["content-security-policy"] == "sandbox; default-src 'none'", address
    return kept


def shows(context: BrowserContext, address: str) -> bool:
    """Whether the browser shows what lies there, rather than keeping it on the disk; shown, it
    stays where it is."""
    page = context.new_page()
    try:
        page.goto(address, wait_until="load")
        assert page.url == address
        return True
    except Error as reason:
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" in str(reason):  # an answer without a body
            return True
        kept = ("Download is starting", "ERR_ABORTED")
        assert any(words in str(reason) for words in kept), address
        return False
    finally:
        page.close()
