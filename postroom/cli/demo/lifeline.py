"""Child processes that do not outlive the demo, even when it is killed outright."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Found before any fork: the child may only call what is already loaded.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: list[str], env: Mapping[str, str], output: IO[bytes] | int, errors: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    """Start a command in its own process group, tied to us.

    Call it from the main thread: the kernel looks at the thread that forked, prctl(2).
    """
    return subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        preexec_fn=_tie_to(os.getpid()),
    )


def stop(process: subprocess.Popen[bytes], patience: float = 10.0) -> None:
    """SIGTERM, after `patience` seconds SIGKILL to its group; returns when it is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.stdout:
        process.stdout.close()


def environment(**more: str) -> dict[str, str]:
    """Our environment, in which children find this very copy of Postroom, and `more`."""
    here = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH")) if part)
    return os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | more


def _tie_to(parent: int) -> Callable[[], None]:
    def tie() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return tie
