"""PE-59: mail comes in, letters leave and ten people work, all at once, for as long as asked.

Only `make chaos` runs it. POSTROOM_CHAOS_SOAK: for how many seconds (default 60).
"""

import os
import random
import re
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest

from tests.support.mails import make_mails
from tests.support.office import DovecotPost, Office
from tests.support.postroom import ADMIN, ADMIN_PASSWORD
from tests.support.smtp_sink import Sink
from tests.support.visitor import Visitor
from tests.test_sending_chaos import connect, people

SECONDS = float(os.environ.get("POSTROOM_CHAOS_SOAK", "60"))
SEED = int(os.environ.get("POSTROOM_CHAOS_SEED", "1"))
PEOPLE = 10
PAGES = ("", "unresolved", "register", "register?q=word", "clients", "clients?q=c", "outbox",
         "search?q=word", "settings/accounts", "drafts")  # fmt: skip
PROBLEMS = re.compile(rb"database is locked|Traceback|ERROR")


@pytest.fixture
def sink():
    with Sink() as server:
        yield server


def test_nobody_waits_in_vain_and_nothing_is_lost_or_doubled(house, dovecot, sink):
    user = connect(house, dovecot, sink.port)
    office = Office(house, DovecotPost(dovecot, user))
    until, called = time.monotonic() + SECONDS, Counter[int]()
    with house.serving("serve") as base:
        home = urlsplit(Visitor(base).sign_in(ADMIN, ADMIN_PASSWORD).url).path
        visits = [
            threading.Thread(target=_work, args=(base, home, until, number, called))
            for number in range(PEOPLE)
        ]
        for visit in visits:
            visit.start()
        queued, turn = 0, 0
        mails = make_mails(max(50, int(SECONDS * 5)), random.Random(SEED))
        while time.monotonic() < until:
            office.put(mails[turn * 5 : turn * 5 + 5])
            house.queue(people(3, f"x{turn}"))
            queued, turn = queued + 3, turn + 1
            time.sleep(0.5)
        for visit in visits:
            visit.join()
        house.wait_idle(300, office.all_filed)
    sent = Counter(row["state"] for row in house.outbox())
    assert set(called) == {200}, called
    assert sent == {"sent": queued}
    assert sorted(sink.counts().values()) == [1] * queued
    assert not PROBLEMS.findall(house.log_file.read_bytes())
    print(f"{called[200]} pages, {len(office.mails)} mails, {queued} letters in {SECONDS:.0f} s")
    letters = [line for line in house.register() if line["kind"] == "email"]
    assert {mail.key for mail in office.mails} <= {line["sha256"] for line in letters}


def _work(base: str, home: str, until: float, number: int, called: Counter[int]) -> None:
    """One person: pages at random, and every now and then a call that is logged."""
    rng, visitor = random.Random(SEED * 100 + number), Visitor(base)
    visitor.sign_in(ADMIN, ADMIN_PASSWORD)
    client = re.search(rb"/clients/(\d+)", visitor.get(f"{home}clients").body)
    while time.monotonic() < until:
        if rng.random() < 0.2 and client:
            call = {"clients": client[1].decode(), "direction": "in", "at": "2026-11-20T09:20"}
            answer = visitor.post(f"{home}entries/new/phone", body="He is well.", **call)
        else:
            answer = visitor.get(home + rng.choice(PAGES))
        called[answer.status] += 1
