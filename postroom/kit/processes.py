"""Naming a worker so that others can tell whether it still lives."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Worker:
    """One process: «host:pid:start», the start telling apart two that had the same number."""

    name: str

    @classmethod
    def this(cls) -> "Worker":
        return cls(f"{_host()}:{os.getpid()}:{_started(os.getpid())}")

    def knows_dead(self, name: str) -> bool:
        """Is that other worker one of this machine, and gone? Of others we cannot say."""
        host, _, rest = name.partition(":")
        pid, _, started = rest.partition(":")
        return host == _host() and pid.isdigit() and _started(int(pid)) != started


def _host() -> str:
    # Two containers may share a host name and not see each other's processes; the boot id
    # does not help there, the process namespace does.
    return f"{socket.gethostname()}/{_namespace()}"


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Clock ticks since boot at which the process began (proc(5)); "" when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
