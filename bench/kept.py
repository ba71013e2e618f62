"""A house with a million entries and 100,000 clients, filled once and kept.

It lies in POSTROOM_BENCH_CACHE, by default below the temporary folder, and, where
POSTROOM_DATABASE_URL names a cluster, in a database of its own there.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.measure import machine
from tests.support.postroom import ROOT, House

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
CACHE = Path(os.environ.get("POSTROOM_BENCH_CACHE") or tempfile.gettempdir())
DONE = "filled"  # the name of the file that says so
VERSION = 2  # of what is filled in: another one makes a kept house anew


def ask(
    module: str, rounds: int, entries: int = ENTRIES, clients: int = ENTRIES // 10
) -> tuple[dict[str, Any], Any]:
    """Have a module of ours measure in the kept house; what it ran on, and what it found."""
    house = _house(entries, clients)
    about: dict = machine(house.folder) | {"entries": entries, "clients": clients}
    about["database"] = "PostgreSQL" if house.database_url else f"SQLite {about['sqlite']}"
    print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
    done = _python(house, module, str(rounds), stdout=subprocess.PIPE)
    return about, json.loads(done.stdout)


def _house(entries: int, clients: int) -> House:
    """The kept house of this size, filled if it is not there yet."""
    cluster = os.environ.get("POSTROOM_DATABASE_URL")
    name = f"postroom_bench_{entries}_{clients}_v{VERSION}"
    folder = CACHE / f"{name}_{'postgresql' if cluster else 'sqlite'}"
    house = House(folder, _database(cluster, name, new=not (folder / DONE).exists()))
    if not (folder / DONE).exists():
        print(f"Filling {folder}", flush=True)
        house.setup()
        _python(house, "bench.kept_data", str(entries), str(clients))
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
