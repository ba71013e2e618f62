"""How many letters leave in a second, each written down before and after its dot.

Beside Postroom: Django's EmailMessage over one connection, which writes nothing down, and
django-post-office, which keeps a queue as well; the same letters, the same server, one disk. Two
servers keep nothing: one beside us, which shows the sender's own cost, and one 20 ms away, as a
mail host is. Exim is beside us too, and has each letter on its disk before it answers.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.measure import machine, table
from tests.support.exim import Exim
from tests.support.postroom import ROOT, House
from tests.support.smtp_sink import Sink

HERE, AWAY, EXIM = "beside us", "20 ms away", "Exim"
CONTENDERS = ("postroom", "postroom, one connection", "django", "django-post-office")


def run(mails: int, rounds: int, json_file: Path | None) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        about = machine(folder) | {"letters": mails, "rounds": rounds}
        print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
        for server in (HERE, AWAY, EXIM):
            for number in range(rounds):
                for contender in CONTENDERS:
                    seconds = _one(contender, server, mails, folder / f"{server}{number}")
                    times.setdefault(f"{server}: {contender}", []).append(seconds)
    rows = [["", "letters a second", "times Django's"]]
    for name, seconds in times.items():
        django = median(times[f"{name.partition(':')[0]}: django"])
        pace = mails / median(seconds)
        rows.append([name, f"{pace:.0f}", f"{django / median(seconds):.1f}"])
    print(f"\n{table(rows)}")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": times}, indent=1) + "\n")


def _one(contender: str, server: str, mails: int, folder: Path) -> float:
    """The seconds one contender needs for all letters; a server of its own each time."""
    folder = folder / contender.replace(",", "").replace(" ", "-")
    folder.mkdir(parents=True)
    if server == EXIM:
        with Exim() as exim:
            seconds = _send(contender, exim.ports["none"], mails, folder)
            taken = {one.message_id for one in exim.taken()}
    else:
        with Sink(away=0.02 if server == AWAY else 0.0) as sink:
            seconds = _send(contender, sink.port, mails, folder)
            taken = set(sink.counts())
    assert len(taken) == mails, f"{contender}: {len(taken)} of {mails} letters arrived"
    return seconds


def _send(contender: str, port: int, mails: int, folder: Path) -> float:
    name, _, lines = contender.partition(",")
    argv = [sys.executable, "-m", "bench.senders", name, str(port), str(mails)]
    if name != "postroom":
        environment = {**os.environ, "BENCH_FOLDER": str(folder)}
        return _seconds(argv, environment)
    with House.build(folder, os.environ.get("POSTROOM_DATABASE_URL")) as house:
        house.setup()
        house.add_smtp(port, more=("--lines", "1" if lines else "10"))
        return _seconds(argv, house.environment())


def _seconds(argv: list[str], environment: dict[str, str]) -> float:
    done = subprocess.run(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return float(done.stdout.split()[-1])
