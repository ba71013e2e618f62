"""A stranger's picture drawn anew: what is passed on was written by us, byte for byte, and carries
no more than what one sees (RELIABILITY 4.2)."""

from subprocess import TimeoutExpired
from tempfile import TemporaryFile

from postroom.kit.processes import run_alone

DRAWS = "postroom.kit.drawing"
PATIENCE = 15.0  # seconds


class NoPicture(Exception):
    """The bytes are no picture we know, or one too large."""


def redrawn(content: bytes) -> bytes:
    """The same picture as PNG or JPEG; of one that moves, how it begins. Raises NoPicture."""
    with TemporaryFile() as given, TemporaryFile() as drawn:
        given.write(content)
        given.seek(0)
        try:
            done = run_alone(DRAWS, stdin=given, stdout=drawn, patience=PATIENCE)
        except TimeoutExpired as late:
            raise NoPicture from late
        if done.returncode:
            raise NoPicture(done.stderr.decode(errors="replace")[-500:])
        drawn.seek(0)
        return drawn.read()
