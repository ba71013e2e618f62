"""Sources made to cost: each is answered within the limits, and its words are kept."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from postroom.kit.html import LIMIT, from_text, safe

SECONDS = 10
MEGABYTES = 256


def many(count: int, write: Callable[[int], str]) -> str:
    return "".join(write(n) for n in range(count))


COSTLY = {
    "nested 10,000 deep": lambda: "<div>" * 10_000 + "words" + "</div>" * 10_000,
    "nested without end": lambda: "<div>" * 390_000 + "words",
    "lists within lists": lambda: "<ul><li>" * 240_000 + "words",
    "tables within tables": lambda: "<table><tr><td>" * 130_000 + "words",
    "attributes": lambda: f"<p {many(250_000, lambda n: f'a{n} ')}>words",
    "formatting left open": lambda: (
        many(50_000, lambda n: f"<font color=a{n}>") + "<p>words" * 9999
    ),
    "formatting split by blocks": lambda: (
        many(14_000, lambda n: f"<b title={n}>" + "<div>" * 9 + "</b>" + "</div>" * 9)
        + "<p>words" * 9_999
    ),
    "formatting before rows": lambda: (
        many(30_000, lambda n: f"<table><font color=a{n}><tr></table>") + "<p>words" * 9_999
    ),
    "links within links": lambda: many(60_000, lambda n: f"<a href=http://h{n}.example>") + "words",
    "comments never closed": lambda: "<!--" * 400_000 + "words",
    "titles never closed": lambda: "<title>" * 250_000 + "words",
    "quotation marks never closed": lambda: "<p>words</p>" + "<p a='" * 300_000,
    "a link's long words": lambda: f"<a href=http://x.example>{'a.' * 900_000} words</a>",
    "signs": lambda: "<" * 1_000_000 + "&" * 900_000 + "words",
    "entities never closed": lambda: "&nbsp" * 390_000 + "words",
    "signs between dropped tags": lambda: "&<x>" * 450_000 + "words",
    "unknown entities": lambda: "&no" * 600_000 + "words",
    "numbers without end": lambda: "&#" * 500_000 + "&#" + "9" * 500_000 + "words",
    "entities in values": lambda: f'<p title="{"&nbsp" * 1500}">' * 250 + "words",
}


HEAVY = ("nested without end", "formatting left open", "formatting split by blocks", "signs")


@pytest.mark.parametrize("name", [name for name in COSTLY if name not in HEAVY])
def test_a_costly_source_ends_in_time_with_its_words(name: str) -> None:
    source = COSTLY[name]()
    start = time.process_time()
    body = safe(source, picture=lambda cid: None).body
    assert time.process_time() - start < SECONDS
    assert "words" in body
    assert len(body) < 6 * LIMIT


CHILD = """
import json, sys, time
import django
from django.conf import settings
settings.configure(USE_I18N=False)
django.setup()
from postroom.kit.html import safe
def peak():
    # VmHWM, in kB: ru_maxrss would begin with the memory of the parent
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
source = json.load(sys.stdin)
start = time.process_time()
body = safe(source, picture=lambda cid: None).body
seconds = time.process_time() - start
print(json.dumps([peak() // 1024, seconds, "words" in body, len(body)]))
"""


@pytest.mark.parametrize("name", HEAVY)
def test_the_costliest_stay_within_their_memory_too(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(COSTLY[name]()),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    megabytes, seconds, kept, length = json.loads(done.stdout)
    assert megabytes < MEGABYTES
    assert seconds < SECONDS
    assert kept
    assert length < 6 * LIMIT


def test_what_is_too_long_is_cut_with_a_sentence() -> None:
    body = safe("<p>" + "x" * LIMIT + "the end", picture=lambda cid: None).body
    assert body.endswith('<p class="cut">The rest of this message is too long to show.</p>')
    assert "the end" not in body


@pytest.mark.parametrize(
    "line", [">\n<\n", "> ", "on x\n", "a@", "www.", "http://a)", "le " + "x " * 140 + "\n", "\n"]
)
def test_costly_plain_text_ends_in_time(line: str) -> None:
    start = time.process_time()
    body = from_text(line * (LIMIT // len(line)))
    assert time.process_time() - start < SECONDS
    assert len(body) < 8 * LIMIT
