"""Several people who do the same thing in the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_once(act: Callable[[Any], object], givens: list[Any]) -> list[str]:
    """Call `act` with each, each in a thread and a connection of its own, all let go together;
    for each the name of the error it raised, or nothing."""
    ready = threading.Barrier(len(givens))

    def run(given: Any) -> str:
        ready.wait(30)
        try:
            act(given)
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(givens)) as pool:
        return list(pool.map(run, givens))
