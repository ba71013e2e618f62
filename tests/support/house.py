"""Fixtures for every test of the house: built assets, fast settings, the cast."""

import os
import tempfile
from pathlib import Path

import pytest
from django.conf import LazySettings, settings

from postroom.web.assets import build
from tests.support.cast import Cast, make_cast


@pytest.fixture(scope="session", autouse=True)
def assets() -> None:
    """The font, the French and the static files, made once and kept from run to run."""
    built = Path(tempfile.gettempdir()) / f"postroom-built-{os.getuid()}"
    build(built)
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
