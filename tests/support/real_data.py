"""Mail, bounces and attacks that nobody here wrote, read where they lie (MODEL decision 24).

A test file that imports this module is left out, and the run says so, on a machine without the
folder: see `pytest_ignore_collect` in the root conftest.
"""

import os
from pathlib import Path

FOLDER = Path(
    os.environ.get("POSTROOM_TEST_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data"
).resolve()


def is_there() -> bool:
    return FOLDER.is_dir()
