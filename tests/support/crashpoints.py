"""Where the product can be told to die: every `crash_point("name")` in the rooms mail comes by."""

import re
from pathlib import Path

from .postroom import ROOT

_CALL = re.compile(r"""\bcrash_point\(\s*["']([a-z0-9-]+)["']\s*\)""")
ROOMS = ("kit", "register", "intake", "connections")
EXPECTED = (
    "after-heal",
    "after-fetch",
    "after-raw",
    "after-seen-commit",
    "inside-store",
    "after-store-commit",
    "after-moving-commit",
    "after-move",
    "after-moved-commit",
    "after-copy",
    "after-copied-commit",
    "after-expunge",
)
# How a point is reached that is not passed by simply filing:
COPYING = ("after-copy", "after-copied-commit", "after-expunge")  # a server without MOVE
AFTER_A_CRASH = {"after-resume": "after-seen-commit"}  # only what an earlier crash has left
# Those of dropped files: test_chaos_files.py
OF_FILES = ("after-file-raw", "inside-file-store", "after-file-commit", "after-take-away")
BY_HAND = ("after-moving-commit", "after-move", "after-moved-commit")  # passed so as well


def crash_points(rooms=ROOMS, root: Path = ROOT / "postroom") -> list[str]:
    """Names in the order they first stand in the code, tests left out."""
    names: dict[str, None] = {}
    for room in rooms:
        for path in sorted((root / room).rglob("*.py")):
            if "tests" not in path.relative_to(root).parts:
                names |= dict.fromkeys(_CALL.findall(path.read_text(encoding="utf-8")))
    return list(names)
