"""Reading a mail that may be a bomb, or that has killed its reader before: in a process of its own
with 256 MB and 10 seconds (RELIABILITY S6, R13)."""

import logging
import subprocess
import tempfile

from postroom.kit.mime import reading
from postroom.kit.mime.letter import Letter
from postroom.kit.mime.packed import unpack
from postroom.kit.processes import run_alone

logger = logging.getLogger(__name__)

SMALL = 100_000  # bytes of raw mail that can cost nothing worth a process
BIG = 10_000_000  # bytes of raw mail; a process costs 0.2 s, which is little beside so much
MANY_DELIMITERS = 300  # lines that begin like one: many parts, or deep ones
LONG_HEADER = 300_000  # bytes before the first empty line
SECONDS = 60  # on the clock; the processor's own limit is in child.py

MODULE = "postroom.kit.mime.child"


def read_guarded(raw: bytes, *, always: bool = False) -> Letter:
    """As `read`, and a mail of a suspicious shape (or `always`) in a process with limits.

    A mail that exceeds them comes back with its headers and the problem `limits`; where even
    those are too much, empty but for the problem. Raises OSError when no process can be had.
    """
    if not always and not is_suspicious(raw):
        return reading.read(raw)
    letter = _in_a_child(raw, "whole")
    if letter is None:
        letter = _in_a_child(raw, "headers") or reading.EMPTY
        letter = Letter(**{**vars(letter), "problems": (*letter.problems, "limits")})
    return letter


def is_suspicious(raw: bytes) -> bool:
    """Whether reading this mail might cost much: told by a look at its bytes, in microseconds."""
    if len(raw) <= SMALL:
        return False
    if len(raw) > BIG or raw.count(b"\n--") > MANY_DELIMITERS:
        return True
    if len(raw) <= LONG_HEADER:
        return False
    ends = (raw.find(end, 0, LONG_HEADER) for end in (b"\n\n", b"\n\r\n"))
    return all(end < 0 for end in ends)


def _in_a_child(raw: bytes, how: str) -> Letter | None:
    """What the process made of it; None when it was stopped by its limits, or died."""
    with tempfile.TemporaryFile() as mail, tempfile.TemporaryFile() as letter:
        mail.write(len(raw).to_bytes(8, "big"))
        mail.write(raw)
        mail.seek(0)
        try:
            done = run_alone(MODULE, how, stdin=mail, stdout=letter, patience=SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("A mail of %d bytes took more than %d s to read", len(raw), SECONDS)
            return None
        if done.returncode:
            said = done.stderr[-500:].decode("utf-8", "replace")
            logger.warning(
                "A mail of %d bytes stopped its reader with %d: %s", len(raw), done.returncode, said
            )
            return None
        letter.seek(8)
        return unpack(letter.read())
