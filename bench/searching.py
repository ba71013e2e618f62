"""How long a person waits for the list of clients while typing, among 100,000 of them.

A house of its own, filled in a process of its own; each answer is the fragment the browser asks
for after a pause in typing, through the whole of Django. Beside it, the same search without the
index: every client compared.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import machine, table
from tests.support.postroom import ROOT, House

CLIENTS = 100_000


def run(_mails: int, rounds: int, json_file: Path | None, clients: int = CLIENTS) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        about = machine(folder) | {"clients": clients, "rounds": rounds}
        print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
        with House.build(folder / "house", os.environ.get("POSTROOM_DATABASE_URL")) as house:
            house.setup()
            argv = [sys.executable, "-m", "bench.typing_in", str(clients), str(rounds)]
            done = subprocess.run(
                argv, cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE, check=True
            )
    times = json.loads(done.stdout)
    rows = [["", "searches", "p50, ms", "p95, ms", "longest, ms"]]
    rows += [[name, *_figures(found)] for name, found in times.items()]
    print(f"\n{table(rows)}")
    if json_file:
        whole = {"about": about, "seconds": times}
        json_file.write_text(json.dumps(whole, indent=1) + "\n")


def _figures(seconds: list[float]) -> list[str]:
    """How many, and three of their places, in ms."""
    ordered = sorted(seconds)
    at = [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1]]
    return [str(len(ordered)), *(f"{1000 * one:.1f}" for one in at)]
