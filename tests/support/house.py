"""Fixtures for every test of the house: built assets, fast settings, the cast."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings, settings

from postroom.kit.background import task_enqueued
from postroom.web.assets import build, digest
from tests.support.cast import Cast, make_cast
from tests.support.queue import Queue

KEPT = 24 * 3600  # seconds


@pytest.fixture(scope="session", autouse=True)
def assets() -> None:
    """The font, the French and the static files, made once and kept from run to run.

    Each state of the sources has a folder: another run may be at work on another one.
    """
    shelf = Path(tempfile.gettempdir()) / f"postroom-built-{os.getuid()}"
    built = shelf / digest()[:16]
    build(built)
    built.touch()
    for other in shelf.iterdir():
        if other.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(other, ignore_errors=True)
    if not settings.BUILT_FOLDER.exists():
        settings.BUILT_FOLDER.symlink_to(built)


@pytest.fixture(autouse=True)
def quick(settings: LazySettings) -> None:
    """Plain static addresses and quick passwords; both have their own tests."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Rita and Charlie, and the client Hollis Farrow."""
    return make_cast()


@pytest.fixture
def queue() -> Iterator[Queue]:
    """What is handed to the worker, and not done before the test says so."""
    heard = Queue()
    task_enqueued.connect(heard.hear)
    yield heard
    task_enqueued.disconnect(heard.hear)
