"""What it costs to wait for mail, and how soon it stands on a record once it has come.

delivery  one account on IDLE at a Dovecot: seconds from the server's answer to APPEND until the
          register shows the letter
accounts  200 accounts in one worker, ten of them at a server that never says a word: the same
          seconds at all the others, on IDLE and polled
idle      a pass over an account that has nothing new, with 1,000,000 letters stored: the commands
          it takes, and its time
"""

import contextlib
import json
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterator
from pathlib import Path

from bench.mails import CLIENTS, client_rows, make_mails
from bench.measure import machine, table
from tests.support.dovecot import FOLDERS, Dovecot
from tests.support.postroom import ROOT, House

STORED = 1_000_000
ACCOUNTS, DEAF, WATCHED = 200, 10, 100
POLL_SECONDS = 20.0
LOOK = 0.002  # seconds between two looks into the register
PATIENCE = 120.0


def delivery(mails: int, rounds: int, json_file: Path | None) -> None:
    """Deliver one letter after another, each when the last one is on its record."""
    with _house() as (house, about), Dovecot() as server:
        user = server.fresh_user()
        house.add_account(server, user)
        worker = house.spawn("worker", POSTROOM_POLL_SECONDS="300")
        found: list[float] = []
        with server.connect(user) as post, _Register(house) as register:
            letters = make_mails(min(mails, 200) * rounds + 1)
            post.append("Incoming", next(letters).raw)
            register.wait_for(1)
            rng = random.Random(1)
            for number, mail in enumerate(letters, start=2):
                time.sleep(rng.uniform(0.05, 0.4))  # not always in the same step of the worker
                post.append("Incoming", mail.raw)
                began = time.perf_counter()
                register.wait_for(number)
                found.append(time.perf_counter() - began)
        house.stop(worker)
    _say(about, {"delivery to record, by IDLE": found}, json_file)


