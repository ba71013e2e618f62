"""Processes: naming a worker so that others can tell whether it still lives; running a module
alone, with limits, on what a stranger wrote."""

import os
import resource
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
# -I: nothing of the environment or the current folder is a module to it.
_START = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1)"
_START += ", run_name='__main__', alter_sys=True)"


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


@dataclass(frozen=True)
class Limits:
    """What a process may use at most: bytes of memory, the interpreter and all; bytes of a file it
    writes; seconds of processor."""

    memory: int
    written: int
    seconds: int

    def set(self) -> None:
        """Hold this process to them, for good."""
        for limit, most in (
            (resource.RLIMIT_AS, self.memory),
            (resource.RLIMIT_FSIZE, self.written),
            (resource.RLIMIT_CPU, self.seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(limit, (most, most))


def run_alone(
    module: str, *words: str, stdout: IO[bytes], patience: float, stdin: IO[bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run one of our modules in a process of its own to its end; what it says of errors is kept.

    It sets its own Limits; `patience` is in seconds on the clock. Raises subprocess.TimeoutExpired,
    and OSError when no process can be had.
    """
    # It needs nothing of ours, so it is given none of our secrets either.
    return subprocess.run(
        [sys.executable, "-I", "-c", _START, str(ROOT), module, *words],
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=patience,
        env={},
        cwd="/",
        check=False,
    )
