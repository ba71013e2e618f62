"""One thread for calls that block, so that they share one database connection."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any

from django.db import connections


class OneThread(Executor):
    """Calls one after another, in a daemon thread: the standard executors would keep a process
    that was told to go until the call has ended, however long that takes."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._calls.put((future, partial(fn, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End after the calls already given; waits a second at most."""
        self._calls.put(None)
        if wait:
            self._thread.join(timeout=1.0)

    def _serve(self) -> None:
        while (given := self._calls.get()) is not None:
            future, call = given
            if future.set_running_or_notify_cancel():
                _settle(future, call)
        connections.close_all()


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except Exception as error:
        future.set_exception(error)
    except BaseException as error:
        # SystemExit would end the event loop that waits here, and with it the worker.
        future.set_exception(RuntimeError(f"the call wanted to end the process: {error!r}"))
