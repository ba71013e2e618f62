"""What is handed to the worker, where a test has none."""

from typing import Any

from postroom.kit.background.calls import call


class Queue:
    """The background tasks that were asked for; a test does them when it likes."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []

    def hear(self, task_result: Any, **_: Any) -> None:
        self.waiting.append(task_result)

    def work_off(self) -> int:
        """Do them all, and those they ask for; how many they were."""
        done = 0
        while self.waiting:
            call(self.waiting.pop(0))
            done += 1
        return done
