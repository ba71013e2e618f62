"""Calling a task: the same on every engine."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.utils.module_loading import import_string

from postroom.kit.background import Task, TaskContext, TaskResult


def find_task(path: str) -> Task[Any, Any]:
    """The task a row names. Raises ImportError, or SuspiciousOperation for anything else:
    a row must not be able to call any function there is."""
    found = import_string(path)
    if not isinstance(found, Task):
        raise SuspiciousOperation(f"{path} is not a task.")
    return found


def call(result: TaskResult) -> Any:
    """Call the task of a result with its arguments; raises what the task raises."""
    task = result.task
    context: list[Any] = [TaskContext(task_result=result)] if task.takes_context else []
    return task.call(*context, *result.args, **result.kwargs)
