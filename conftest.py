"""Before Django starts: the tests' own data folder and key. Then: the fixtures of the house."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
from hypothesis import HealthCheck, settings

if "POSTROOM_DATA" not in os.environ:
    data = Path(tempfile.mkdtemp(prefix="postroom-test-"))
    (data / "keys").mkdir()
    (data / "keys" / "secret.key").write_text("a key for tests only, never for a practice\n")
    os.environ["POSTROOM_DATA"] = str(data)
    atexit.register(shutil.rmtree, data, ignore_errors=True)
# Here and not in pyproject.toml: pytest-django would read the settings before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()  # the fixtures import models

# Tests do not assert times: neither of an example nor of making one up.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("house")

pytest_plugins = ["tests.support.house"]
