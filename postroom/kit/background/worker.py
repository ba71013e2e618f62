"""The task loop of `postroom worker`: a thread beside the watchers, the senders and the tick."""

import logging
import threading

from django.db import connection, connections
from django.utils.module_loading import import_string

from postroom.kit.background.rules import Pace, Retries

logger = logging.getLogger(__name__)

# By name: each engine's tables exist on its own database only.
LOOPS = {
    "sqlite": "postroom.kit.background.sqlite_loop.work",
    "postgresql": "postroom.kit.background.postgres_loop.work",
}


class TaskLoop(threading.Thread):
    """Runs tasks, one at a time: `.start()`, `.stop()`, then `.join(timeout)` in seconds.

    Handles no signal: the main thread does, and calls `stop`. The task that is running then is
    finished; one that takes longer than the caller waits is run again by the next worker.
    Outlives the database: it begins anew when that comes back.
    """

    def __init__(
        self, *, alias: str = "default", pace: Pace | None = None, retries: Retries | None = None
    ) -> None:
        super().__init__(name="postroom-task-loop", daemon=True)
        self.alias = alias
        self.pace = pace or Pace()
        self.retries = retries or Retries()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Take no further task; returns at once."""
        self._stopping.set()

    def run(self) -> None:
        work = import_string(LOOPS[connection.vendor])
        try:
            while not self._stopping.is_set():
                try:
                    work(self.alias, self._stopping, self.pace, self.retries)
                except Exception:
                    logger.exception("The task loop stumbled.")
                connections.close_all()
                if not self._stopping.wait(self.pace.restart):
                    logger.warning("The task loop begins anew.")
        finally:
            connections.close_all()
