"""Mails filed a second out of a Dovecot's folder, beside the floor and mbsync with notmuch.

All three reach the same server on loopback, without TLS. Each turn begins with an equal copy of
the mailbox, an empty folder of its own on the same disk, and a disk that has caught up.
"""

import functools
import itertools
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench import contenders
from bench.contenders import FOLDER, Round, Wanted
from bench.mails import client_rows, make_mails
from bench.measure import Cost, installed, machine, median_and_range, table
from tests.support.dovecot import FOLDERS, Dovecot
from tests.support.mailbox import content_key
from tests.support.postroom import House

Contender = Callable[[Round], dict[str, Cost]]
Costs = dict[str, list[dict[str, Cost]]]  # by contender, one for each round
FLOOR, OURS, PEER = "fetched, thrown away", "postroom sync", "mbsync + notmuch new"
_NOTES = """
Ratios are medians of each round's own ratio. Not in any row: Dovecot's own processor time.
The start: a second, empty pass of the same program, with its interpreter and its signing in.
"""
MASTER = "master@post.test"


def run(mails: int, rounds: int, json_file: Path | None) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    with tempfile.TemporaryDirectory(prefix="bench") as name, _bytecode_kept(Path(name)):
        folder = Path(name)
        about: dict = machine(folder)
        with Dovecot() as server, House(folder / "furnished") as house:
            house.setup()
            house.import_clients(client_rows())
            house.run("sync")  # no account yet: only to have its modules compiled
            wanted, size = _fill(server, mails)
            about |= {"mails": mails, "mean size, bytes": round(size / mails), "rounds": rounds}
            print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
            costs = _measure(server, house, wanted, rounds, folder)
    print(f"\n{_report(costs, mails)}\n{_NOTES}")
    if json_file:
        json_file.write_text(json.dumps(_as_json(about, costs), indent=1) + "\n")


@contextmanager
def _bytecode_kept(folder: Path) -> Iterator[None]:
    """Python compiles a module once, as where Postroom is installed.

    Where the environment forbids it, each start would compile Django anew: 1 s of processor.
    """
    before = dict(os.environ)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _fill(server: Dovecot, count: int) -> tuple[Wanted, int]:
    """Put the mails into the master's mailbox; whose they are, and their bytes altogether."""
    wanted: dict[str, str | None] = {}
    size = 0
    server.add_folders(MASTER, *FOLDERS)
    with server.connect(MASTER) as mailbox:
        for mail in make_mails(count):
            mailbox.append(FOLDER, mail.raw)
            wanted[content_key(mail.raw)] = mail.client
            size += len(mail.raw)
        mailbox.select(FOLDER, readonly=True)
    return wanted, size


def _measure(server: Dovecot, house: House, wanted: Wanted, rounds: int, folder: Path) -> Costs:
    """Every contender in turn, round after round, each beginning one later than before."""
    ours = functools.partial(contenders.postroom, furnished=house)
    entered: dict[str, Contender] = {FLOOR: contenders.fetch, OURS: ours}
    if installed("mbsync", "notmuch"):
        entered[PEER] = contenders.mbsync_and_notmuch
    costs: Costs = {name: [] for name in entered}
    names = list(entered)
    turns = itertools.count(1)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            turn = Round(server, f"turn{next(turns)}@post.test", folder / "turn", wanted)
            cost = _take(turn, entered[name])
            costs[name].append(cost)
            print(f"round {number + 1}: {name}: {cost['whole'].wall:.2f} s", flush=True)
    return costs


def _take(turn: Round, contender: Contender) -> dict[str, Cost]:
    """One turn: a copy of the master's mailbox, the contender, and nothing left of either."""
    homes = turn.server.folder / "home"
    turn.folder.mkdir()
    # With owners, times and indexes; nobody is signed in to the master's mailbox now.
    subprocess.run(["cp", "-a", homes / MASTER, homes / turn.user], check=True)
    try:
        return contender(turn)
    finally:
        shutil.rmtree(turn.folder)
        shutil.rmtree(homes / turn.user)


# -- the outcome ---------------------------------------------------------------------------


def _report(costs: Costs, mails: int) -> str:
    whole = {name: [cost["whole"] for cost in rounds] for name, rounds in costs.items()}
    work = {name: [c["whole"] - c["start"] for c in costs[name]] for name in (OURS, FLOOR)}
    peer = whole.get(PEER, [])
    rows = [("", "mails/s: median (range)", "CPU ms/mail", "x mbsync + notmuch", "x floor")]
    for name, paid, floor in (
        (OURS, whole[OURS], whole[FLOOR]),
        ("  its start taken off", work[OURS], work[FLOOR]),
        (PEER, peer, whole[FLOOR]),
        (FLOOR, whole[FLOOR], whole[FLOOR]),
        ("  its start taken off", work[FLOOR], work[FLOOR]),
    ):
        if paid:
            speeds = median_and_range([mails / cost.wall for cost in paid])
            cpu = statistics.median(cost.cpu for cost in paid) / mails * 1000
            rows.append((name, speeds, f"{cpu:.2f}", _ratio(paid, peer), _ratio(paid, floor)))
    return table(rows)


def _ratio(paid: list[Cost], base: list[Cost]) -> str:
    """How many times as fast, round by round: the machine was the same for both."""
    if not base:
        return "-"
    return f"{statistics.median(b.wall / p.wall for p, b in zip(paid, base, strict=True)):.2f}"


def _as_json(about: dict, costs: Costs) -> dict:
    rounds = {
        name: [{part: asdict(cost) for part, cost in one.items()} for one in found]
        for name, found in costs.items()
    }
    return {"about": about, "seconds": rounds}
