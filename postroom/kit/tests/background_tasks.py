"""Tasks for the tests, in a module that worker processes can import too."""

import os
import sys
import time
from pathlib import Path

from postroom.kit.background import TaskContext, task


def write(path: str, word: str) -> None:
    with Path(path).open("a") as file:  # one write to a file opened for appending is whole
        file.write(f"{word}\n")


def read(path: Path) -> list[str]:
    return path.read_text().split("\n")[:-1] if path.exists() else []


@task
def note(path: str, word: str) -> str:
    write(path, word)
    return word


@task
async def note_async(path: str, word: str) -> None:
    write(path, word)


@task
def note_time(path: str) -> None:
    write(path, repr(time.time()))


@task
def slow(path: str, seconds: float) -> None:
    write(path, "begun")
    time.sleep(seconds)
    write(path, "done")


@task
def slow_at_first(path: str) -> None:
    write(path, "begun")
    if read(Path(path)).count("begun") == 1:
        time.sleep(60)
    write(path, "done")


@task
def fail(path: str) -> None:
    write(path, "failed")
    raise ValueError("as it should")


@task(takes_context=True)
def fail_once(context: TaskContext, path: str) -> None:
    write(path, f"attempt {context.attempt}")
    if context.attempt == 1:
        raise ValueError("only once")


@task
def leave(path: str) -> None:
    write(path, "left")
    sys.exit("a task is not the process")


@task
def note_process(path: str, word: str) -> None:
    write(path, f"{word} {os.getpid()}")
    time.sleep(0.02)


@task
def forget() -> None:
    """Nothing to do: only its row counts."""
