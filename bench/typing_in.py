"""`python -m bench.typing_in CLIENTS ROUNDS`, in a house: fills it, types, prints the seconds."""

import json
import os
import random
import sys
import time
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the settings
from django.test import Client as Browser  # noqa: E402

from bench.words import vocabulary  # noqa: E402
from postroom.clients.models import Client  # noqa: E402
from postroom.clients.rules import search_name  # noqa: E402
from postroom.practice.models import Member, Practice  # noqa: E402

SEARCHES = 100  # in a round
TYPED, PROCESSOR = "typing a search", "its processor time here"
WALKED = "every client compared, the query alone"
HTMX = {"HX-Request": "true"}


def main(clients: int, rounds: int) -> None:
    rng = random.Random(7)
    practice = Practice.objects.get()
    names = fill(practice, clients, rng)
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(Member.objects.get().user)
    address = f"/p/{practice.slug}/clients"
    browser.get(address, headers=HTMX)
    found: dict[str, list[float]] = {TYPED: [], PROCESSOR: [], WALKED: []}
    for words in typed(names, rounds * SEARCHES, rng):
        began, used = time.perf_counter(), time.process_time()
        browser.get(address, {"q": words}, headers=HTMX)
        found[PROCESSOR].append(time.process_time() - used)
        found[TYPED].append(time.perf_counter() - began)
    for words in typed(names, SEARCHES // 4, rng):
        began = time.perf_counter()
        walked(words)
        found[WALKED].append(time.perf_counter() - began)
    print(json.dumps(found))


def fill(practice: Practice, count: int, rng: random.Random) -> list[str]:
    """So many clients with two names, an address and a number each; their names."""
    words = [word for word in vocabulary()[0] if len(word) > 3]
    names = [f"{rng.choice(words)} {rng.choice(words)}".title() for _ in range(count)]
    for start in range(0, count, 5_000):
        Client.objects.bulk_create(
            Client(practice=practice, ref=str(n), name=name, search_name=_found_by(n, name, rng))
            for n, name in enumerate(names[start : start + 5_000], start)
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return names


def typed(names: list[str], count: int, rng: random.Random) -> Iterator[str]:
    """What people type: beginnings of names, whole names, digits of numbers, nobody at all."""
    for _ in range(count):
        name = rng.choice(names)
        kind = rng.random()
        if kind < 0.65:
            yield name[: rng.randint(1, len(name))]
        elif kind < 0.9:
            yield str(rng.randint(10, 99_999))
        else:
            yield f"{name[:3]}qx"


def walked(words: str) -> list[Client]:
    """The same without the index, which does not serve an expression."""
    rows = Client.objects.extra(where=["search_name || '' LIKE %s"], params=[f"%{words.lower()}%"])
    return list(rows.order_by("name", "pk")[:51])


def _found_by(n: int, name: str, rng: random.Random) -> str:
    address = f"{name.replace(' ', '.').lower()}@example{rng.randint(1, 999)}.org"
    number = rng.randint(10**8, 10**9 - 1)
    points = [(address, address), (f"0{number}", f"+44{number}")]
    return search_name(name, str(n), [rng.choice(("Biscuit", "Maple", "Pip", ""))], points)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
