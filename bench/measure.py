"""Running a program and saying what it cost; what machine this is; tables of plain text."""

import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and seconds of processor (user and system) with all children."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.wall - other.wall, self.cpu - other.cpu)


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Cost:
    """Run a program to its end, what it says going nowhere. Raises RuntimeError when it fails."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read()[-3000:].decode(errors="replace")
            raise RuntimeError(f"{' '.join(argv)} ended with {process.returncode}:\n{words}")
    return Cost(wall, used.ru_utime + used.ru_stime)


def settle() -> None:
    """Let the disk catch up, so that nobody pays for what another has written."""
    os.sync()


def machine(folder: Path) -> dict[str, str | int | float]:
    """What the numbers depend on; `folder` is where the data will lie."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load at the start": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "dovecot": _version("dovecot"),
        "mbsync": _version("mbsync"),
        "notmuch": _version("notmuch"),
        "file system": _said("stat", "-f", "-c", "%T", str(folder)),
        "fsync of 4 kB, ms": round(_fsync_ms(folder), 2),
    }


def median_and_range(values: Sequence[float]) -> str:
    """«352 (340-361)»."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows, the first of which names the columns, in columns wide enough; numbers to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def installed(*programs: str) -> bool:
    return all(map(shutil.which, programs))


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    found = _said(path, "--version").split() if path else []
    return next((word for word in found if word[0].isdigit()), "not installed")


def _said(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=20).stdout.strip()


def _fsync_ms(folder: Path, times: int = 50) -> float:
    """The median of writing and syncing a small file."""
    found = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(times):
            began = time.perf_counter()
            os.pwrite(file.fileno(), bytes(4096), 0)
            os.fsync(file.fileno())
            found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000
