"""`python -m bench.reading_pages ROUNDS` in a filled house: asks for pages, prints the seconds."""

import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the settings
from django.test import Client as Browser  # noqa: E402

from bench.kept_data import typical  # noqa: E402
from postroom.clients.models import Client, GroupMember  # noqa: E402
from postroom.practice.models import Member  # noqa: E402
from postroom.register import hits, inboxes, search  # noqa: E402
from postroom.register.models import Conversation, Entry, EntryClient  # noqa: E402
from postroom.register.narrowing import Narrowing  # noqa: E402

TIMES = 100  # each page in a round
WARM = 10  # more, before the clock: a worker that stays up has its templates and statements ready
# The whole by the clock, within it the database, and this process’s processor time: on a machine
# that others use too, the last says what the first would be alone.
Times = tuple[list[float], list[float], list[float]]


class Clock:
    """Counts what the database takes of a request."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Callable, *asked: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*asked)
        finally:
            self.seconds += time.perf_counter() - began


@contextmanager
def watched() -> Iterator[Clock]:
    clock = Clock()
    with connection.execute_wrapper(clock):
        yield clock


def main(rounds: int) -> None:
    rng = random.Random(11)
    member = Member.objects.order_by("pk")[0]
    count = rounds * TIMES + WARM
    found = {}
    for name, asks in _pages(member, count, rng).items():
        print(f"{name} …", file=sys.stderr, flush=True)
        found[name] = _timed(list(asks))
    print(json.dumps(found))


def _timed(asks: list[Callable[[], Any]]) -> Times:
    whole: list[float] = []
    database: list[float] = []
    processor: list[float] = []
    for ask in asks[:WARM]:
        ask()
    gc.freeze()  # as the server does with what is there for good (postroom/asgi.py)
    for ask in asks[WARM:]:
        with watched() as clock:
            began, used = time.perf_counter(), time.process_time()
            ask()
            processor.append(time.process_time() - used)
            whole.append(time.perf_counter() - began)
        database.append(clock.seconds)
    return whole, database, processor


def _pages(member: Member, count: int, rng: random.Random) -> dict[str, Iterator[Callable]]:
    """Each page with its addresses, no two alike where there are so many."""
    base = f"/p/{member.practice.slug}"
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(member.user)

    def get(address: str) -> Callable[[], Any]:
        def ask() -> None:
            answer = browser.get(base + address)
            assert answer.status_code == 200, (address, answer.status_code)

        return ask

    waiting = list(Entry.objects.readable_by(member).waiting().values_list("pk", flat=True))
    entries = Entry.objects.filter(pk__in=rng.sample(range(1, _last() + 1), count * 3))
    placed = EntryClient.objects.filter(entry__in=entries, client__restricted=False)
    clients = list(placed.values_list("client", flat=True))[:count]  # as often as they write
    members = GroupMember.objects.filter(client__restricted=False).values_list("client", flat=True)
    families = rng.sample(list(members[: count * 20]), count)
    noted = Entry.objects.filter(kind=Entry.NOTE).values_list("body", flat=True)
    words = typical(rng, count, list(noted[:200]))
    largest, deep = _largest(member)
    closed = inboxes.shared(member).filter(state=Conversation.CLOSED)
    end = closed.order_by("last_at", "pk").values_list("pk", flat=True)[inboxes.SIZE + 1]
    return {
        "a record": (get(f"/clients/{pk}") for pk in clients),
        "the largest record": (get(f"/clients/{largest}") for _ in range(count)),
        "its deepest page": (get(f"/clients/{largest}?before={deep}") for _ in range(count)),
        "a family": (get(f"/clients/{pk}/group") for pk in families),
        "a list: shared inbox, closed": (get("/shared-inbox?show=closed") for _ in range(count)),
        "its deepest page ": (get(f"/shared-inbox?show=closed&before={end}") for _ in range(count)),
        "home": (get("/") for _ in range(count)),
        "search, without its page": (_search(member, one) for one in words),
        "search, the page": (get(f"/search?q={one}") for one in words),
        "as one types": (get(f"/search/suggest?q={one}") for one in words),
        "Unresolved": (get(f"/unresolved?entry={rng.choice(waiting)}") for _ in range(count)),
    }


def _search(member: Member, words: str) -> Callable[[], Any]:
    return lambda: hits.found(member, search.asked(words), Narrowing(q=words))


def _last() -> int:
    return Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]


def _largest(member: Member) -> tuple[int, int]:
    """The client with most entries one may read, and the entry before its last page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, count(*) FROM register_entryclient"
            " GROUP BY client_id ORDER BY 2 DESC LIMIT 5"
        )
        most = [row[0] for row in cursor.fetchall()]
    client = Client.objects.open_to(member).filter(pk__in=most).first()
    assert client is not None
    rows = EntryClient.objects.filter(client=client).order_by("at", "entry_id")
    return client.pk, rows.values_list("entry", flat=True)[51]


if __name__ == "__main__":
    main(int(sys.argv[1]))