def accounts(_mails: int, _rounds: int, json_file: Path | None) -> None:
    """Deliver a letter to each account that works, while others hang."""
    with _house() as (house, about), Dovecot() as server, _deaf() as deaf:
        users = [server.fresh_user() for _ in range(ACCOUNTS)]
        for number, user in enumerate(users):
            house.add_account(server, user, name=f"Desk {number:03}", security="none")
        with _database(house) as rows:  # every twentieth of them hangs from now on
            rows.execute(
                "UPDATE connections_mailaccount SET port = ? WHERE id % ? = 0",
                (deaf, ACCOUNTS // DEAF),
            )
            rows.commit()
            hang = {n for (n,) in rows.execute(
                "SELECT substr(name, 6) + 0 FROM connections_mailaccount WHERE port = ?", (deaf,)
            )}  # fmt: skip
        worker = house.spawn(
            "worker", POSTROOM_POLL_SECONDS=str(POLL_SECONDS), POSTROOM_WATCHERS=str(WATCHED)
        )
        sound = [n for n in range(ACCOUNTS) if n not in hang]
        raws = make_mails(2 * len(sound))
        with _Register(house) as register:
            for n in sound:
                server.append(users[n], FOLDERS[0], next(raws).raw)
            began = time.perf_counter()
            register.wait_for(len(sound))
            started = time.perf_counter() - began
            found = _arrivals(
                register, sound, lambda n: server.append(users[n], FOLDERS[0], next(raws).raw)
            )
        house.stop(worker)
    about |= {"accounts": ACCOUNTS, "of them deaf": len(hang), "polled every, s": POLL_SECONDS}
    about["a letter in each after the start, s"] = round(started, 1)
    _say(about, found, json_file)


def idle(_mails: int, rounds: int, json_file: Path | None) -> None:
    """Look again and again at an account that has nothing new."""
    with _house() as (house, about), Dovecot() as server:
        user = server.fresh_user()
        house.add_account(server, user, security="none")
        filed = next(mail for mail in make_mails(100) if mail.client)
        server.append(user, FOLDERS[0], filed.raw)
        house.run("sync")
        found: dict[str, list[float]] = {}
        for stored in (1, STORED):
            if stored > 1:
                with _database(house) as rows:
                    _multiply(rows, stored)
            server.watch(user)
            argv = [sys.executable, "-m", "bench.idling", str(20 * rounds)]
            done = subprocess.run(
                argv, cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE, check=True
            )
            said = json.loads(done.stdout)
            found[f"{stored:,} stored: a pass"] = said["wall"]
            found[f"{stored:,} stored: its processor"] = said["cpu"]
            about[f"commands of a pass, {stored:,} stored"] = ", ".join(said["commands"])
    _say(about, found, json_file)


def _arrivals(
    register: "_Register", sound: list[int], deliver: Callable[[int], int]
) -> dict[str, list[float]]:
    """Seconds to the record: one account on IDLE after another, the polled ones at any time."""
    found: dict[str, list[float]] = {"on IDLE": [], "polled": []}
    number = len(sound)
    polled = {n: 0.0 for n in sound if n >= WATCHED}
    for n in polled:
        deliver(n)
        polled[n] = time.perf_counter()
    waiting = dict(polled)
    while waiting:
        for n in register.twice_in(waiting):
            found["polled"].append(time.perf_counter() - waiting.pop(n))
        time.sleep(LOOK)
    number += len(polled)
    for n in sound[: len(sound) - len(polled)]:
        number += 1
        deliver(n)
        began = time.perf_counter()
        register.wait_for(number)
        found["on IDLE"].append(time.perf_counter() - began)
    return found


# -- what they stand on ------------------------------------------------------------------------


@contextlib.contextmanager
def _house() -> Iterator[tuple[House, dict]]:
    with tempfile.TemporaryDirectory(prefix="bench") as name, House(Path(name) / "h") as house:
        house.setup()
        house.import_clients(client_rows())
        yield house, machine(Path(name)) | {"clients": CLIENTS}


@contextlib.contextmanager
def _database(house: House) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(house.data / "postroom.sqlite3", timeout=60)
    try:
        yield connection
    finally:
        connection.close()


class _Register:
    """The register as another process sees it."""

    def __init__(self, house: House) -> None:
        self._opened = _database(house)

    def __enter__(self) -> "_Register":
        self._rows = self._opened.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._opened.__exit__(*error)

    def wait_for(self, entries: int) -> None:
        """Until it has so many. Raises RuntimeError when they do not come."""
        limit = time.monotonic() + PATIENCE
        while self._rows.execute("SELECT count(*) FROM register_entry").fetchone()[0] < entries:
            if time.monotonic() > limit:
                raise RuntimeError(f"not {entries} letters within {PATIENCE} s")
            time.sleep(LOOK)

    def twice_in(self, numbers: Container[int]) -> list[int]:
        """Which of the accounts «Desk 007» … have two letters."""
        held = self._rows.execute(
            "SELECT substr(name, 6) + 0 FROM register_entry AS e JOIN connections_mailaccount AS a"
            " ON a.id = e.account_id GROUP BY a.id HAVING count(*) = 2"
        )
        return [n for (n,) in held if n in numbers]


@contextlib.contextmanager
def _deaf() -> Iterator[int]:
    """The port of a server that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        yield listener.getsockname()[1]


def _multiply(rows: sqlite3.Connection, wanted: int) -> None:
    """Stand the one letter there is beside itself until there are so many, with all its rows."""
    rows.execute(
        "CREATE TEMP TABLE n AS WITH RECURSIVE up(k) AS"
        " (SELECT 1 UNION ALL SELECT k + 1 FROM up WHERE k < ?) SELECT k FROM up",
        (wanted - 1,),
    )
    fresh = {
        "register_entry": {"id": "id + k"},
        "register_storedmail": {
            "id": "id + k",
            "entry_id": "entry_id + k",
            "content_key": "printf('%064d', k)",
            "fold_key": "printf('%064d', k)",
            "message_id": "message_id || k",
        },
        "register_entryclient": {"id": "id + k", "entry_id": "entry_id + k"},
        "intake_sighting": {
            "id": "id + k",
            "mail_id": "mail_id + k",
            "uid": "uid + k",
            "content_key": "printf('%064d', k)",
        },
    }
    for name, changed in fresh.items():
        columns = [f'"{row[1]}"' for row in rows.execute(f"PRAGMA table_info({name})")]
        taken = ", ".join(changed.get(column.strip('"'), column) for column in columns)
        # Names of our own tables and columns.
        rows.execute(
            f"INSERT INTO {name} ({', '.join(columns)})"  # noqa: S608
            f" SELECT {taken} FROM (SELECT * FROM {name} LIMIT 1), n"
        )
    rows.commit()  # without ANALYZE, which Postroom does not run on SQLite either


def _say(about: dict, found: dict[str, list[float]], json_file: Path | None) -> None:
    print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
    rows = [["", "times", "p50, ms", "p95, ms", "longest, ms"]]
    for name, seconds in found.items():
        ordered = sorted(seconds)
        at = [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1]]
        rows.append([name, str(len(ordered)), *(f"{1000 * one:.1f}" for one in at)])
    print(f"\n{table(rows)}")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": found}, indent=1) + "\n")
