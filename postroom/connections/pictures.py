"""Pictures that lie on the internet, fetched for a letter that a person is reading.

Our machine asks, not the reader's: no cookie, no address of theirs, nothing of the practice's own
network (see http.py), 5 MB at most.
"""

from threading import BoundedSemaphore

from postroom.connections.http import Way, get
from postroom.connections.trouble import TIMEOUT, Trouble

LARGEST = 5_000_000  # bytes
SECONDS = 15.0
# A letter may name hundreds, on servers that never answer: the others' pages need threads too.
_AT_ONCE = BoundedSemaphore(8)


def fetch(address: str) -> bytes:
    """What lies at a web address, whatever it calls itself. Raises Trouble."""
    if not _AT_ONCE.acquire(timeout=SECONDS):
        raise Trouble(TIMEOUT)
    try:
        way = Way(plain=True, largest=LARGEST, whole=SECONDS)
        return get(address, headers={"Accept": "image/*"}, way=way).body
    finally:
        _AT_ONCE.release()
