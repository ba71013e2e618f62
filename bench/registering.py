"""How long the table of the register takes with each pair of filters, among a million entries.

Each pair is asked three ways: the page through the whole of Django; the keys of the page alone;
and raw SQL that a person would write, the filters and the order and nothing of who may read what.
"""

import json
from pathlib import Path

from bench import kept
from bench.measure import table


def run(_mails: int, rounds: int, json_file: Path | None) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    about, found = kept.ask("bench.register_pages", rounds)
    rows = [["", *(f"{kind}, {figure}" for kind in found for figure in ("p50", "longest"))]]
    for pair in next(iter(found.values())):
        row = [pair]
        for times in found.values():
            ordered = sorted(times.get(pair, []))
            some = [ordered[len(ordered) // 2], ordered[-1]] if ordered else []
            row += [f"{1000 * one:.1f}" for one in some] or ["–", "–"]
        rows.append(row)
    print(f"\n{table(rows)}\n(ms)")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": found}, indent=1) + "\n")
