"""What one process of a run makes, and the others use as well."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, filled by the first process that asks for it; the others wait for it.

    It lies beside the processes' own folders, and goes with the run.
    """
    base = factory.getbasetemp()
    # With several processes each has a folder of its own in that of the run.
    base = base.parent if base.name.startswith("popen-") else base
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
