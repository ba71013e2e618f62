"""Asking ClamAV's daemon about a file (clamd(8), INSTREAM): on this machine, or where the
installer says it is."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from postroom.connections.trouble import SERVER_ERROR, Trouble, from_library

CONNECT, ANSWER = 5.0, 120.0  # seconds
PIECE = 1 << 16
LONGEST_ANSWER = 4096
_FOUND, _OK = " FOUND", ": OK"


def is_there() -> bool:
    """Whether the installer named one; not whether it answers."""
    return bool(settings.CLAMD)


def virus_in(content: bytes) -> str:
    """The name of the virus in it; "" for none. Raises Trouble where that is not known: nobody
    answers, or the file is more than the daemon looks at."""
    try:
        with _line() as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            said = _answer(line)
    except OSError as error:
        raise from_library(error) from error
    if said.endswith(_FOUND):
        return said.removeprefix("stream: ").removesuffix(_FOUND)[:200] or "?"
    if said.endswith(_OK):
        return ""
    # A size limit, a lost file, an answer of another kind: never taken for «no virus».
    raise Trouble(SERVER_ERROR, said[:500], final="limit" in said)


@contextmanager
def _line() -> Iterator[socket.socket]:
    where: str = settings.CLAMD
    if where.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT)
        try:
            line.connect(where)
        except OSError:
            line.close()
            raise
    else:
        host, _, port = where.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), CONNECT)
    with line:
        line.settimeout(ANSWER)
        yield line


def _answer(line: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
