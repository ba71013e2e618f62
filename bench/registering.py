"""How long the table of the register takes with each pair of filters, among 1,000,000 entries.

A house of its own, filled by plain SQL in a process of its own. Each pair is asked three ways: the
page through the whole of Django; the keys of the page alone; and raw SQL that a person would write,
the filters and the order and nothing of who may read what.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import machine, table
from tests.support.postroom import ROOT, House

ENTRIES = 1_000_000


def run(_mails: int, rounds: int, json_file: Path | None, entries: int | None = None) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    entries = entries or int(os.environ.get("BENCH_ENTRIES", ENTRIES))
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        about = machine(folder) | {"entries": entries, "rounds": rounds}
        print(", ".join(f"{name} {value}" for name, value in about.items()), flush=True)
        with House.build(folder / "house", os.environ.get("POSTROOM_DATABASE_URL")) as house:
            house.setup()
            argv = [sys.executable, "-m", "bench.register_pages", str(entries), str(rounds)]
            done = subprocess.run(
                argv, cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE, check=True
            )
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout)
    rows = [["", *(f"{kind}, {figure}" for kind in found for figure in ("p50", "longest"))]]
    names = list(next(iter(found.values())))
    for pair in names:
        row = [pair]
        for times in found.values():
            ordered = sorted(times.get(pair, []))
            some = [ordered[len(ordered) // 2], ordered[-1]] if ordered else []
            row += [f"{1000 * one:.1f}" for one in some] or ["–", "–"]
        rows.append(row)
    print(f"\n{table(rows)}\n(ms)")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": found}, indent=1) + "\n")
