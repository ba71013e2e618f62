"""How long people wait for pages in a practice with a million entries and 100,000 clients.

The house is filled once and kept: in POSTROOM_BENCH_CACHE, by default below the temporary folder,
and, where POSTROOM_DATABASE_URL names a cluster, in a database of its own there. Each page is
asked for through the whole of Django in one process, and timed until its last byte is made.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.measure import machine, table
from tests.support.postroom import ROOT, House

ENTRIES, CLIENTS = 1_000_000, 100_000
DONE = "filled"  # the name of the file that says so
VERSION = 1  # of what is filled in: another one makes a kept house anew


def run(
    _mails: int,
    rounds: int,
    json_file: Path | None,
    entries: int = ENTRIES,
    clients: int = CLIENTS,
) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    house = _house(entries, clients)
    about: dict = machine(house.folder) | {"entries": entries, "clients": clients}
    about["database"] = "PostgreSQL" if house.database_url else f"SQLite {about['sqlite']}"
    print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
    done = _python(house, "bench.reading_pages", str(rounds), stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    rows = [["", "times", "ms: p50", "p95", "database: p50", "p95", "processor: p50", "p95"]]
    rows += [[name, *_figures(*times)] for name, times in found.items()]
    print(f"\n{table(rows)}")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": found}, indent=1) + "\n")


def _house(entries: int, clients: int) -> House:
    """The kept house of this size, filled if it is not there yet."""
    cluster = os.environ.get("POSTROOM_DATABASE_URL")
    name = f"postroom_bench_{entries}_{clients}_v{VERSION}"
    kept = Path(os.environ.get("POSTROOM_BENCH_CACHE") or Path(tempfile.gettempdir()))
    folder = kept / f"{name}_{'postgresql' if cluster else 'sqlite'}"
    house = House(folder, _database(cluster, name, new=not (folder / DONE).exists()))
    if not (folder / DONE).exists():
        print(f"Filling {folder}", flush=True)
        house.setup()
        _python(house, "bench.reading_pages", "fill", str(entries), str(clients))
        (folder / DONE).touch()
    else:
        house.run("setup", timeout=600)
    return house


def _database(cluster: str | None, name: str, *, new: bool) -> str | None:
    if not cluster:
        return None
    url = urlunsplit(urlsplit(cluster)._replace(path=f"/{name}"))
    with psycopg.connect(cluster, autocommit=True) as connection:
        if new:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return url


def _python(house: House, module: str, *words: str, **more: int) -> subprocess.CompletedProcess:
    argv = [sys.executable, "-m", module, *words]
    return subprocess.run(argv, cwd=ROOT, env=house.environment(), check=True, **more)


def _figures(*times: list[float]) -> list[str]:
    """How many; of the whole, of the database and of the processor the median and p95, in ms."""
    places = [_at(values, share) for values in times for share in (0.5, 0.95)]
    return [str(len(times[0])), *(f"{1000 * one:.1f}" for one in places)]


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
