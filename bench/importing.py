"""`python -m bench importing`: clients imported a second, beside the floor.

The floor is the least that any Python program pays: the csv module's rows put into one table of
SQLite by one executemany, synced once. Postroom is timed as a command, with its start.
"""

import csv
import json
import random
import sys
import tempfile
from pathlib import Path

from bench.measure import Cost, machine, run, settle, table
from tests.support.postroom import ROOT, House

ROWS = 100_000
SEED = 3
CHANGED = 100  # one row in so many, in the third turn

FLOOR = """
import csv, sqlite3, sys
base = sqlite3.connect(sys.argv[2])
base.execute("PRAGMA journal_mode=WAL")
base.execute("PRAGMA synchronous=FULL")
base.execute("CREATE TABLE client (ref PRIMARY KEY, name, email, phone, family, lang, born, pets)")
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = csv.reader(file)
    next(rows)
    base.executemany("INSERT INTO client VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
base.commit()
"""


def measure(_mails: int, _rounds: int, json_file: Path | None, rows: int = ROWS) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    with tempfile.TemporaryDirectory(prefix="bench") as name, House(Path(name) / "house") as house:
        folder = Path(name)
        about: dict = machine(folder) | {"rows": rows}
        print(", ".join(f"{what} {value}" for what, value in about.items()), flush=True)
        house.setup()
        first, second = folder / "first.csv", folder / "second.csv"
        write(first, rows, changed=0)
        write(second, rows, changed=CHANGED)
        lines = [("", "seconds", "processor", "rows a second", "times the floor")]
        settle()
        floor = run(
            [sys.executable, "-c", FLOOR, str(first), str(folder / "floor.sqlite3")],
            cwd=ROOT,
            env=house.environment(),
        )
        lines.append(_line("the floor", floor, floor, rows))
        costs = {"the floor": floor}
        for what, path in (
            ("all new", first),
            ("nothing changed", first),
            (f"one in {CHANGED} changed", second),
        ):
            settle()
            cost = run(house.command("import", "clients", path), cwd=ROOT, env=house.environment())
            lines.append(_line(what, cost, floor, rows))
            costs[what] = cost
        print(table(lines))
    if json_file:
        times = {
            what: {"seconds": cost.wall, "processor": cost.cpu} for what, cost in costs.items()
        }
        json_file.write_text(json.dumps({"about": about, "times": times}, indent=1) + "\n")


def write(path: Path, rows: int, changed: int) -> None:
    """A list of clients, always the same; of one in `changed` the name is another."""
    dice = random.Random(SEED)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["reference", "name", "email", "phone", "group", "language", "birth date", "patients"]
        )
        for n in range(rows):
            given, family = dice.choice(("Zoé", "Hollis", "June")), dice.choice(("Ruiz", "Lind"))
            other = "-Farrow" if changed and n % changed == 0 else ""
            born = f"{1940 + n % 70}-{1 + n % 12:02}-{1 + n % 28:02}"
            writer.writerow([
                f"C{n}", f"{given} {family}{other} {n}", f"c{n}@mail{n % 50}.example",
                f"0207946{n % 10_000:04}", f"Family {n // 3}", dice.choice(("en", "fr")), born,
                f"Rex{n % 97} (dog)",
            ])  # fmt: skip


def _line(what: str, cost: Cost, floor: Cost, rows: int) -> tuple[str, ...]:
    return (
        what,
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        f"{rows / cost.wall:,.0f}",
        f"{cost.cpu / floor.cpu:.0f}",
    )
