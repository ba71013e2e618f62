"""Before Django starts: the tests' own data folder and key. Then: the fixtures of the house."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings as house
from hypothesis import HealthCheck, settings

from tests.support import real_data

# One for each process of a run: two that store the same letter would write one file.
if "POSTROOM_DATA" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    data = Path(tempfile.mkdtemp(prefix="postroom-test-"))
    (data / "keys").mkdir()
    (data / "keys" / "secret.key").write_text("a key for tests only, never for a practice\n")
    os.environ["POSTROOM_DATA"] = str(data)
    atexit.register(shutil.rmtree, data, ignore_errors=True)
# Here and not in pyproject.toml: pytest-django would read the settings before this file. Nor is it
# left to the processes of a run: each would read the settings with the folder of the first.
os.environ["DJANGO_SETTINGS_MODULE"] = "postroom.settings"
django.setup()  # the fixtures import models
del os.environ["DJANGO_SETTINGS_MODULE"]
assert house.MAIL_FOLDER.is_relative_to(os.environ["POSTROOM_DATA"]), "the settings were read early"

# Tests do not assert times: neither of an example nor of making one up.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("house")

pytest_plugins = ["tests.support.house", "tests.support.tables"]
_left_out: list[str] = []


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without the folder of real mail, the files that read it are left out, not failed."""
    if real_data.is_there() or collection_path.suffix != ".py":
        return None
    reads_it = collection_path.name.startswith("test_") and (
        "real_data import FOLDER" in collection_path.read_text()
    )
    if reads_it:
        _left_out.append(collection_path.name)
    return reads_it or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey in a browser that fails goes once more, and the run names it (-rR): beside other
    tests a browser may answer later than anybody waits. What fails twice has failed."""
    for item in items:
        if item.path.stem.endswith("_in_browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not real_data.is_there():
        names = ", ".join(sorted(_left_out)) or "the tests on real mail"
        terminalreporter.write_line(f"Left out, for want of {real_data.FOLDER}: {names}")
