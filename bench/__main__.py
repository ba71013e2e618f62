"""`python -m bench [NAME]`: measure Postroom on this machine. docs/reference/benchmarks.md."""

import argparse
from pathlib import Path

from bench import (
    filing,
    importing,
    reading,
    registering,
    searching,
    sending,
    switching,
    waiting,
)

BENCHMARKS = {
    "filing": filing.run,
    "searching": searching.run,
    "delivery": waiting.delivery,
    "accounts": waiting.accounts,
    "idle": waiting.idle,
    "importing": importing.measure,
    "reading": reading.run,
    "register": registering.run,
    "sending": sending.run,
    "switching": switching.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=list(BENCHMARKS), default="filing")
    parser.add_argument("--mails", type=int, default=1000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all times there")
    args = parser.parse_args()
    if args.mails < 1 or args.rounds < 1:
        parser.error("at least one mail and one round")
    BENCHMARKS[args.name](args.mails, args.rounds, args.json)


if __name__ == "__main__":
    main()
