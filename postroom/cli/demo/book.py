"""The sample practice's people, and its book: last week's, this week's and next week's
appointments, and what falls due. Everybody is invented."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from .people import SEED, Client, clients

# Name, address, role, and whether they have accepted their invitation.
TEAM = (
    ("Marcus Hale", "marcus@ternthistle.example", "practitioner", True),
    ("Sunniva Berg", "sunniva@ternthistle.example", "practitioner", True),
    ("Joséphine Aubéry", "josephine@ternthistle.example", "reception", True),
    ("Callum Yarwood", "callum@ternthistle.example", "assistant", True),
    ("Priyanka Iyer", "priyanka@ternthistle.example", "reception", False),
)
VETS = tuple(name for name, _email, role, _here in TEAM if role == "practitioner")
REASONS = (
    ("Vaccination", 15), ("Check-up", 20), ("Dental check", 20), ("Itching", 20), ("Limping", 30),
    ("Blood test", 15), ("Stitches out", 10), ("Puppy or kitten visit", 30), ("Weight check", 10),
)  # fmt: skip
DUE = ("Rabies booster", "Annual vaccination", "Worming", "Flea treatment", "Dental check")
COLUMNS = (
    *("appointment id", "client number", "animal", "start", "end", "status", "reason", "vet"),
    "booked on",
)
DUE_COLUMNS = ("due id", "client number", "animal", "what", "due on", "done on")
MORNING, EVENING = time(9), time(17, 30)
FALLING_DUE = 60  # clients


def appointments_csv(today: date) -> str:
    """From Monday of last week to Saturday of the next, the same for the same days."""
    monday = today - timedelta(days=today.weekday() + 7)
    days = [monday + timedelta(days=n) for n in range(20)]
    open_days = [day for day in days if day.weekday() < 6]
    return _table(COLUMNS, (row for day in open_days for row in _day(day, today)))


def due_csv(today: date) -> str:
    """What falls due within two months, and some that should have been done."""
    rng = random.Random(f"{SEED} due")
    return _table(DUE_COLUMNS, _due(rng, today))


def _day(day: date, today: date) -> Iterator[tuple[str, ...]]:
    for vet in VETS:
        rng = random.Random(f"{SEED} {day} {vet}")
        at, ends = datetime.combine(day, MORNING), datetime.combine(day, EVENING)
        if day.weekday() == 5:
            ends = datetime.combine(day, time(12))
        number = 0
        while at < ends:
            reason, minutes = rng.choice(REASONS)
            client, state = rng.choice(clients()), _state(rng, day, today)
            end = at + timedelta(minutes=minutes)
            number += 1
            if not time(12, 15) <= at.time() < time(13, 30):
                booked = day - timedelta(days=rng.randrange(2, 30))
                yield (
                    f"{day:%Y%m%d}-{vet[0]}{number}",
                    client.reference,
                    _animal(rng, client),
                    f"{at:%Y-%m-%d %H:%M}",
                    f"{end:%Y-%m-%d %H:%M}",
                    state,
                    reason,
                    f"Dr {vet}",
                    booked.isoformat(),
                )
            at = end + timedelta(minutes=rng.choice((0, 5, 10, 20, 40)))


def _state(rng: random.Random, day: date, today: date) -> str:
    if day < today:
        return rng.choices(("done", "missed", "cancelled"), (88, 5, 7))[0]
    return rng.choices(("booked", "confirmed", "cancelled"), (60, 35, 5))[0]


def _due(rng: random.Random, today: date) -> Iterator[tuple[str, ...]]:
    for number, client in enumerate(rng.sample(clients(), FALLING_DUE), 1):
        due_on = today + timedelta(days=rng.randrange(-20, 60))
        done = due_on - timedelta(days=1) if due_on < today and rng.random() < 0.5 else None
        yield (
            f"D{number}",
            client.reference,
            _animal(rng, client),
            rng.choice(DUE),
            due_on.isoformat(),
            done.isoformat() if done else "",
        )


def _animal(rng: random.Random, client: Client) -> str:
    return rng.choice(client.patients).name


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
