"""One of two processes that tick five times a second together and write down each call."""

import sys
import time
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()

from postroom.kit.background.tick import Ticker, every
from postroom.kit.tests.background_house import wait_until
from postroom.kit.tests.background_tasks import read, write
from postroom.practice.jobs import claim_slot


def main(page: str, seconds: float) -> None:
    entries = [
        every(0.2, "beat")(lambda: write(page, f"beat {time.time() // 0.2:.0f}")),
        every("00:00", "day")(lambda: write(page, "day")),
    ]
    ticker = Ticker(entries, claim=claim_slot)
    write(page, "ready")
    wait_until(lambda: read(Path(page)).count("ready") == 2)
    ticker.start()
    time.sleep(seconds)
    ticker.stop()
    ticker.join(60)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
