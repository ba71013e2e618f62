"""Named points at which a test may kill the process (RELIABILITY 3)."""

import collections
import os
import signal

_passed: collections.Counter[str] = collections.Counter()


def crash_point(name: str) -> None:
    """Kill this process if POSTROOM_CRASH_AT says «name:n» and this is the nth passing."""
    wanted, _, nth = os.environ.get("POSTROOM_CRASH_AT", "").partition(":")
    if name == wanted:
        _passed[name] += 1
        if _passed[name] == int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)
