"""`postroom`, with a parser that a letter can kill: `python -m tests.support.poisoned ARGV`.

Whoever reads a letter that holds POISON dies as by a fault no `except` can catch, a guarded
process (tests/support/poisoned_child.py) as well.
"""

import os
import signal
import sys

from postroom.kit import mime
from postroom.kit.mime import guarded, reading

POISON = b"X-Poison: yes\r\n"


def deadly(read):
    """The same way of reading, for those who live to tell."""

    def reader(raw: bytes):
        if POISON in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(raw)

    return reader


mime.read = reading.read = deadly(reading.read)  # before any room takes it from there
guarded.MODULE = "tests.support.poisoned_child"

if __name__ == "__main__":
    from postroom.cli import main

    sys.exit(main())
