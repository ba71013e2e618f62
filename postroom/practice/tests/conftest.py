import pytest

from postroom.kit.background import task_enqueued
from postroom.practice.tests.doors import Queue


@pytest.fixture
def queue():
    """What is handed to the worker, and not done before the test says so."""
    heard = Queue()
    task_enqueued.connect(heard.hear)
    yield heard
    task_enqueued.disconnect(heard.hear)
