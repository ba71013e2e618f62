"""`child`: reads mails from standard input and writes what they say, in a process of its own.

Each mail comes as its length (8 bytes, big end first) and its bytes; each Letter goes the same
way. Run by `guarded`. Ends with 0, with 3 when the memory was not enough, or by a signal.
"""

import sys
from collections.abc import Callable
from typing import IO

from postroom.kit.mime import reading
from postroom.kit.mime.letter import Letter
from postroom.kit.mime.packed import pack
from postroom.kit.processes import Limits

LIMITS = Limits(memory=256 * 1024**2, written=128 * 1024**2, seconds=10)  # RELIABILITY S6
OUT_OF_MEMORY = 3


def main(how: str) -> int:
    """Sets the limits, then reads: `whole` letters, or their `headers` alone."""
    LIMITS.set()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, WAYS[how])
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def serve(mails: IO[bytes], letters: IO[bytes], read: Callable[[bytes], Letter]) -> None:
    """One letter for each mail, until there are no more."""
    while head := mails.read(8):
        written = pack(read(mails.read(int.from_bytes(head, "big"))))
        letters.write(len(written).to_bytes(8, "big") + written)
        letters.flush()


WAYS = {"whole": reading.read, "headers": reading.read_headers}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
