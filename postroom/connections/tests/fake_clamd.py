"""A virus scanner on loopback that answers INSTREAM as a test tells it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Clamd:
    """`where` as the setting says it; `asked`: the contents it was given."""

    where: str
    asked: list[bytes] = field(default_factory=list)


def finds_eicar(content: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


@contextmanager
def clamd(
    says: Callable[[bytes], bytes] = finds_eicar, path: Path | None = None
) -> Iterator[Clamd]:
    """On a port of its own, or on a socket in the file system."""
    if path is None:
        door = socket.create_server(("127.0.0.1", 0))
        told = Clamd(f"127.0.0.1:{door.getsockname()[1]}")
    else:
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        door.bind(str(path))
        door.listen()
        told = Clamd(str(path))

    def serve() -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as stream:
                if stream.read(10) != b"zINSTREAM\0":
                    line.sendall(b"UNKNOWN COMMAND\0")
                    continue
                content = b""
                while size := struct.unpack("!L", stream.read(4))[0]:
                    content += stream.read(size)
                told.asked.append(content)
                line.sendall(says(content) + b"\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join()
