"""How long people wait for pages in a practice with a million entries and 100,000 clients.

Each page is asked for through the whole of Django in one process, and timed until its last byte
is made.
"""

import json
from pathlib import Path

from bench import kept
from bench.measure import table


def run(_mails: int, rounds: int, json_file: Path | None) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    about, found = kept.ask("bench.reading_pages", rounds)
    rows = [["", "times", "ms: p50", "p95", "database: p50", "p95", "processor: p50", "p95"]]
    rows += [[name, *_figures(*times)] for name, times in found.items()]
    print(f"\n{table(rows)}")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": found}, indent=1) + "\n")


def _figures(*times: list[float]) -> list[str]:
    """How many; of the whole, of the database and of the processor the median and p95, in ms."""
    places = [_at(values, share) for values in times for share in (0.5, 0.95)]
    return [str(len(times[0])), *(f"{1000 * one:.1f}" for one in places)]


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
