"""`postroom`, with a parser that a letter can kill: `python -m tests.support.poisoned ARGV`.

Whoever reads a letter that holds POISON dies as by a fault no `except` can catch.
"""

import os
import signal
import sys

from postroom.kit import mime

POISON = b"X-Poison: yes\r\n"
_read = mime.read


def read(raw: bytes, *args, **kwargs):
    """As kit.mime.read, for those who live to tell."""
    if POISON in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return _read(raw, *args, **kwargs)


mime.read = read  # before any room takes it from there

if __name__ == "__main__":
    from postroom.cli import main

    sys.exit(main())
