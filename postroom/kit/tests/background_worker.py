"""A worker process for the tests: SIGTERM stops it as `postroom worker` will be stopped."""

import signal
import sys

import django

if __name__ == "__main__":
    django.setup()

from postroom.kit.background.worker import TaskLoop
from postroom.kit.tests.background_house import FAST, SOON


def main(patience: float) -> None:
    loop = TaskLoop(pace=FAST, retries=SOON)
    signal.signal(signal.SIGTERM, lambda *_: loop.stop())
    loop.start()
    while loop.is_alive() and not loop._stopping.is_set():
        loop.join(0.1)
    loop.join(patience)


if __name__ == "__main__":
    main(float(sys.argv[1]))
